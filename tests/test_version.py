"""One version, in newsroom/__init__.py, told on the command line, at the desk's foot and in the API's document."""

import subprocess
import sys

import pytest
from django.conf import settings

import newsroom


@pytest.mark.parametrize("asked", ["version", "--version"])
def test_the_command_line_says_it(asked):
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", asked], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == f"{newsroom.__version__}\n"


def test_every_other_command_is_still_there():
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", "help", "--commands"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert {"migrate", "serve", "work"} <= set(done.stdout.split())


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/admin/articles/article/", "/admin/queue/"])
def test_every_screen_says_it_at_its_foot(client, cast, path):
    client.force_login(cast.chief)
    page = client.get(path).content.decode()
    assert f"采编台 {newsroom.__version__}</footer>" in page


@pytest.mark.django_db
def test_the_log_in_form_does_not_say_it(client):
    page = client.get("/admin/login/").content.decode()
    assert newsroom.__version__ not in page
    assert '<footer id="footer"></footer>' in page


@pytest.mark.django_db
def test_the_api_s_document_says_it_beside_the_version_of_the_interface(client):
    information = client.get("/api/v1/openapi.json").json()["info"]
    assert (information["version"], information["x-newsroom-version"]) == ("1", newsroom.__version__)


def test_readers_pages_do_not_say_it(client, db):
    assert newsroom.__version__ not in client.get("/").content.decode()
