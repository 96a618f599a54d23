"""Saving and removing an old path: whoever arranges does it, and where it led is recorded."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from articles import old_paths
from articles.models import AuditEntry, OldPath
from tests.cast import refused

pytestmark = pytest.mark.django_db


def test_an_old_path_is_added_changed_and_removed(cast):
    path = old_paths.save_old_path(OldPath(path="/show-1.html", target="/a/1/"), by=cast.chief)
    path.target = ""
    old_paths.save_old_path(path, by=cast.chief)
    changed = AuditEntry.objects.first().details
    assert (changed["fields"], changed["old"], changed["new"]) == (["oldpath.target"], ["/a/1/"], [""])
    for _again in range(2):  # it is gone already the second time
        old_paths.remove_old_path(OldPath(pk=path.pk), by=cast.chief)
    assert not OldPath.objects.exists()
    assert [entry.action for entry in AuditEntry.objects.all()] == [
        "oldpath.deleted",
        "oldpath.changed",
        "oldpath.added",
    ]
    assert AuditEntry.objects.first().details["name"] == "/show-1.html"


def test_saving_unchanged_makes_no_entry(cast):
    path = OldPath.objects.create(path="/show-1.html")
    old_paths.save_old_path(path, by=cast.chief)
    assert not AuditEntry.objects.exists()


def test_a_changed_path_is_spelled_anew_and_an_unchanged_one_may_be_ours_by_now(cast):
    path = OldPath.objects.create(path="/a/1/")
    path.target = "/a/2/"
    old_paths.save_old_path(path, by=cast.chief)
    path.path = "/Show.ASP"
    old_paths.save_old_path(path, by=cast.chief)
    assert OldPath.objects.get().path == "/show.asp"


@pytest.mark.parametrize("who", ["editor", "stranger"])
def test_the_wrong_person_saves_and_removes_no_old_path(cast, who):
    path = OldPath.objects.create(path="/show-1.html")
    with refused(PermissionDenied, "Arrange"):
        old_paths.save_old_path(OldPath(path="/x"), by=getattr(cast, who))
    with refused(PermissionDenied, "Arrange"):
        old_paths.remove_old_path(path, by=getattr(cast, who))


@pytest.mark.parametrize(
    "facts",
    [
        {"path": "show.html"},
        {"path": "/show-1.html"},
        {"path": "/x", "target": "https://elsewhere.example/"},
        {"path": "/x", "target": "//elsewhere.example/"},
        {"path": "/x", "target": "/x"},
    ],
)
def test_what_cannot_be_an_old_path_is_refused(cast, facts):
    OldPath.objects.create(path="/show-1.html")
    with refused(ValidationError):
        old_paths.save_old_path(OldPath(**facts), by=cast.chief)
