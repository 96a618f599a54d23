"""Saving a source: those who arrange may do it, and pages that link to it are re-baked."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from articles import sources
from articles.admin.source import SourceAdmin
from articles.models import AuditEntry, BakeJob, Source
from tests.cast import refused

pytestmark = pytest.mark.django_db


def is_everything_asked_for():
    return BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()


def test_a_source_is_added_and_recorded(cast):
    source = sources.save_source(Source(name="泽南电视台", standing="listed"), by=cast.chief)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.object_id, entry.details) == (
        "source.added",
        str(source.pk),
        {
            "name": "泽南电视台",
            "fields": ["source.name", "source.standing"],
            "old": ["", ""],
            "new": ["泽南电视台", "listed"],
        },
    )
    assert not is_everything_asked_for(), "no article comes from it"


def test_a_source_that_articles_name_already_has_their_pages_baked(cast):
    cast.publish(cast.article(source=cast.listed))
    BakeJob.objects.all().delete()
    cast.listed.name = "泽南日报社"
    cast.listed.save()
    sources.save_source(Source(name="泽南日报"), by=cast.chief)
    assert is_everything_asked_for()


def test_a_change_is_recorded_with_old_and_new_values(cast):
    cast.listed.standing = "frozen"
    sources.save_source(cast.listed, by=cast.chief)
    details = AuditEntry.objects.first().details
    assert (details["fields"], details["old"], details["new"]) == (["source.standing"], ["listed"], ["frozen"])
    assert not is_everything_asked_for(), "its standing is not on any page"


def test_a_renamed_source_has_the_pages_that_led_to_it_baked(cast):
    cast.publish(cast.article(source=cast.listed))
    BakeJob.objects.all().delete()
    cast.listed.name = "泽南日报社"
    sources.save_source(cast.listed, by=cast.chief)
    assert is_everything_asked_for()


def test_saving_unchanged_makes_no_entry(cast):
    cast.publish(cast.article(source=cast.listed))
    BakeJob.objects.all().delete()
    entries = AuditEntry.objects.count()
    sources.save_source(Source.objects.get(pk=cast.listed.pk), by=cast.chief)
    assert AuditEntry.objects.count() == entries
    assert not is_everything_asked_for()


@pytest.mark.parametrize("who", ["editor", "stranger"])
def test_the_wrong_person_saves_no_source(cast, who):
    cast.listed.standing = "own"
    for source in (cast.listed, Source(name="泽南电视台")):
        with refused(PermissionDenied, "Arrange"):
            sources.save_source(source, by=getattr(cast, who))


@pytest.mark.parametrize(
    "facts", [{"name": "霁川新闻网"}, {"name": ""}, {"name": "长" * 81}, {"name": "甲", "url": "x"}]
)
def test_what_cannot_be_a_source_is_refused(cast, facts):
    with refused(ValidationError):
        sources.save_source(Source(**facts), by=cast.chief)


def test_what_is_refused_after_the_form_was_valid_is_shown_with_what_was_typed(client, cast, monkeypatch):
    def refuse(source, *, by):
        raise ValidationError("已有同名来源")

    monkeypatch.setattr(SourceAdmin, "save_act", staticmethod(refuse))
    client.force_login(cast.chief)
    facts = {"name": "泽南电视台", "url": "", "standing": "listed"}
    response = client.post(reverse("admin:articles_source_add"), facts)
    page = response.content.decode()
    assert response.status_code == 200
    assert "已有同名来源" in page
    assert 'value="泽南电视台"' in page
    assert not Source.objects.filter(name="泽南电视台").exists()
