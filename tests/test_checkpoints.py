# ruff: noqa: F811 (fixtures of another module)
"""The state of the log is given away: by mail once a day, and as a QR code that strangers check."""

import io
from datetime import UTC, datetime

import pytest
import zxingcpp
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q

from articles import checkpoints, log_checking, merkle_log, qr_short_links, site_settings, triggers
from articles.management.commands import work
from articles.merkle_log import PUBLIC_LOG, WrongNote, kept_text, printed_code, read_kept
from articles.models import AuditEntry, BakeJob, SiteSettings
from articles.qr_short_links.drawing import qr_matrix
from tests.cast import refused
from tests.test_log_checking import SITE, kept, rebuild_log, site, strangers_view, with_another_instant  # noqa: F401

FIRST_DAY, NEXT_DAY = datetime(2026, 12, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, 16, 10, tzinfo=UTC)  # in Shanghai
ARCHIVE, NOTARY = "archive@elsewhere.example", "notary@elsewhere.example"


@pytest.fixture
def mailed_to(cast, settings):
    """A site whose log is mailed to two recipients; the first day."""
    settings.MAIL_FROM = "desk@jichuan.example"
    call_command("make_log_key")
    cast.publish(cast.article())
    site_settings.save_site_settings(SiteSettings(checkpoint_recipients=f"{ARCHIVE}\n{NOTARY}"), by=cast.chief)


# --- whom the chief names


def test_the_chief_names_them_and_the_audit_has_it_but_no_page_is_baked(cast):
    SiteSettings.objects.create(pk=1)
    row = SiteSettings.current()
    row.checkpoint_recipients = ARCHIVE
    site_settings.save_site_settings(row, by=cast.chief)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.details["new"]) == ("sitesettings.changed", [ARCHIVE])
    assert not BakeJob.objects.exists()


@pytest.mark.parametrize("text", ["no address", "\n".join(f"a{number}@b.example" for number in range(21))])
def test_what_are_no_addresses_or_too_many_is_refused(cast, text):
    with refused(ValidationError):
        site_settings.save_site_settings(SiteSettings(checkpoint_recipients=text), by=cast.chief)


def test_the_wrong_person_names_nobody(cast):
    with refused(PermissionDenied):
        site_settings.save_site_settings(SiteSettings(checkpoint_recipients=ARCHIVE), by=cast.editor)


# --- by mail


def test_each_gets_one_mail_a_day_with_the_signed_state(mailed_to, mailoutbox, monkeypatch):
    note = PUBLIC_LOG.signed_checkpoint()
    monkeypatch.setattr(timezone, "now", lambda: FIRST_DAY)
    assert checkpoints.mail_checkpoint() == 2
    assert checkpoints.mail_checkpoint() == 0  # already done
    assert [mail.to for mail in mailoutbox] == [[ARCHIVE], [NOTARY]]
    [(name, content, kind)] = mailoutbox[0].attachments
    assert (name, content, kind) == (f"checkpoint-{PUBLIC_LOG.size()}.txt", note, "text/plain")
    assert note in mailoutbox[0].body
    monkeypatch.setattr(timezone, "now", lambda: NEXT_DAY)
    assert checkpoints.mail_checkpoint() == 2


def test_while_the_server_takes_no_mail_it_is_tried_again(mailed_to, monkeypatch):
    with monkeypatch.context() as away:
        away.setattr("articles.mailing.send_mail", lambda _message: False)
        assert checkpoints.mail_checkpoint() == 0
    assert checkpoints.mail_checkpoint() == 2


def test_the_worker_mails_it(mailed_to, mailoutbox, monkeypatch):
    monkeypatch.setattr(work.Command, "start_unless_running", lambda _self, act: act())
    work.Command().do_daily_work()
    assert len(mailoutbox) == 2


def test_without_recipients_mail_or_a_key_nothing_is_sent(cast, settings, mailoutbox):
    assert checkpoints.mail_checkpoint() == 0
    site_settings.save_site_settings(SiteSettings(checkpoint_recipients=ARCHIVE), by=cast.chief)
    assert checkpoints.mail_checkpoint() == 0
    settings.MAIL_FROM = "desk@jichuan.example"
    assert checkpoints.mail_checkpoint() == 0
    assert not mailoutbox


