"""The final signature, urgent publication, withdrawal and putting back ask for a proof; no other act does."""

from datetime import timedelta

import pytest

from articles import publishing, review, scheduling, second_factor, site_settings
from articles.models import SiteSettings
from articles.second_factor import PROOF_LASTS, ProofNeeded
from tests.cast import make_user, refused
from tests.factors import demand, give_app, proven

pytestmark = pytest.mark.django_db


def sign_finally(cast):
    article = cast.article()
    cast.sign(article, times=2)
    return lambda: review.sign_off_reading(article, by=cast.chief, revision=article.newest.number)


def publish_unread(cast):
    article = cast.article()
    cast.sign(article, times=1)
    return lambda: publishing.publish_urgent(article, by=cast.chief, reason="险情")


def withdraw(cast):
    article = cast.article()
    cast.publish(article)
    return lambda: publishing.withdraw_article(article, by=cast.chief, reason="失实")


def put_back(cast):
    article = cast.article()
    cast.publish(article)
    publishing.withdraw_article(article, by=cast.chief, reason="失实")
    return lambda: publishing.put_back_article(article, by=cast.chief, reason="已核实")


@pytest.mark.parametrize("prepare", [sign_finally, publish_unread, withdraw, put_back])
def test_the_act_asks_for_a_proof_of_fifteen_minutes(cast, prepare):
    act = prepare(cast)
    give_app(cast.chief)
    give_app(cast.editor)
    with refused(ProofNeeded, "Nothing has been done yet"):
        act()
    with proven(cast.chief, ago=PROOF_LASTS), refused(ProofNeeded):
        act()
    with proven(cast.chief, ago=-timedelta(minutes=5)), refused(ProofNeeded):  # a clock that was set back
        act()
    with proven(cast.editor), refused(ProofNeeded):  # somebody else's
        act()
    cast.chief.factors.update(added_at="2026-01-01T00:00Z")
    with proven(cast.chief, ago=PROOF_LASTS - timedelta(seconds=5)):
        act()


@pytest.mark.parametrize("prepare", [sign_finally, publish_unread, withdraw, put_back])
def test_who_must_have_one_and_has_none_sets_it_up_first(cast, prepare):
    act = prepare(cast)
    demand("final")
    with refused(ProofNeeded, "has none yet"):
        act()
    with proven(cast.chief), refused(ProofNeeded, "has none yet"):  # from before it was lost
        act()


@pytest.mark.parametrize("prepare", [sign_finally, publish_unread, withdraw, put_back])
def test_without_a_factor_and_without_demand_nothing_is_asked(cast, prepare):
    prepare(cast)()


def test_a_proof_from_before_the_loss_is_worth_nothing(cast):
    act = sign_finally(cast)
    give_app(cast.chief)
    with proven(cast.chief, ago=timedelta(minutes=2)), refused(ProofNeeded):
        act()


def test_earlier_readings_and_publishing_what_is_signed_ask_nothing(cast):
    article = cast.article()
    for user in (cast.editor, cast.head):
        give_app(user)
    cast.sign(article, times=2)
    cast.sign(article)
    publishing.publish_article(article, by=cast.editor)


def test_what_was_signed_with_a_factor_is_published_on_time_by_the_worker(cast, monkeypatch):
    """The worker proves nothing: the factor was asked for when the text was signed."""
    give_app(cast.chief)
    article = cast.article()
    cast.sign(article, times=2)
    with proven(cast.chief):
        cast.sign(article)
    from django.utils import timezone  # noqa: PLC0415

    at = timezone.now() + timedelta(hours=1)
    scheduling.schedule_article(article, by=cast.chief, at=at)
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(minutes=1))
    assert scheduling.publish_due() == 1


def test_withdrawing_twice_asks_nothing_the_second_time(cast):
    act = withdraw(cast)
    act()
    give_app(cast.chief)
    act()


# --- The demand -------------------------------------------------------------------------------------------------


@pytest.fixture
def officer(cast):
    SiteSettings.objects.create(pk=1, name="霁川新闻网")
    return make_user("officer", ["grant"])


def save_demand(*duties, by):
    settings = SiteSettings.current()
    settings.factor_duties = list(duties)
    site_settings.save_site_settings(settings, by=by)


def test_the_security_administrator_alone_changes_the_demand(cast, officer):
    for user in (cast.chief, cast.admin, cast.stranger):
        with refused(site_settings.PermissionDenied):
            save_demand("final", by=user)
    save_demand("final", "urgent", by=officer)
    assert SiteSettings.current().factor_duties == ["final", "urgent"]
    settings = SiteSettings.current()
    settings.name = "霁川网"
    with refused(site_settings.PermissionDenied):
        site_settings.save_site_settings(settings, by=officer)


def test_taking_the_demand_back_asks_for_a_proof(cast, officer):
    save_demand("grant", by=officer)
    with refused(ProofNeeded):
        save_demand(by=officer)
    give_app(officer)
    with proven(officer):
        save_demand(by=officer)
    assert SiteSettings.current().factor_duties == []


def test_readers_pages_are_not_baked_for_it(cast, officer):
    from articles.models import AuditEntry, BakeJob  # noqa: PLC0415

    save_demand("final", by=officer)
    assert not BakeJob.objects.exists()
    entry = AuditEntry.objects.get(action="sitesettings.changed")
    assert (entry.details["old"], entry.details["new"]) == (["[]"], ["['final']"])
    save_demand("final", by=officer)
    assert AuditEntry.objects.filter(action="sitesettings.changed").count() == 1


def test_the_proof_costs_two_queries_where_nothing_is_demanded(cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        second_factor.require_recent_proof(cast.chief)
