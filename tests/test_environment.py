"""Settings: what is wrong is said by name, all at once, and never with a secret; what is right is read as it is
meant.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from newsroom import environment
from newsroom.environment import find_suspicious, parse_settings, read_env_file

KEY = {"SECRET_KEY": "k" * 60, "ENCRYPTION_KEYS": "A" * 43 + "="}
SECRETS = {setting.name for setting in environment.SETTINGS if setting.is_secret}
NUMBERS = ["-3", "-5", "0.5", "1e3", "30MB", "ten", "", "٣", "1_000", "9" * 400]

WRONG = [
    *((name, value) for name in ("BEHIND_PROXY", "DEBUG", "HSTS_SUBDOMAINS") for value in ("yess", "2", "None", "tru")),
    *((name, value) for name in ("PREVIEW_HOURS", "MAX_UPLOAD_BYTES") for value in ("0", *NUMBERS) if value),
    ("PREVIEW_HOURS", "9999999"),  # no date is that far away
    ("PREVIEW_HOURS", "24 # a day"),
    ("DATABASE_CONN_MAX_AGE", "-1"),
    ("DATABASE_CONN_MAX_AGE", "a minute"),
    *(
        ("SITE_URL", value)
        for value in (
            *(
                "news.example.cn",
                "https://",
                "ftp://news.example.cn",
                "https://news.example.cn/paper",
                "https://a b.cn",
            ),
            *("https://news.example.cn?x=1", "https://news.example.cn#x", "https://desk:word@news.example.cn"),
            *("https://news.example.cn:99999", "https://news.example.cn:port", "https://[::1", "https://新闻.cn"),
            *("https:news.example.cn", "http://:8000", "https://news..cn", "https://news.example.cn # ours"),
        )
    ),
    *((name, "https://v.example.cn") for name in ("ALLOWED_HOSTS", "VIDEO_HOSTS")),
    *((name, "v.example.cn;w.example.cn") for name in ("ALLOWED_HOSTS", "VIDEO_HOSTS")),
    ("ALLOWED_HOSTS", "news.example.cn:443"),
    ("ALLOWED_HOSTS", "['news.example.cn']"),
    ("ALLOWED_HOSTS", "[::1"),
    *(
        ("DATABASE_URL", value)
        for value in (
            *("newsroom", "mysql://u:p@h/newsroom", "postgre://u:p@h/newsroom", "postgres://", "postgres://h:port/x"),
            *("postgres://u:a#b@h/newsroom", "sqlite://", "sqlite://:memory:", "sqlite://folder/x.sqlite3", "sqlite:/"),
        )
    ),
    *(("LANGUAGE_CODE", value) for value in ("zh", "zh-cn", "de", "english")),
    *(("TIME_ZONE", value) for value in ("Asia/Peking", "Asia", "+8", "../etc/passwd", "/etc/localtime", "CST-8")),
    *(("LOG_LEVEL", value) for value in ("WARN!", "verbose", "10")),
    *((name, value) for name in ("WEBSUB_HUB", "BAKED_S3_ENDPOINT") for value in ("hub.example.cn", "https://", "//x")),
    ("BAKED_S3_BUCKET", "s3://pages"),
    ("BAKED_S3_BUCKET", "x"),
    ("WECHAT_APP_ID", "wx 0"),
    ("WECHAT_APP_SECRET", "?"),
    *(("OIDC_ISSUER", value) for value in ("http://id.example.cn", "id.example.cn", "https://")),
    *(("LDAP_URL", value) for value in ("ldap.example.cn", "http://x", "ldap://", "ldaps://x/dc=cn", "ldap://[::1")),
    *(("LDAP_FILTER", value) for value in ("uid={user}", "(uid=%s)", "(|(uid={user})(cn={user}))")),
    ("WECOM_CORP_ID", "ww 1"),
    ("WECOM_AGENT_ID", "x"),
    ("AUDIT_ARCHIVE_DAYS", "182"),
    *(("LOG_TOKEN_MODULE", value) for value in ("/usr/lib/nothing.so", "/usr/lib", "softhsm")),
    ("LOG_TOKEN_LABEL", "x" * 33),
    ("LOG_TOKEN_KEY", "log key+2026"),
    ("DORMANT_ACCOUNT_DAYS", "-1"),
    ("DATA_DIR", str(Path(__file__))),
    ("DATA_DIR", f"{__file__}/below"),
    ("DATA_DIR", "x" * 300),
    *(("FEED_TAG", value) for value in ("news.example.cn", "news.example.cn,26", "a b,2026", ",2026", "x@,2026")),
    ("SECRET_KEY", " "),
    ("ENCRYPTION_KEYS", "k" * 60),
    ("ENCRYPTION_KEYS", "A" * 43 + "=,hidden"),
]

# Other settings that each of these needs.
BESIDE = {
    "WECHAT_APP_ID": {"WECHAT_APP_SECRET": "s"},
    "WECHAT_APP_SECRET": {"WECHAT_APP_ID": "wx0"},
    "BAKED_S3_ENDPOINT": {"BAKED_S3_BUCKET": "pages"},
    "OIDC_ISSUER": {"OIDC_CLIENT_ID": "newsroom", "OIDC_CLIENT_SECRET": "s"},
    "LOG_TOKEN_MODULE": {"LOG_TOKEN_LABEL": "x", "LOG_TOKEN_KEY": "log", "LOG_TOKEN_PIN": "0"},
    "LOG_TOKEN_LABEL": {"LOG_TOKEN_MODULE": __file__, "LOG_TOKEN_KEY": "log", "LOG_TOKEN_PIN": "0"},
    "LOG_TOKEN_KEY": {"LOG_TOKEN_MODULE": __file__, "LOG_TOKEN_LABEL": "x", "LOG_TOKEN_PIN": "0"},
    "LDAP_URL": {"LDAP_BASE": "dc=example,dc=cn"},
    "WECOM_CORP_ID": {"WECOM_AGENT_ID": "1000002", "WECOM_SECRET": "s"},
    "WECOM_AGENT_ID": {"WECOM_CORP_ID": "ww1", "WECOM_SECRET": "s"},
}


def problems(**variables):
    return parse_settings({**KEY, **variables})[1]


def values(**variables):
    found, wrong = parse_settings({**KEY, **variables})
    assert wrong == []
    return found


# --- Wrong values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_said_by_name_with_what_is_right(name, value):
    [sentence] = problems(**BESIDE.get(name, {}), **{name: value})
    assert sentence.startswith(f"{name} is ")
    assert sentence.endswith(".")
    if name not in SECRETS:
        assert repr(value) in sentence
        assert "; write " in sentence


def test_everything_that_is_wrong_is_said_at_once():
    wrong = {"BEHIND_PROXY": "yess", "PREVIEW_HOURS": "-3", "MAX_UPLOAD_BYTES": "-5", "SITE_URL": "news"}
    found = problems(**wrong, SECRET_KEY="", WECHAT_APP_ID="wx0")
    assert {sentence.split()[0] for sentence in found} == {*wrong, "SECRET_KEY", "WECHAT_APP_ID"}
    assert len(found) == 6


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE_URL", "mysql://desk:hidden@h/x"), ("WECHAT_APP_SECRET", "hidden word")]
)
def test_a_secret_is_not_shown(name, value):
    assert "hidden" not in str(problems(**{name: value}))


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set; `make .env`"),
        ({"ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS is not set; `make .env`"),
        ({"WECHAT_APP_ID": "wx0"}, "WECHAT_APP_ID and WECHAT_APP_SECRET go together"),
        ({"WECHAT_APP_SECRET": "s"}, "WECHAT_APP_ID and WECHAT_APP_SECRET go together"),
        ({"OIDC_CLIENT_ID": "x"}, "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together"),
        ({"LDAP_URL": "ldaps://x"}, "LDAP_URL and LDAP_BASE go together"),
        ({"LDAP_BIND_DN": "cn=x"}, "LDAP_BIND_DN and LDAP_BIND_PASSWORD go together"),
        ({"LOG_TOKEN_PIN": "0"}, "LOG_TOKEN_MODULE, LOG_TOKEN_LABEL, LOG_TOKEN_KEY and LOG_TOKEN_PIN go together"),
        ({"WECOM_SECRET": "s"}, "WECOM_CORP_ID, WECOM_AGENT_ID and WECOM_SECRET go together"),
        ({"BAKED_S3_ENDPOINT": "https://s3.example.cn"}, "BAKED_S3_ENDPOINT is set without BAKED_S3_BUCKET"),
    ],
)
def test_what_does_not_fit_together_is_said(variables, sentence):
    assert [found[: len(sentence)] for found in problems(**variables)] == [sentence]


def test_a_bucket_without_its_packages_is_said(monkeypatch):
    monkeypatch.setattr(environment, "find_spec", lambda name: None if name == "storages" else find_spec(name))
    [sentence] = problems(BAKED_S3_BUCKET="pages")
    assert "pip install -r deploy/requirements-s3.txt" in sentence


def test_a_token_without_its_package_is_said(monkeypatch):
    monkeypatch.setattr(environment, "find_spec", lambda name: None if name == "pkcs11" else find_spec(name))
    [sentence] = problems(LOG_TOKEN_MODULE=__file__, **BESIDE["LOG_TOKEN_MODULE"])
    assert "pip install -r deploy/requirements-pkcs11.txt" in sentence


@given(st.sampled_from(environment.NAMES), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_no_value_is_a_traceback(name, text):
    for sentence in problems(**{name: text}):
        assert sentence.startswith(("SECRET_KEY", "ENCRYPTION_KEYS")) or name in sentence


# --- Right values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("BEHIND_PROXY", "Yes", True),
        ("DEBUG", "0", False),
        ("HSTS_SUBDOMAINS", "", False),
        ("PREVIEW_HOURS", " 48 ", 48),
        ("PREVIEW_HOURS", "", 24),
        ("LOG_LEVEL", "info", "INFO"),
        ("LANGUAGE_CODE", "zh-Hans", "zh-hans"),
        ("SITE_URL", "https://News.Example.cn/", "https://news.example.cn"),
        ("SITE_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("ALLOWED_HOSTS", "127.0.0.1, .example.cn,", ["127.0.0.1", ".example.cn"]),
        ("ALLOWED_HOSTS", "*", ["*"]),
        ("DATA_DIR", "somewhere/new", Path(settings.BASE_DIR) / "somewhere/new"),
        ("DATA_DIR", "/tmp/somewhere new", Path("/tmp/somewhere new")),
    ],
)
def test_a_right_value_is_read_as_it_is_meant(name, text, value):
    assert values(**{name: text})[name] == value


@pytest.mark.parametrize(
    ("url", "facts"),
    [
        ("postgres:///newsroom", {"NAME": "newsroom", "HOST": ""}),
        ("postgres://u:a%23b@db.example.cn:6543/n", {"PASSWORD": "a#b", "HOST": "db.example.cn", "PORT": 6543}),
        ("postgres://u@h/n?sslmode=require", {"OPTIONS": {"sslmode": "require"}}),
        ("sqlite:////tmp/x y.sqlite3", {"NAME": "/tmp/x y.sqlite3"}),
        ("sqlite:///x.sqlite3", {"NAME": str(settings.BASE_DIR / "x.sqlite3")}),
    ],
)
def test_a_database_is_read_from_its_url(url, facts):
    assert values(DATABASE_URL=url)["DATABASE_URL"].items() >= facts.items()


# --- Names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("BEHIND_PROXI", "BEHIND_PROXY"),
        ("SITE_URLS", "SITE_URL"),
        ("STIE_URL", "SITE_URL"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("TIMEZONE", "TIME_ZONE"),
        ("MAX_UPLOAD_BYTE", "MAX_UPLOAD_BYTES"),
        ("site_url", "SITE_URL"),
    ],
)
def test_a_misspelt_name_is_said_with_the_right_one(misspelt, meant, tmp_path):
    (tmp_path / ".env").write_text(f"{misspelt}=x\n")
    for sentences in (find_suspicious({misspelt: "x"}), read_env_file(tmp_path / ".env")[1]):
        [sentence] = sentences
        assert sentence.startswith(f"{misspelt} in ")
        assert sentence.rstrip(".").endswith(f"did you mean {meant}?")


def test_variables_of_other_programs_are_left_alone():
    others = "PATH HOME LANG LANGUAGE TZ DISPLAY XDG_DATA_DIRS G_DEBUG HOSTNAME PGHOST AWS_SECRET_ACCESS_KEY NODE_DEBUG"
    assert find_suspicious(dict.fromkeys(others.split(), "x")) == []


def test_a_short_secret_is_said():
    assert "SECRET_KEY" in find_suspicious({"SECRET_KEY": "short"})[0]
    assert find_suspicious(KEY) == []


@pytest.mark.parametrize(("hosts", "is_odd"), [("b.cn", True), (".a.cn", False), ("*", False), ("a.cn,b.cn", False)])
def test_hosts_without_that_of_the_site_are_said(hosts, is_odd):
    found = find_suspicious({**KEY, "SITE_URL": "http://a.cn", "ALLOWED_HOSTS": hosts})
    assert [sentence[:37] for sentence in found] == (["ALLOWED_HOSTS lacks a.cn, the host of"] if is_odd else [])


def test_a_disk_that_became_read_only_and_a_database_that_is_away_stop_nothing(monkeypatch, tmp_path):
    variables = {**KEY, "DATA_DIR": str(tmp_path), "DATABASE_URL": "sqlite:////nowhere/newsroom.sqlite3"}
    assert [sentence.split()[0] for sentence in find_suspicious(variables)] == ["DATABASE_URL"]
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert parse_settings(variables)[1] == []
    assert [sentence.split()[0] for sentence in find_suspicious(variables)] == ["DATA_DIR", "DATABASE_URL"]
    assert problems(DATA_DIR=str(tmp_path / "new"))[0].startswith("DATA_DIR is ")


def test_https_without_a_proxy_is_said():
    found = find_suspicious({**KEY, "SITE_URL": "https://a.cn"})
    assert [sentence[:45] for sentence in found] == ["SITE_URL is https, but BEHIND_PROXY is false:"]
    assert find_suspicious({**KEY, "SITE_URL": "https://a.cn", "BEHIND_PROXY": "true"}) == []


# --- The file ---------------------------------------------------------------------------------------------------


def test_the_file_is_read_with_quotes_comments_and_the_variables_of_libraries(tmp_path):
    (tmp_path / ".env").write_bytes(
        b"\xef\xbb\xbfSECRET_KEY='a b#c'\r\n\r\n# SITE_URL=x\n  # indented\nexport DATA_DIR=\"/tmp/x\"\n"
        b"AWS_ACCESS_KEY_ID=$k=\nPGHOST=/run\nhttps_proxy=http://p\n"
    )
    assert read_env_file(tmp_path / ".env") == (
        {
            "SECRET_KEY": "a b#c",
            "DATA_DIR": "/tmp/x",
            "AWS_ACCESS_KEY_ID": "$k=",
            "PGHOST": "/run",
            "https_proxy": "http://p",
        },
        [],
    )
    assert read_env_file(tmp_path / "none") == ({}, [])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"DEBUG=0\nSECRET_KEY = hidden\n", "Line 2 of .env is not NAME=value"),
        (b"SITE_URL: https://hidden.cn\n", "Line 1 of .env is not NAME=value"),
        (b"DEBUG=0\nDEBUG=1\n", "DEBUG is in .env twice"),
        (b"COLOUR=red\n", "COLOUR in .env is not a setting of Newsroom."),
        ("TIME_ZONE=北京".encode("gb18030"), "cannot be read"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(content, sentence, tmp_path):
    (tmp_path / ".env").write_bytes(content)
    [found] = read_env_file(tmp_path / ".env")[1]
    assert sentence in found
    assert "hidden" not in found


def test_a_folder_instead_of_the_file_is_said(tmp_path):
    assert "cannot be read" in read_env_file(tmp_path)[1][0]


# --- Real processes ---------------------------------------------------------------------------------------------


def run(tmp_path, *command, **variables):
    """Run Python with these variables and no others of ours; return (exit code, what it said)."""
    theirs = {name: value for name, value in os.environ.items() if name not in environment.NAMES}
    done = subprocess.run(
        [sys.executable, *command],
        env={**theirs, **KEY, "DATA_DIR": str(tmp_path), **variables},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("command", [["manage.py", "check"], ["-c", "import newsroom.wsgi"]])
def test_nothing_starts_with_wrong_settings(command, tmp_path):
    code, said = run(tmp_path, *command, BEHIND_PROXY="yess", PREVIEW_HOURS="-3", ALOWED_HOSTS="x")
    assert code == 1
    assert "Traceback" not in said
    for sentence in ("BEHIND_PROXY is 'yess'; write true or false.", "PREVIEW_HOURS is '-3'", "ALOWED_HOSTS", ".env"):
        assert sentence in said


def test_a_misspelt_name_in_the_environment_is_a_warning_of_every_command(tmp_path):
    code, said = run(tmp_path, "manage.py", "check", BEHIND_PROXI="true")
    assert (code, "did you mean BEHIND_PROXY?" in said) == (0, True)
    assert run(tmp_path, "manage.py", "check", "--fail-level", "WARNING", BEHIND_PROXI="true")[0] == 1


def test_a_database_that_does_not_answer_is_said_by_the_setting(tmp_path):
    code, said = run(tmp_path, "manage.py", "migrate", DATABASE_URL="postgres://u:hidden@127.0.0.1:1/newsroom")
    assert code == 1
    assert "DATABASE_URL" in said
    assert "Traceback" not in said
    assert "hidden" not in said
