"""Mail is sent after the commit, if it is set up; what cannot be sent fails nothing and is logged without its text."""

import smtplib

import pytest
from django.core.mail import EmailMessage
from django.db import transaction

from articles import mailing


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_of_what_is_rolled_back(settings, mailoutbox):
    settings.MAIL_FROM = "newsroom@jichuan.example"
    with transaction.atomic():
        mailing.send_after_commit("lin@jichuan.example", "a", "b")
        transaction.set_rollback(True)
    assert mailoutbox == []
    with transaction.atomic():
        mailing.send_after_commit("lin@jichuan.example", "a", "b")
        assert mailoutbox == []
    assert [(message.to, message.from_email) for message in mailoutbox] == [
        (["lin@jichuan.example"], "newsroom@jichuan.example")
    ]


@pytest.mark.parametrize("error", [OSError("refused"), smtplib.SMTPServerDisconnected("gone")])
def test_a_server_that_is_away_is_logged_without_the_text(monkeypatch, caplog, error):
    def fail(_message):
        raise error

    monkeypatch.setattr(EmailMessage, "send", fail)
    mailing.send_mail(EmailMessage("A new password", "the-secret-link", "a@b.example", ["c@d.example"]))
    assert "A new password" in caplog.text
    assert "the-secret-link" not in caplog.text
