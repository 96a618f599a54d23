"""Encryption at rest: nothing readable in the table, rotation of keys, upgrades in batches, keys that are missing."""

import base64
import os
from io import StringIO

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from articles import encryption, reporting
from articles.models import AuditEntry, Report
from tests.cast import refused
from tests.test_reporting import received

TELEPHONE = "13812345678"


def new_key():
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


@pytest.fixture
def live(cast):
    article = cast.article()
    cast.publish(article)
    article.refresh_from_db()
    return article


@given(st.text(st.characters(codec="utf-8")))
def test_every_text_comes_back_and_is_not_readable(text):
    stored = encryption.encrypt_text(text)
    assert encryption.decrypt_text(stored) == text
    assert stored == "" or (stored.startswith("fernet:") and (len(text) < 4 or text not in stored))


def test_a_contact_is_stored_encrypted_and_shown_to_whoever_answers(cast, live):
    report = received(live, contact=TELEPHONE)
    stored = Report.objects.values_list("contact", flat=True).get()
    assert TELEPHONE not in stored
    assert reporting.contact_hint(report) == "138••••••••"
    assert reporting.open_contact(report, by=cast.editor) == TELEPHONE


def test_no_contact_stays_none(cast, live):
    received(live)
    assert Report.objects.get().contact == ""


def test_a_new_key_takes_over_in_batches_and_the_old_one_may_go(cast, live, settings, monkeypatch):
    monkeypatch.setattr(encryption, "ROWS_PER_BATCH", 2)
    for number in range(5):
        received(live, text=f"第{number}处", contact=f"{TELEPHONE}{number}")
    Report.objects.filter(text="第0处").update(contact=TELEPHONE)  # as an earlier version stored it
    old, new = settings.ENCRYPTION_KEYS[0], new_key()
    settings.ENCRYPTION_KEYS = [new, old]
    assert encryption.encrypt_rows() == 2
    out = StringIO()
    call_command("encrypt", stdout=out)
    assert "Encrypted 3 rows" in out.getvalue()
    assert encryption.encrypt_rows() == 0
    settings.ENCRYPTION_KEYS = [new]
    assert encryption.missing_keys() == []
    contacts = [reporting.open_contact(report, by=cast.editor) for report in Report.objects.order_by("pk")]
    assert contacts == [TELEPHONE, *(f"{TELEPHONE}{number}" for number in range(1, 5))]


def test_a_missing_key_is_a_sentence_everywhere(cast, live, settings, client):
    report = received(live, contact=TELEPHONE)
    lost = encryption.key_identity(settings.ENCRYPTION_KEYS[0])
    settings.ENCRYPTION_KEYS = [new_key()]
    with refused(encryption.CannotDecrypt, f"key {lost}, which the server does not have"):
        reporting.open_contact(report, by=cast.editor)
    assert not AuditEntry.objects.filter(action="report.contact_opened").exists()
    client.force_login(cast.editor)
    page = client.get(f"/admin/articles/report/{report.pk}/change/")
    assert lost in page.content.decode()
    assert client.post("/admin/articles/report/contact/", {"report": report.pk}).status_code == 302
    assert [one.id for one in checks.run_checks(tags=["database"], databases=["default"])] == ["newsroom.W002"]
    with pytest.raises(CommandError, match=lost):
        call_command("encrypt", stdout=StringIO())


def test_what_was_damaged_is_said(settings):
    stored = encryption.encrypt_text(TELEPHONE)
    with pytest.raises(encryption.CannotDecrypt) as caught:
        encryption.decrypt_text(stored[:-4] + "AAA=")
    assert caught.value.id == "encryption.damaged"


def test_what_cannot_be_read_does_not_stop_the_others(cast, live, settings):
    received(live, contact=TELEPHONE)
    settings.ENCRYPTION_KEYS = [new_key()]
    received(live, text="另一处", contact="13900000000")
    assert encryption.encrypt_rows() == 0  # what is left has a key that is missing
    assert len(encryption.missing_keys()) == 1


def test_a_batch_costs_one_query_and_one_for_each_row(cast, live, settings, django_assert_num_queries):
    for number in range(3):
        received(live, text=f"第{number}处", contact=TELEPHONE)
    with django_assert_num_queries(6):  # two tables, each in a savepoint of the test's transaction
        assert encryption.encrypt_rows() == 0
    with django_assert_num_queries(2):
        assert encryption.missing_keys() == []
