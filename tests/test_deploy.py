"""What is shipped for production holds together: scripts without slips, units that name what there is."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.db import ProgrammingError, connection, transaction

from articles import discarding, publishing, triggers
from tests.conftest import needs

DEPLOY = Path(settings.BASE_DIR) / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


@pytest.mark.parametrize("script", ["setup", "backup"])
def test_scripts_pass_shellcheck(script):
    needs(shutil.which("shellcheck") is not None, "shellcheck")
    subprocess.run(["shellcheck", DEPLOY / script], check=True)


def test_units_run_commands_that_there_are():
    found = [command for unit in UNITS for command in re.findall(r"manage\.py (\w+)", unit.read_text())]
    assert set(found) <= set(get_commands())
    assert {"serve", "work", "check_baked", "verify_audit"} <= set(found)


def test_every_timer_has_its_service_and_setup_starts_it():
    setup = (DEPLOY / "setup").read_text()
    for unit in UNITS:
        if unit.suffix == ".timer":
            assert unit.with_suffix(".service") in UNITS
        if unit.suffix == ".timer" or "[Install]" in unit.read_text():
            assert unit.name in setup


def test_services_are_locked_up():
    for unit in UNITS:
        if unit.suffix == ".service":
            text = unit.read_text()
            for line in ("User=newsroom", "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes"):
                assert line in text, (unit.name, line)


def test_with_an_account_of_wechat_setup_lets_its_script_in_as_django_does():
    [change] = re.findall(r'sed -i "(s\|script-src[^"]+)"', (DEPLOY / "setup").read_text())
    done = subprocess.run(["sed", change, DEPLOY / "nginx/headers.conf"], capture_output=True, text=True, check=True)
    environment = {**os.environ, "WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "s"}
    ask = "from newsroom import settings; print(*settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['script-src'])"
    django = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True, env=environment, cwd=DEPLOY.parent
    )
    assert f"script-src {django.stdout.strip()};" in done.stdout


def test_setup_wants_an_address():
    done = subprocess.run([DEPLOY / "setup", "news.example.cn"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "https://news.example.cn" in done.stderr


@pytest.mark.parametrize(
    ("asked", "expected"), [("", "max-age=31536000"), ("true", "max-age=31536000; includeSubDomains; preload")]
)
def test_setup_extends_hsts_to_subdomains_only_if_asked_as_django_does(asked, expected):
    setup = (DEPLOY / "setup").read_text()
    [uncomment] = re.findall(r"sed -i '(s\|\^# add_header Strict[^']+)'", setup)
    [extend] = re.findall(r"sed -i '(s\|max-age[^']+)'", setup)
    changes = ["-e", uncomment, *(["-e", extend] if asked else [])]
    done = subprocess.run(["sed", *changes, DEPLOY / "nginx/headers.conf"], capture_output=True, text=True, check=True)
    assert f'\nadd_header Strict-Transport-Security "{expected}";' in done.stdout
    environment = {**os.environ, "SITE_URL": "https://news.example.cn", **({"HSTS_SUBDOMAINS": asked} if asked else {})}
    ask = (
        "import django; django.setup(); from django.middleware.security import SecurityMiddleware as S; "
        "from django.http import HttpResponse as R; from django.test import RequestFactory as F; "
        "print(S(lambda r: R())(F().get('/', secure=True, HTTP_HOST='news.example.cn'))['Strict-Transport-Security'])"
    )
    environment["DJANGO_SETTINGS_MODULE"] = "newsroom.settings"
    django = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True, env=environment, cwd=DEPLOY.parent
    )
    assert django.stdout.strip() == expected


@pytest.mark.parametrize("site", ["newsroom.conf", "former-hosts.conf"])
def test_every_site_listens_on_ipv6_too(site):
    text = (DEPLOY / "nginx" / site).read_text()
    assert re.findall(r"^ +listen (\S+);", text, re.MULTILINE) == ["80", "[::]:80"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_the_running_role_works_but_changes_no_table_and_nothing_that_is_written_once(cast):
    """With the grants of deploy/setup: the acts work, and what an intruder with the role's rights tries is refused."""

    def execute(sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)

    for role in ("newsroom", "newsroom-migrate"):
        execute(f'DO $$ BEGIN CREATE ROLE "{role}"; EXCEPTION WHEN duplicate_object THEN NULL; END $$')
    execute((DEPLOY / "grants.sql").read_text())
    execute("SET ROLE newsroom")
    article = cast.article()
    cast.publish(article)
    publishing.withdraw_article(article, by=cast.editor, reason="误")
    discarding.discard_draft(cast.article(), by=cast.writer)
    for sql in (
        "TRUNCATE articles_article CASCADE",
        "UPDATE articles_edition SET title = '伪'",
        "DELETE FROM articles_auditentry",
        "UPDATE articles_revision SET number = 9",
        "DROP TRIGGER articles_edition_is_kept ON articles_edition",
        "ALTER TABLE articles_edition DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION articles_edition_is_kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "CREATE TABLE mine (id int)",
        "DELETE FROM django_migrations",
    ):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
            execute(sql)
    execute("RESET ROLE")


def test_the_grants_name_what_is_written_once():
    grants = (DEPLOY / "grants.sql").read_text()
    kept = re.findall(r"REVOKE UPDATE, DELETE ON (.+) FROM newsroom;", grants)
    assert {table for tables in kept for table in tables.split(", ")} == set(triggers.UNDELETABLE)
    assert set(triggers.UNCHANGEABLE) - set(triggers.UNDELETABLE) == {"articles_revision", "articles_reprintoriginal"}
    assert "REVOKE UPDATE ON articles_revision, articles_reprintoriginal FROM newsroom;" in grants


def test_setup_lets_an_edited_nginx_configuration_serve_public_files_only(tmp_path):
    shipped = (DEPLOY / "nginx/newsroom.conf").read_text(encoding="utf-8")
    site = tmp_path / "newsroom"
    site.write_text(shipped.replace("root /var/lib/newsroom/public;", "root /var/lib/newsroom;"), encoding="utf-8")
    [line] = [one for one in (DEPLOY / "setup").read_text(encoding="utf-8").splitlines() if "newsroom/public;" in one]
    subprocess.run(["bash", "-c", line], env={"site": str(site), "PATH": os.environ["PATH"]}, check=True)
    assert site.read_text(encoding="utf-8") == shipped
