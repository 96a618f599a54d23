"""Saving the site's settings: one row, the whole site re-baked, and nothing that readers could not read."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from articles import site_settings
from articles.models import AuditEntry, BakeJob, SiteSettings
from tests.cast import refused

pytestmark = pytest.mark.django_db


def test_settings_are_written_recorded_and_the_whole_site_is_asked_for(cast):
    site_settings.save_site_settings(SiteSettings(name="霁川新闻网"), by=cast.chief)
    changed = SiteSettings.current()
    changed.name, changed.accent = "霁川网", "#9D2B22"
    BakeJob.objects.all().delete()
    site_settings.save_site_settings(changed, by=cast.chief)
    assert SiteSettings.objects.get().accent == "#9d2b22"
    after, before = AuditEntry.objects.all()
    assert (before.action, after.action) == ("sitesettings.added", "sitesettings.changed")
    assert after.details["fields"] == ["sitesettings.name", "sitesettings.accent"]
    assert (after.details["old"], after.details["new"]) == (["霁川新闻网", ""], ["霁川网", "#9d2b22"])
    assert BakeJob.objects.get().path == BakeJob.EVERYTHING


def test_a_second_row_is_the_first_one_changed(cast):
    for name in ("霁川新闻网", "霁川网"):
        site_settings.save_site_settings(SiteSettings(name=name), by=cast.chief)
    assert SiteSettings.objects.get().name == "霁川网"


def test_saving_unchanged_makes_no_entry_and_bakes_nothing(cast):
    SiteSettings.objects.create(pk=1, name="霁川新闻网")
    site_settings.save_site_settings(SiteSettings.current(), by=cast.chief)
    assert not AuditEntry.objects.exists()
    assert not BakeJob.objects.exists()


@pytest.mark.parametrize("who", ["editor", "stranger"])
def test_the_wrong_person_saves_no_settings(cast, who):
    with refused(PermissionDenied, "Arrange"):
        site_settings.save_site_settings(SiteSettings(name="我的网"), by=getattr(cast, who))


def test_what_readers_could_not_read_is_refused(cast):
    now = timezone.now()
    for facts, sentence in [
        ({"accent": "#FFEE88"}, "contrast"),
        ({"accent": "red"}, "Write it like"),
        ({"grey_from": now, "grey_until": now}, "before the beginning"),
        ({"name": ""}, "blank"),
    ]:
        with refused(ValidationError, sentence):
            site_settings.save_site_settings(SiteSettings(**facts), by=cast.chief)
