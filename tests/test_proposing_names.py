"""The site's name and footer, and names and addresses of sources, where a second person confirms words."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from articles import confirming, pictures, site_settings, source_list, sources
from articles.confirming import CannotConfirm
from articles.csv_tables import UnusableTable
from articles.models import AuditEntry, BakeJob, ProposedChange, SiteSettings, Source
from tests.cast import make_user, refused, upload

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://elsewhere.example/"


@pytest.fixture(autouse=True)
def site(cast):
    """A site on which a second person confirms words."""
    return SiteSettings.objects.create(pk=1, name="霁川新闻网", words_are_confirmed=True)


@pytest.fixture
def second(cast):
    return make_user("second", ["arrange"])


def change_site(by, **facts):
    changed = SiteSettings.current()
    for name, value in facts.items():
        setattr(changed, name, value)
    return site_settings.save_site_settings(changed, by=by)


def change_source(by, source, **facts):
    changed = Source.objects.get(pk=source.pk)
    for name, value in facts.items():
        setattr(changed, name, value)
    return sources.save_source(changed, by=by)


def test_the_words_of_the_site_wait_and_its_looks_do_not(client, cast, second):
    logo = pictures.store_picture(upload(), by=cast.chief)
    saved = change_site(cast.chief, name="别的网", slogan="抢先一步", logo=logo, accent="#8a1c1c")
    assert (saved.name, saved.slogan, saved.logo, saved.accent) == ("霁川新闻网", "", None, "#8a1c1c")
    assert (SiteSettings.current().name, SiteSettings.current().accent) == ("霁川新闻网", "#8a1c1c")
    change = ProposedChange.objects.get()
    assert (change.kind, change.key) == ("sitesettings", 1)
    assert change.new == {"name": "别的网", "slogan": "抢先一步", "logo_id": logo.pk}
    assert AuditEntry.objects.filter(action="sitesettings.proposed").get().details["new"][:2] == ["别的网", "抢先一步"]
    BakeJob.objects.all().delete()
    client.force_login(second)
    page = client.get(f"/admin/proposed/{change.pk}/").content.decode()
    assert "别的" in page
    assert logo.name in page
    confirming.confirm_change(change.pk, by=second)
    assert (SiteSettings.current().name, SiteSettings.current().logo) == ("别的网", logo)
    assert BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()
    assert AuditEntry.objects.first().action == "sitesettings.confirmed"


def test_every_word_of_the_settings_that_a_page_prints_waits():
    kept = {"home_layout", "corrections_at", "opens_new_windows", "full_feeds", "accent", "grey"}  # looks
    kept |= {"grey_from", "grey_until", *site_settings.UNSEEN_FIELDS}
    assert {*site_settings.SETTINGS_FIELDS} - kept == {*site_settings.SETTINGS_WORDS}, "decide for new fields"


def test_name_and_address_of_a_source_wait_and_its_standing_does_not(client, cast, second):
    cast.publish(cast.article(source=cast.listed))
    change_source(cast.chief, cast.listed, name="泽北日报", url=ELSEWHERE, standing="frozen")
    stored = Source.objects.get(pk=cast.listed.pk)
    assert (stored.name, stored.url, stored.standing) == ("泽南日报", "", "frozen")
    assert "elsewhere" not in client.get(stored.get_absolute_url()).content.decode()
    change = ProposedChange.objects.get()
    assert (change.kind, change.key, change.subject) == ("source", stored.pk, "source")
    confirming.confirm_change(change.pk, by=second)
    stored.refresh_from_db()
    assert (stored.name, stored.url, stored.alike) == ("泽北日报", ELSEWHERE, "泽北日报")
    assert BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()


def test_a_new_source_does_not_wait_since_its_words_are_signed_with_an_article(cast):
    source = sources.save_source(Source(name="新报", url=ELSEWHERE), by=cast.chief)
    article = cast.article(source=source)
    assert article.latest.content["source"] == {"key": source.pk, "name": "新报", "url": ELSEWHERE}
    assert not ProposedChange.objects.exists()


@pytest.mark.parametrize("kind", ["sitesettings", "source"])
def test_the_proposer_the_wrong_person_and_the_late_confirm_nothing(cast, second, kind):
    if kind == "source":
        change_source(cast.chief, cast.listed, name="泽北日报")
    else:
        change_site(cast.chief, name="别的网")
    change = ProposedChange.objects.get()
    with refused(CannotConfirm, "somebody else has to confirm"):
        confirming.confirm_change(change.pk, by=cast.chief)
    with refused(PermissionDenied, "Arrange"):
        confirming.confirm_change(change.pk, by=cast.editor)
    with refused(ValidationError, "waits for a second person already"):
        (
            change_source(second, cast.listed, name="泽西日报")
            if kind == "source"
            else change_site(second, name="又一个网")
        )
    confirming.reject_change(change.pk, by=second, reason="不是这个名")
    assert AuditEntry.objects.first().action == f"{kind}.turned_down"
    with refused(CannotConfirm, "already"):
        confirming.confirm_change(change.pk, by=second)
    assert (SiteSettings.current().name, Source.objects.get(pk=cast.listed.pk).name) == ("霁川新闻网", "泽南日报")


def test_saving_unchanged_or_what_is_not_allowed_proposes_nothing(cast):
    change_site(cast.chief)
    change_source(cast.chief, cast.listed)
    with refused(PermissionDenied, "Arrange"):
        change_site(cast.editor, name="别的网")
    with refused(PermissionDenied, "Arrange"):
        change_source(cast.editor, cast.listed, name="泽北日报")
    with refused(ValidationError):
        change_site(cast.chief, name="")
    with refused(ValidationError):
        change_source(cast.chief, cast.listed, url="javascript:x")
    assert not ProposedChange.objects.exists()
    assert not AuditEntry.objects.exclude(action="access.refused").exists()


def test_a_name_that_was_taken_meanwhile_is_refused_with_the_reason(cast, second):
    change_source(cast.chief, cast.listed, name="泽北日报")
    sources.save_source(Source(name="泽北日报"), by=cast.chief)
    with refused(CannotConfirm, "can no longer take effect"):
        confirming.confirm_change(ProposedChange.objects.get().pk, by=second)


def test_a_table_adds_sources_and_changes_no_address_alone(cast):
    table = "名称,名单状态,网址\n新报,在名单内,https://new.example/\n"
    assert source_list.import_source_list(table.encode(), by=cast.chief) == (1, 0, 0)
    table += f"泽南日报,已冻结或移除,{ELSEWHERE}\n"
    with refused(UnusableTable, "confirmed by a second person"):
        source_list.import_source_list(table.encode(), by=cast.chief)
    assert source_list.import_source_list(table.replace(ELSEWHERE, "").encode(), by=cast.chief) == (0, 1, 1)


@pytest.mark.parametrize("kind", ["sitesettings", "source"])
def test_the_screens_say_that_words_wait(client, cast, kind):
    key = 1 if kind == "sitesettings" else cast.listed.pk
    address = f"/admin/articles/{kind}/{key}/change/"
    client.force_login(cast.chief)
    facts = {"name": "新名", "standing": "listed", "home_layout": "lead", "corrections_at": "top", "grey": "off"}
    assert client.post(address, facts).status_code == 302
    change = ProposedChange.objects.get()
    assert f"/admin/proposed/{change.pk}/" in client.get(address).content.decode()
    assert f"/admin/proposed/{change.pk}/" in client.get("/admin/").content.decode()
