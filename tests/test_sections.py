"""Saving a section: whoever arranges does it; addresses that were printed keep leading to it; what changed is recorded."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from articles import old_paths, sections
from articles.models import AuditEntry, BakeJob, Section
from tests.cast import refused

pytestmark = pytest.mark.django_db


def test_a_section_is_added_recorded_and_its_pages_are_asked_for(cast):
    section = sections.save_section(Section(name="桥", slug="bridges", parent=cast.news), by=cast.chief)
    assert Section.objects.get(slug="bridges").level == 2
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.object_id, entry.actor) == ("section.added", str(section.pk), cast.chief)
    assert entry.details == {"name": "桥", "fields": []}
    asked = set(BakeJob.objects.values_list("path", flat=True))
    assert {"/s/bridges/", "/s/bridges/1/", "/feeds/bridges.atom"} <= asked
    assert BakeJob.EVERYTHING not in asked


def test_a_change_is_recorded_with_old_and_new_values_and_the_whole_site_is_asked_for(cast):
    cast.news.name, cast.news.stages = "头条", 2
    sections.save_section(cast.news, by=cast.chief)
    details = AuditEntry.objects.first().details
    assert details["fields"] == ["Name", "Readings before publication"]
    assert (details["old"], details["new"]) == (["要闻", "3"], ["头条", "2"])
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
        ({"name": "桥", "slug": "bridges", "stages": 9}, "less than or equal to 5"),
    ]:
        with refused(ValidationError, sentence):
            sections.save_section(Section(**facts), by=cast.chief)


def test_a_section_with_others_below_it_is_not_moved(cast):
    cast.news.parent = cast.culture
    with refused(ValidationError, "sections below"):
        sections.save_section(cast.news, by=cast.chief)
