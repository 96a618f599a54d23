"""Saving a section: whoever arranges does it; addresses that were printed keep leading to it; what changed is recorded."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from articles import old_paths, sections
from articles.models import AuditEntry, BakeJob, Section
from tests.cast import make_user, refused

pytestmark = pytest.mark.django_db


def test_a_section_is_added_recorded_and_its_pages_are_asked_for(cast):
    section = sections.save_section(Section(name="桥", slug="bridges", parent=cast.news), by=cast.chief)
    assert Section.objects.get(slug="bridges").level == 2
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.object_id, entry.actor) == ("section.added", str(section.pk), cast.chief)
    assert (entry.details["name"], entry.details["new"][:2]) == ("桥", ["桥", "bridges"])
    asked = set(BakeJob.objects.values_list("path", flat=True))
    assert {"/s/bridges/", "/s/bridges/1/", "/feeds/bridges.atom"} <= asked
    assert BakeJob.EVERYTHING not in asked


def test_a_change_is_recorded_with_old_and_new_values_and_the_whole_site_is_asked_for(cast):
    cast.news.name, cast.news.position = "头条", 2
    sections.save_section(cast.news, by=cast.chief)
    details = AuditEntry.objects.first().details
    assert details["fields"] == ["section.name", "section.position"]
    assert (details["old"], details["new"]) == (["要闻", "0"], ["头条", "2"])
    assert BakeJob.objects.get().path == BakeJob.EVERYTHING


def test_a_new_address_leaves_the_old_one_working(cast):
    cast.news.slug = "headlines"
    sections.save_section(cast.news, by=cast.chief)
    assert old_paths.find_old_path("/s/news/").target == "/s/headlines/"
    assert old_paths.find_old_path("/s/news/7/").target == "/s/headlines/7/"


def test_what_acts_count_is_not_overwritten_by_a_form_that_was_opened_before(cast):
    opened = Section.objects.get(pk=cast.news.pk)
    Section.objects.filter(pk=cast.news.pk).update(last_ordinal=40)
    opened.description = "全县要闻"
    sections.save_section(opened, by=cast.chief)
    assert Section.objects.values_list("last_ordinal", "description").get(pk=cast.news.pk) == (40, "全县要闻")


def test_saving_unchanged_makes_no_entry_and_asks_for_no_page(cast):
    sections.save_section(Section.objects.get(pk=cast.news.pk), by=cast.chief)
    assert not AuditEntry.objects.exists()
    assert not BakeJob.objects.exists()


@pytest.mark.parametrize("who", ["editor", "culture_editor", "stranger"])
def test_the_wrong_person_saves_no_section(cast, who):
    cast.news.name = "头条"
    for section in (cast.news, Section(name="桥", slug="bridges")):
        with refused(PermissionDenied, "Arrange"):
            sections.save_section(section, by=getattr(cast, who))


def test_what_cannot_be_a_section_is_refused(cast):
    for facts, sentence in [
        ({"name": "桥", "slug": "news"}, "already exists"),
        ({"name": "桥", "slug": "all"}, "reserved address"),
        ({"name": "", "slug": "bridges"}, "blank"),
    ]:
        with refused(ValidationError, sentence):
            sections.save_section(Section(**facts), by=cast.chief)


def test_a_section_with_others_below_it_is_not_moved(cast):
    cast.news.parent = cast.culture
    with refused(ValidationError, "sections below"):
        sections.save_section(cast.news, by=cast.chief)


# --- how texts are read there -----------------------------------------------------------------------------------------

READINGS = {
    "stages": 1,
    "same_person_allowed": True,
    "title_is_reread": False,
    "facts_are_reread": False,
    "correction_percent": 100,
    "late_reading_hours": 9000,
}


@pytest.fixture
def security(cast):
    return make_user("security", ["grant"])


@pytest.mark.parametrize("field", READINGS)
def test_readings_are_changed_by_who_works_on_no_texts_and_recorded_old_and_new(cast, security, field):
    old = getattr(cast.news, field)
    setattr(cast.news, field, READINGS[field])
    for who in (cast.chief, cast.admin, cast.editor):
        with refused(PermissionDenied, "security administrator, who works on no texts|Arrange"):
            sections.save_section(cast.news, by=who)
    sections.save_section(cast.news, by=security)
    details = AuditEntry.objects.first().details
    assert (details["old"], details["new"]) == ([str(old)], [str(READINGS[field])])
    assert getattr(Section.objects.get(pk=cast.news.pk), field) == READINGS[field]
    sections.save_section(Section.objects.get(pk=cast.news.pk), by=security)
    assert AuditEntry.objects.count() == 1, "unchanged makes no entry"


def test_a_new_section_has_the_usual_readings_whoever_adds_it(cast, security):
    assert set(READINGS) == set(sections.READING_FIELDS)
    for who, sentence in [(cast.chief, "security administrator"), (security, "Arrange"), (cast.admin, "security")]:
        with refused(PermissionDenied, sentence):
            sections.save_section(Section(name="桥", slug="bridges", stages=1), by=who)


def test_whoever_sets_readings_changes_nothing_else(cast, security):
    cast.news.stages, cast.news.name = 2, "头条"
    with refused(PermissionDenied, "Arrange"):
        sections.save_section(cast.news, by=security)


def test_what_readings_cannot_be_is_refused(cast, security):
    cast.news.stages = 9
    with refused(ValidationError, "less than or equal to 5"):
        sections.save_section(cast.news, by=security)


def test_the_screen_offers_everybody_what_they_may_change(client, cast, security):
    address = f"/admin/articles/section/{cast.news.pk}/change/"
    client.force_login(security)
    assert set(client.get(address).context["adminform"].form.fields) == set(READINGS)
    client.post(address, {"stages": 2, "correction_percent": 5, "late_reading_hours": 24})
    client.force_login(cast.chief)
    assert not set(client.get(address).context["adminform"].form.fields) & set(READINGS)
    client.post(address, {"name": "头条", "slug": "news", "position": 0, "kind": "工作动态", "stages": 1})
    section = Section.objects.get(pk=cast.news.pk)
    assert (section.name, section.stages, section.correction_percent) == ("头条", 2, 5)
    history = client.get(f"/admin/articles/section/{cast.news.pk}/history/", headers={"accept-language": "zh-hans"})
    assert "3 → 2" in history.content.decode()
    assert "要闻 → 头条" in history.content.decode()
