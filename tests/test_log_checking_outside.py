"""The check of the log from outside: as another account, without the database; the desk reports it, and its absence."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.utils import timezone

from articles import log_checking
from articles.log_checking import LogCheck
from articles.models import AuditEntry, PageCheck


@pytest.fixture
def result(settings, tmp_path, db):
    settings.LOG_CHECK_RESULT = tmp_path / "result.json"
    return settings.LOG_CHECK_RESULT


def desk(client, user):
    client.force_login(user)
    return client.get("/admin/", headers={"Accept-Language": "en"}).content.decode()


def age(result, hours):
    facts = json.loads(result.read_text())
    result.write_text(json.dumps({**facts, "at": (timezone.now() - timedelta(hours=hours)).isoformat()}))


def test_without_the_setting_nothing_is_expected(client, cast):
    assert log_checking.take_result() is None
    assert log_checking.unchecked_since() is None
    assert "checked from outside" not in desk(client, cast.chief)


def test_a_result_is_taken_once_and_its_faults_are_an_alarm(client, cast, result, django_assert_num_queries):
    log_checking.write_result(LogCheck(size=7), result)
    assert (log_checking.take_result().count, PageCheck.objects.get().pages) == (0, 7)
    with django_assert_num_queries(1):
        assert log_checking.take_result() is None
    assert not AuditEntry.objects.exists()
    log_checking.write_result(LogCheck(size=7, faults=["The end was cut off."]), result)
    assert log_checking.take_result().findings == [["/log/", "The end was cut off."]]
    assert log_checking.take_result() is None
    assert AuditEntry.objects.get().action == "log.differs"
    page = desk(client, cast.chief)
    assert "The end was cut off." in page
    assert "checked from outside" not in page
    assert "The end was cut off." not in desk(client, cast.writer)


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "{}", "[]", "no json", "[" * 99_999, '{"at": "x", "size": 1, "faults": []}', "\xff"),
        '{"at": "0001-01-01T00:00:00+23:59", "size": 1, "faults": []}',
        '{"at": "2999-01-01T00:00:00+00:00", "size": 1, "faults": []}',
    ],
)
def test_a_result_that_is_missing_or_cannot_be_read_is_an_alarm(client, cast, result, text):
    if text is not None:
        result.write_text(text, encoding="latin-1")
    assert log_checking.take_result() is None
    assert log_checking.unchecked_since().year == 1
    assert "checked from outside" in desk(client, cast.chief)
    assert "checked from outside" not in desk(client, cast.writer)


def test_a_result_that_is_two_hours_old_is_an_alarm(client, cast, result):
    log_checking.write_result(LogCheck(size=7), result)
    age(result, 1.9)
    assert log_checking.unchecked_since() is None
    age(result, 2.1)
    assert "Last checked" in desk(client, cast.chief)


def test_it_needs_neither_settings_nor_keys_nor_database(tmp_path):
    """As newsroom-log.service runs it: a file of settings of its own, and the database out of reach."""
    env_file, result = tmp_path / "log.env", tmp_path / "result.json"
    names = ("SITE_URL=http://127.0.0.1:9", "SECRET_KEY=" + "s" * 50, "DATA_DIR=" + str(tmp_path))
    env_file.write_text(
        "\n".join([*names, f"ENCRYPTION_KEYS={'A' * 43}=", "DATABASE_URL=postgres://nowhere.invalid/n"])
    )
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": str(env_file)}
    command = [sys.executable, "manage.py", "verify_log", "--result", str(result)]
    done = subprocess.run(command, cwd=project.BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    facts = json.loads(result.read_text())
    assert facts["size"] == 0
    assert "http://127.0.0.1:9/log/checkpoint" in facts["faults"][0].lower()
    assert list(tmp_path.glob("*.sqlite3")) == []


def test_the_unit_runs_as_an_account_that_reads_no_settings_and_no_database():
    unit = (Path(project.BASE_DIR) / "deploy/systemd/newsroom-log.service").read_text()
    setup = (Path(project.BASE_DIR) / "deploy/setup").read_text()
    for line in ("User=newsroom-log", "Group=newsroom-log", "Environment=ENV_FILE=/etc/newsroom-log.env"):
        assert f"{line}\n" in unit
    for place in ("/var/lib/newsroom", "/run/postgresql"):
        assert f"InaccessiblePaths=-{place}\n" in unit
    assert "install -o root -g newsroom-log -m 640 /dev/stdin /etc/newsroom-log.env" in setup
    assert 'install -o root -g newsroom -m 640 /dev/stdin "$to/.env"' in setup  # which newsroom-log cannot read
    assert "--result /var/lib/newsroom-log/result.json" in unit
    assert "setting LOG_CHECK_RESULT /var/lib/newsroom-log/result.json" in setup
    assert "createuser newsroom-log" not in setup