# --- on paper


def test_a_code_holds_the_whole_note(kept):
    code = printed_code(kept)
    origin = merkle_log.parse_checkpoint(kept).origin
    assert read_kept(code, origin) == kept
    assert read_kept(f"{checkpoints.paper_address(kept)}\n", origin) == kept
    assert read_kept(code.lower(), origin) == kept
    assert read_kept(kept, origin) == kept
    misread = checkpoints.paper_address(kept)[:-1]
    assert [kept_text(given) for given in (code, misread)] == [code, misread]
    with pytest.raises(WrongNote):
        printed_code(kept.replace(f"— {origin}", "— somebody.else"))


def test_the_drawn_code_is_read_back_at_twenty_millimetres(kept):
    address = checkpoints.paper_address(kept)
    assert address == address.upper()
    with Image.open(io.BytesIO(checkpoints.draw_code(address, "png", qr_short_links.PIXELS))) as image:
        # Of other kinds of codes it now and then sees one in the squares of a QR code.
        [found] = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    assert found.text == address
    assert found.ec_level in "QH"
    assert len(qr_matrix(f"HTTPS://NEWS.JICHUAN.EXAMPLE/LOG/KEPT/1234567{address[-163:]}", ERROR_CORRECT_Q)) <= 65
    assert checkpoints.draw_code(address + "A" * 900, "svg") is None
    assert checkpoints.code_as_data(address + "A" * 900) == ""


def test_a_code_leads_to_the_page_that_checks_it(client, kept):
    path = checkpoints.paper_address(kept).partition("://")[2].partition("/")[2]
    assert path.startswith("LOG/KEPT/")
    for each in (path, path.lower()):
        answer = client.get(f"/{each}")
        assert answer.status_code == 302
        assert answer["Location"].endswith(f"/log/check/#{printed_code(kept)}")


def test_a_stranger_checks_the_log_by_a_code(site, kept, cast):
    cast.publish(cast.article())
    assert log_checking.check_log(SITE, since=checkpoints.paper_address(kept)).faults == []
    call_command("verify_log", SITE, "--since", checkpoints.paper_address(kept))
    triggers.remove_triggers(connection)
    rebuild_log(with_another_instant)
    assert log_checking.check_log(SITE, since=checkpoints.paper_address(kept)).faults
    with pytest.raises(CommandError):
        call_command("verify_log", SITE, "--since", checkpoints.paper_address(kept))


def test_a_code_that_nobody_signed_is_told(site, kept):
    code = printed_code(kept)
    other = f"{code[:-9]}{'A' if code[-9] != 'A' else 'B'}{code[-8:]}"
    assert log_checking.check_log(SITE, since=other).faults == ["The older checkpoint is not signed by a known key."]


def test_the_desk_offers_the_code_to_whom_it_shows_every_sheet(client, cast, kept):
    client.force_login(cast.chief)
    desk = client.get("/admin/sheets/").content.decode()
    for form, kind in (("svg", "image/svg+xml"), ("png", "image/png"), ("txt", "text/plain; charset=utf-8")):
        assert f"/admin/sheets/log-code.{form}" in desk
        answer = client.get(f"/admin/sheets/log-code.{form}")
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"] == f'attachment; filename="log-{PUBLIC_LOG.size()}.{form}"'
    assert answer.content.decode() == kept
    assert client.get("/admin/sheets/log-code.gif").status_code == 404
    client.force_login(cast.writer)
    assert client.get("/admin/sheets/log-code.svg").status_code == 403


def test_without_a_key_there_is_no_code(client, cast):
    client.force_login(cast.chief)
    assert "log-code" not in client.get("/admin/sheets/").content.decode()
    assert client.get("/admin/sheets/log-code.svg").status_code == 404


def test_the_review_sheet_has_the_code_on_the_screen_and_on_paper(client, cast, site, kept):
    client.force_login(cast.chief)
    sheet = f"/admin/articles/article/{site[0].pk}/sheet"
    assert checkpoints.code_as_data(checkpoints.paper_address(kept)) in client.get(f"{sheet}/").content.decode()
    assert b"/Subtype /Image" in client.get(f"{sheet}.pdf").content
