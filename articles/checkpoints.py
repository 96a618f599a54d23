"""Publishes the state of the public log: by mail once a day to the addresses set by the chief, and as a QR code.

Anyone who kept a copy can detect later that the log was rewritten (`verify_log --since`, /log/check/).
"""

import base64
import functools
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from qrcode.constants import ERROR_CORRECT_Q

from . import mailing, qr_short_links
from .faults import LogKeyAway
from .merkle_log import PUBLIC_LOG, WrongNote, parse_checkpoint, printed_code
from .models import Heartbeat, SiteSettings
from .models.calendar_days import start_of_day

MAILED_ROW = "checkpoint"  # in Heartbeat: the time of the last mail
SCREEN = 328  # pixels of the drawn code, where its size does not matter


def note_of_now() -> str:
    """Return the current signed checkpoint; "" without a key, or while it cannot sign, which the desk reports.

    For callers that can do without: a review sheet can be printed while the key's token is missing.
    """
    try:
        return PUBLIC_LOG.signed_checkpoint() or ""
    except (LogKeyAway, WrongNote):
        return ""


def paper_address(note: str) -> str:
    """Return what the QR code of a signed checkpoint says: an address of this site, in capitals."""
    return f"{settings.SITE_URL}{reverse('kept_checkpoint', args=[printed_code(note)])}".upper()


@functools.lru_cache(maxsize=8)
def draw_code(address: str, form: Literal["svg", "png"], size: int = SCREEN) -> bytes | None:
    """Draw the code of such an address; None if it could not be read from paper at its smallest size.

    A quarter of it may be damaged (level Q): a newspaper prints it once. Cached, since many sheets show the same.
    """
    printed = qr_short_links.draw_qr_code(address, form="png", size=qr_short_links.PIXELS, least=ERROR_CORRECT_Q)
    if not qr_short_links.is_readable(printed, address):
        return None
    return qr_short_links.draw_qr_code(address, form=form, size=size, least=ERROR_CORRECT_Q)


def code_as_data(address: str) -> str:
    """Return the drawn code as a data: address, for pages that are one file; "" if it could not be read."""
    drawn = draw_code(address, "svg")
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn).decode()}" if drawn else ""


def mail_is_due() -> bool:
    """Return True if there are addresses to mail the state to, and today's mail was not sent yet."""
    if not (mailing.mail_is_set_up() and SiteSettings.current().checkpoint_recipients):
        return False
    return not Heartbeat.objects.filter(worker=MAILED_ROW, seen_at__gte=_start_of_today()).exists()


def mail_checkpoint() -> int:
    """Mail the signed checkpoint to SiteSettings.checkpoint_recipients, once a day; return how many got it.

    If the server takes none of the mails, the next call tries again. Raises OSError or WrongNote for our own key.
    """
    note = PUBLIC_LOG.signed_checkpoint() if mail_is_due() else None
    if note is None or not Heartbeat.claim(MAILED_ROW, before=_start_of_today(), at=timezone.now()):
        return 0
    recipients = SiteSettings.current().checkpoint_recipients.split()
    sent = sum(mailing.send_mail(_checkpoint_mail(note, to)) for to in recipients)
    if not sent:
        Heartbeat.objects.filter(worker=MAILED_ROW).delete()
    return sent


def _start_of_today() -> datetime:
    return start_of_day(timezone.localdate())


def _checkpoint_mail(note: str, to: str) -> EmailMessage:
    size = parse_checkpoint(note).size
    facts = {"site": SiteSettings.current().name, "day": f"{timezone.localdate():%Y-%m-%d}", "size": size}
    subject = _("%(site)s, %(day)s: the state of the public log, %(size)d numbers") % facts
    text = _(
        "Please keep this mail. With it you can show later whether anything that %(site)s had published by then was "
        "changed afterwards: at %(page)s, or with “verify_log --since” and the attached file.\n\n%(note)s"
    ) % {**facts, "page": f"{settings.SITE_URL}{reverse('log_check')}", "note": note}
    message = EmailMessage(subject, text, settings.MAIL_FROM, [to])
    message.attach(f"checkpoint-{size}.txt", note, "text/plain")
    return message
