"""Sends mail, if it is set up: never inside an act, and no act fails because of it."""

import logging
import smtplib
import threading

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

LOGGER = logging.getLogger(__name__)


def mail_is_set_up() -> bool:
    """Return True if the operator has named a mail server."""
    return bool(settings.MAIL_FROM)


def send_after_commit(to: str, subject: str, text: str) -> None:
    """Send a mail once the current transaction is committed; nothing if mail is not set up or `to` is empty."""
    if mail_is_set_up() and to:
        message = EmailMessage(subject, text, settings.MAIL_FROM, [to])
        transaction.on_commit(lambda: start_sending(message))


def start_sending(message: EmailMessage) -> None:
    """Send the mail in a separate thread: the response time must not reveal whether there is an account."""
    threading.Thread(target=send_mail, args=[message], daemon=True).start()


def send_mail(message: EmailMessage) -> bool:
    """Send the mail; return True on success. A failure is logged without its text, which may be a secret."""
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        LOGGER.error("Mail “%s” was not sent: %s", message.subject, error)
        return False
    return True
