"""A lost second factor: two others together remove it, one of them a security administrator; everybody is notified."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from articles import review_sheet, second_factor
from articles.models import AuditEntry, Factor, FactorReset, RecoveryCode
from articles.second_factor import CannotReset, ProofNeeded
from tests.cast import make_user, refused
from tests.factors import demand, give_app, proven
from tests.test_second_factor_log_in import LOST, OWN, STEP, log_in

pytestmark = pytest.mark.django_db


class Colleagues:
    """Who may take part in a reset."""

    def __init__(self):
        self.officer = make_user("officer", ["grant"])
        self.system = make_user("system", ["accounts"])


@pytest.fixture
def others(cast):
    give_app(cast.chief)
    return Colleagues()


def ask(account, by):
    return second_factor.open_factor_reset(account, by=by, reason="当面核实")


def test_two_others_remove_it_and_the_person_starts_anew(cast, others):
    reset = ask(cast.chief, others.officer)
    assert list(second_factor.open_resets()) == [reset]
    assert Factor.objects.exists()
    second_factor.confirm_factor_reset(reset, by=others.system)
    assert not Factor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert list(second_factor.open_resets()) == []
    confirmed, opened = AuditEntry.objects.filter(action__startswith="user.factor_reset")
    assert (opened.actor, confirmed.actor, confirmed.object_id) == (others.officer, others.system, str(cast.chief.pk))


@pytest.mark.parametrize(
    ("one", "other"),
    [("officer", "system"), ("system", "officer"), ("officer", "editor_in_chief"), ("admin", "officer")],
)
def test_one_of_them_is_a_security_administrator(cast, others, one, other):
    others.editor_in_chief = make_user("deputy", ["final"])
    others.admin = cast.admin
    reset = ask(cast.chief, getattr(others, one))
    second_factor.confirm_factor_reset(reset, by=getattr(others, other))
    assert not Factor.objects.exists()


def test_no_other_two_do_it(cast, others):
    deputy, second = make_user("deputy", ["final"]), make_user("second-officer", ["grant"])
    reset = ask(cast.chief, cast.admin)
    for by in (others.system, deputy):
        with refused(CannotReset, "must be a security administrator"):
            second_factor.confirm_factor_reset(reset, by=by)
    FactorReset.objects.all().delete()
    reset = ask(cast.chief, others.officer)
    with refused(CannotReset, "must be a security administrator"):  # two of them are one kind
        second_factor.confirm_factor_reset(reset, by=second)


def test_a_superuser_alone_does_not_do_both(cast, others):
    cast.admin.assignments.create(duty="grant")
    reset = ask(cast.chief, cast.admin)
    with refused(CannotReset, "somebody else"):
        second_factor.confirm_factor_reset(reset, by=cast.admin)


def test_nobody_does_it_for_themselves_or_without_a_duty(cast, others):
    with refused(CannotReset, "your own"):
        ask(cast.chief, cast.chief)
    reset = ask(cast.chief, others.officer)
    with refused(CannotReset, "your own"):
        second_factor.confirm_factor_reset(reset, by=cast.chief)
    for by in (cast.writer, cast.editor, cast.stranger):
        with refused(PermissionDenied):
            ask(cast.chief, by)
        with refused(PermissionDenied):
            second_factor.confirm_factor_reset(reset, by=by)


def test_who_takes_part_proves_their_own_factor(cast, others):
    demand("grant", "accounts")
    with refused(ProofNeeded):
        ask(cast.chief, others.officer)
    give_app(others.officer)
    with proven(others.officer):
        reset = ask(cast.chief, others.officer)
    with refused(ProofNeeded):
        second_factor.confirm_factor_reset(reset, by=others.system)


def test_a_duty_that_was_taken_away_meanwhile_does_not_count(cast, others):
    reset = ask(cast.chief, others.officer)
    others.officer.assignments.all().delete()
    with refused(CannotReset, "must be a security administrator"):
        second_factor.confirm_factor_reset(reset, by=others.system)


def test_it_needs_a_reason_and_a_factor(cast, others):
    with refused(CannotReset, "how you verified"):
        second_factor.open_factor_reset(cast.chief, by=others.officer, reason=" ")
    with refused(CannotReset, "no second factor"):
        ask(cast.writer, others.officer)


def test_asking_and_confirming_twice_is_once(cast, others):
    reset = ask(cast.chief, others.officer)
    assert ask(cast.chief, others.system) == reset
    second_factor.confirm_factor_reset(reset, by=others.system)
    give_app(cast.chief)
    second_factor.confirm_factor_reset(reset, by=others.system)
    assert Factor.objects.exists(), "the new one stays"
    assert AuditEntry.objects.filter(action__startswith="user.factor_reset").count() == 2


def test_after_a_day_it_has_to_be_asked_for_anew(cast, others, monkeypatch):
    reset = ask(cast.chief, others.officer)
    later = reset.opened_at + timedelta(hours=24)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert list(second_factor.open_resets()) == []
    with refused(CannotReset, "void"):
        second_factor.confirm_factor_reset(reset, by=others.system)
    assert ask(cast.chief, others.system) == reset
    second_factor.confirm_factor_reset(reset, by=others.officer)


# --- Told -------------------------------------------------------------------------------------------------------


def reset_factor_of(cast, others):
    second_factor.confirm_factor_reset(ask(cast.chief, others.officer), by=others.system)


def test_the_person_is_told_at_the_log_in(client, cast, others):
    reset_factor_of(cast, others)
    assert second_factor.last_reset_of(cast.writer) is None, "it is nobody else's"
    log_in(client, "chief")
    page = client.get("/admin/")
    (sentence,) = [str(message) for message in page.context["messages"]]
    assert "officer" in sentence
    assert "system" in sentence


def test_the_person_is_told_before_setting_up_a_new_one(client, cast, others):
    reset_factor_of(cast, others)
    demand("final")
    log_in(client, "chief")
    assert client.get(STEP).url == OWN
    assert "officer" in client.get(OWN).content.decode()


def test_the_review_sheet_prints_it_for_seven_days(cast, others, monkeypatch):
    reset_factor_of(cast, others)
    article = cast.article()
    cast.sign(article)
    notes = [decision.factor_reset for decision in review_sheet.review_sheet(article).rounds[0].readings]
    assert notes[:2] == ["", ""]
    assert "officer" in notes[2]
    later = timezone.now() + timedelta(days=8)
    monkeypatch.setattr(timezone, "now", lambda: later)
    second = cast.article()
    cast.sign(second)
    assert [d.factor_reset for d in review_sheet.review_sheet(second).rounds[0].readings] == ["", "", ""]


# --- The page ---------------------------------------------------------------------------------------------------


def test_on_the_page_one_asks_and_the_other_confirms(client, cast, others):
    client.force_login(others.officer)
    page = client.post(LOST, {"account": "chief", "reason": "当面核实"}, follow=True)
    reset = FactorReset.objects.get()
    assert f'value="{reset.pk}"' not in page.content.decode(), "who asked has no button to confirm"
    client.post(LOST, {"reset": reset.pk})
    assert Factor.objects.exists()
    client.force_login(others.system)
    assert f'value="{reset.pk}"' in client.get(LOST).content.decode()
    client.post(LOST, {"reset": reset.pk})
    assert not Factor.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"account": "nobody", "reason": "x"}, {"account": "", "reason": ""}, {"account": "a\0"}]
)
def test_what_is_wrong_is_said_on_the_form(client, cast, others, sent):
    client.force_login(others.officer)
    page = client.post(LOST, sent)
    assert page.status_code == 200
    assert page.context["form"].errors


@pytest.mark.parametrize("key", ["", "x", "0", "9" * 40, "１"])
def test_a_reset_that_is_none_is_not_found(client, cast, others, key):
    client.force_login(others.officer)
    assert client.post(LOST, {"reset": key}).status_code == 404


def test_the_page_is_for_those_who_take_part(client, cast, others):
    client.force_login(cast.editor)
    assert client.get(LOST).status_code == 403
