"""The settings for operators: their names, allowed values, and messages for wrong ones.

They are read from the environment and from `.env` next to manage.py, which the environment overrides. All errors
are reported at once. docs/operations.md says what each setting means; tests/test_docs.py compares the two.
"""

import difflib
import io
import os
import re
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import environ
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from .setting_values import (
    BASE_DIR,
    matching,
    one_of,
    parse_address,
    parse_boolean,
    parse_database,
    parse_directory,
    parse_directory_filter,
    parse_folder,
    parse_former_hosts,
    parse_hosts,
    parse_keys,
    parse_library,
    parse_line,
    parse_log_partners,
    parse_mail_address,
    parse_mail_server,
    parse_path,
    parse_secure_address,
    parse_site_address,
    parse_tagging_entity,
    parse_time_zone,
    parse_token_label,
    whole_number,
)

# Another file where an account runs a command that must not know the site's keys: deploy/systemd/newsroom-log.service.
ENV_FILE = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))


# --- The settings -----------------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """A setting. Without a default its value is None where nothing is written; a secret is never shown."""

    name: str
    parse: Callable[[str], Any]
    default: str | None = None
    is_secret: bool = False


SETTINGS = [
    Setting("SECRET_KEY", str, is_secret=True),
    Setting("ENCRYPTION_KEYS", parse_keys, is_secret=True),
    Setting("SITE_URL", parse_site_address, "http://127.0.0.1:8000"),
    Setting("ALLOWED_HOSTS", parse_hosts),
    Setting("FORMER_HOSTS", parse_former_hosts),
    Setting("FEED_TAG", parse_tagging_entity),
    Setting("DATA_DIR", parse_folder, "var/"),
    Setting("BACKUPS", parse_path, "/var/backups/newsroom"),
    Setting("AUDIT_ARCHIVE", parse_folder),
    Setting("AUDIT_ARCHIVE_DAYS", whole_number(183, 36_500), "183"),
    Setting("LOG_KEY_FILE", parse_path),
    Setting("LOG_TOKEN_MODULE", parse_library),
    Setting("LOG_TOKEN_LABEL", parse_token_label),
    Setting("LOG_TOKEN_KEY", matching(r"[\w.-]{1,64}", "the label of a key, of letters, digits, dots, dashes")),
    Setting("LOG_TOKEN_PIN", str, is_secret=True),
    Setting("LOG_PARTNERS", parse_log_partners),
    Setting("LOG_CHECK_RESULT", parse_path),
    Setting("DATABASE_URL", parse_database, is_secret=True),
    Setting("DATABASE_CONN_MAX_AGE", whole_number(0, 86_400), "60"),
    Setting("LANGUAGE_CODE", one_of(("zh-hans", "en"), str.lower), "zh-hans"),
    Setting("TIME_ZONE", parse_time_zone, "Asia/Shanghai"),
    Setting("MAX_UPLOAD_BYTES", whole_number(1, 10 * 2**30), "31457280"),
    Setting("MAX_FILM_BYTES", whole_number(1, 100 * 2**30), "314572800"),
    Setting("ACCEPT_ZIP", parse_boolean, "false"),
    Setting("WEBSUB_HUB", parse_address),
    Setting("WECHAT_APP_ID", matching(r"\w+", "the AppID (wx…)")),
    Setting("WECHAT_APP_SECRET", matching(r"\w+", "the AppSecret, letters and digits"), is_secret=True),
    Setting("VIDEO_HOSTS", parse_hosts),
    Setting("FETCH_PICTURES", parse_boolean, "true"),
    Setting("OUTSIDE_CHECKER", parse_address),
    Setting("OUTSIDE_CHECKER_TOKEN", str, is_secret=True),
    Setting("LINK_CHECKS", parse_boolean, "true"),
    Setting("PREVIEW_HOURS", whole_number(1, 24 * 365), "24"),
    Setting("SESSION_IDLE_MINUTES", whole_number(5, 120), "30"),
    Setting("SEVERAL_SESSIONS", parse_boolean, "true"),
    Setting("PASSWORD_LENGTH", whole_number(8, 64), "10"),
    Setting("PASSWORD_DAYS", whole_number(1, 180), "90"),
    Setting("ACCOUNTS_CONTACT", parse_line),
    Setting("MAIL_SERVER", parse_mail_server, is_secret=True),
    Setting("MAIL_FROM", parse_mail_address),
    Setting("DORMANT_ACCOUNT_DAYS", whole_number(0, 3650), "0"),
    Setting("OIDC_ISSUER", parse_secure_address),
    Setting("OIDC_CLIENT_ID", str),
    Setting("OIDC_CLIENT_SECRET", str, is_secret=True),
    Setting("OIDC_USERNAME_CLAIM", matching(r"[\w.:/-]+", "the name of a claim"), "preferred_username"),
    Setting("LDAP_URL", parse_directory),
    Setting("LDAP_BASE", str),
    Setting("LDAP_FILTER", parse_directory_filter, "(uid={user})"),
    Setting("LDAP_BIND_DN", str),
    Setting("LDAP_BIND_PASSWORD", str, is_secret=True),
    Setting("WECOM_CORP_ID", matching(r"\w+", "the CorpID (ww…)")),
    Setting("WECOM_AGENT_ID", matching(r"\d+", "the AgentId, a number")),
    Setting("WECOM_SECRET", matching(r"[\w-]+", "the Secret of the application"), is_secret=True),
    Setting("DESK_WATERMARK", parse_boolean, "false"),
    Setting("BEHIND_PROXY", parse_boolean, "false"),
    Setting("HSTS_SUBDOMAINS", parse_boolean, "false"),
    Setting("BAKED_S3_BUCKET", matching(r"[\w.-]{3,63}", "the name of the bucket alone")),
    Setting("BAKED_S3_ENDPOINT", parse_address),
    Setting("DEBUG", parse_boolean, "false"),
    Setting("LOG_LEVEL", one_of(("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), str.upper), "WARNING"),
]
NAMES = [setting.name for setting in SETTINGS]
# Settings that mean something only together.
TOGETHER = [
    ("LOG_TOKEN_MODULE", "LOG_TOKEN_LABEL", "LOG_TOKEN_KEY", "LOG_TOKEN_PIN"),
    ("WECHAT_APP_ID", "WECHAT_APP_SECRET"),
    ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"),
    ("LDAP_URL", "LDAP_BASE"),
    ("LDAP_BIND_DN", "LDAP_BIND_PASSWORD"),
    ("WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET"),
]
# Variables that libraries read, which may be in .env too: boto3's, libpq's, granian's, those of proxies.
FOREIGN_NAMES = re.compile(r"(AWS|PG|GRANIAN|SSL|TLS)\w*|(HTTPS?|NO|ALL)_PROXY", re.IGNORECASE)
# How similar a name in the environment must be to one of ours; G_DEBUG of GLib and LANGUAGE of gettext are not.
LIKENESS = 0.85
# Django's own check demands more, in production (security.W009).
MIN_SECRET_KEY = 32  # characters


def load_settings() -> dict[str, Any]:
    """Return the value of every setting, by name. Raises ImproperlyConfigured that says everything that is wrong.

    Variables in .env are put into the environment, where libraries find theirs.
    """
    written, wrong = read_env_file(ENV_FILE)
    for name, text in written.items():
        os.environ.setdefault(name, text)
    values, wrong_values = parse_settings(os.environ)
    wrong += wrong_values
    if wrong:
        wrong += find_suspicious(os.environ)  # a misspelt name may be why another one is missing
        raise ImproperlyConfigured(
            "Newsroom does not start, because of its settings:\n"
            + "".join(f"  - {sentence}\n" for sentence in wrong)
            + f"They are read from the environment and from {ENV_FILE}; docs/operations.md describes them."
        )
    return values


def parse_settings(variables: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return the value of every setting and a sentence for everything that is wrong. Empty is as not written."""
    values: dict[str, Any] = {}
    wrong = []
    for setting in SETTINGS:
        text = variables.get(setting.name, "").strip() or setting.default
        try:
            values[setting.name] = None if text is None else setting.parse(text)
        except ValueError as error:
            shown = "not an allowed value" if setting.is_secret else repr(text)
            wrong.append(f"{setting.name} is {shown}; write {error}.")
    if urlsplit(values.get("SITE_URL", "")).hostname in (values.get("FORMER_HOSTS") or ()):
        wrong.append("FORMER_HOSTS contains the host of SITE_URL; it is for hosts that the site had before.")
    return values, wrong + list(_missing({name for name in NAMES if variables.get(name, "").strip()}))


def _missing(written: set[str]) -> Iterable[str]:
    """Yield a sentence for everything that the settings which are written need, and lack."""
    if "SECRET_KEY" not in written:
        yield "SECRET_KEY is not set; `make .env` writes one into .env, in production set it in the environment."
    if "ENCRYPTION_KEYS" not in written:
        yield (
            "ENCRYPTION_KEYS is not set; `make .env` writes one into .env. If there was one, use it: what it encrypted "
            "is lost otherwise. Keep a copy separate from the backups."
        )
    for together in TOGETHER:
        if 0 < len(written & set(together)) < len(together):
            yield f"{', '.join(together[:-1])} and {together[-1]} go together; set all of them, or none."
    if "BAKED_S3_ENDPOINT" in written and "BAKED_S3_BUCKET" not in written:
        yield "BAKED_S3_ENDPOINT is set without BAKED_S3_BUCKET; set both, or neither."
    if "BAKED_S3_BUCKET" in written and not find_spec("storages"):
        yield "BAKED_S3_BUCKET needs packages that are missing; run pip install -r deploy/requirements-s3.txt."
    if "LOG_TOKEN_MODULE" in written and not find_spec("pkcs11"):
        yield "LOG_TOKEN_MODULE needs a package that is missing; run pip install -r deploy/requirements-pkcs11.txt."


# --- Names ------------------------------------------------------------------------------------------------------


def read_env_file(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return the variables in the file and a sentence for everything in it that is wrong. No file is an empty one."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors of Windows begin it with a byte order mark
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{path} cannot be read ({error}); it must be a text file in UTF-8 that this account may read."]
    names: dict[str, str] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = re.match(r"(?:export )?([A-Za-z_0-9]+)=", line)
        if not found:
            wrong.append(f"Line {number} of .env is not NAME=value; write no blanks before or around the =.")
        elif found[1] in names:
            wrong.append(f"{found[1]} is in .env twice; remove one of them.")
        elif found[1] not in NAMES and not FOREIGN_NAMES.fullmatch(found[1]):
            wrong.append(f"{found[1]} in .env is not a setting of Newsroom{_suggestion(found[1], cutoff=0.6)}.")
        else:
            names[found[1]] = line
    return _unquote(names.values()), wrong


def _unquote(lines: Iterable[str]) -> dict[str, str]:
    """Return the variables of lines of `.env`; django-environ understands its quotes and escapes."""

    class EnvFile(environ.Env):
        ENVIRON: dict[str, str] = {}  # instead of os.environ

    EnvFile.read_env(io.StringIO("\n".join(lines)))
    return EnvFile.ENVIRON


def _suggestion(name: str, *, cutoff: float) -> str:
    """Return `; did you mean X?`, or nothing if no setting is that much alike."""
    close = difflib.get_close_matches(name.upper(), NAMES, n=1, cutoff=cutoff)
    return f"; did you mean {close[0]}?" if close else ""


def find_suspicious(variables: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable that resembles a setting without being one, and for each odd value."""
    found = [
        f"{name} in the environment is not a setting of Newsroom{suggestion}"
        for name in sorted(set(variables) - set(NAMES))
        if (suggestion := _suggestion(name, cutoff=LIKENESS))
    ]
    return found + list(_oddities(parse_settings(variables)[0]))


def _oddities(values: Mapping[str, Any]) -> Iterable[str]:
    """Yield a sentence for each value that is right but odd; wrong values are not included."""
    if 0 < len(values.get("SECRET_KEY") or "") < MIN_SECRET_KEY:
        yield f"SECRET_KEY is shorter than {MIN_SECRET_KEY} characters and can be guessed; `make .env` writes one."
    site, hosts = urlsplit(values.get("SITE_URL", "")).hostname, values.get("ALLOWED_HOSTS")
    if site and hosts and not validate_host(site, hosts):
        # Right where others serve the pages and only the desk is here.
        yield f"ALLOWED_HOSTS lacks {site}, the host of SITE_URL: under its own address the site answers 400."
    if values.get("SITE_URL", "").startswith("https:") and not values.get("BEHIND_PROXY"):
        yield "SITE_URL is https, but BEHIND_PROXY is false: `manage.py serve` redirects every request to itself."
    # Readers are served without a database, and from a disk that became read-only.
    folder = values.get("DATA_DIR")
    if folder and folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        yield f"DATA_DIR is {folder}, which this account may not write to: nobody can publish."
    database = values.get("DATABASE_URL") or {}
    file = Path(database["NAME"]) if database.get("ENGINE", "").endswith("sqlite3") else None
    if file and file.parent != folder and not file.parent.is_dir():
        yield f"DATABASE_URL names a file in {file.parent}, which is not a folder; create it."


def check_environment(**_facts: Any) -> list[checks.CheckMessage]:
    """Django's system check, so that every command says what find_suspicious finds."""
    return [checks.Warning(sentence, id="newsroom.W001") for sentence in find_suspicious(os.environ)]
