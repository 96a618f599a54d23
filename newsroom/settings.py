"""All settings, read from the environment (and from `.env` beside manage.py, which the environment overrides).

docs/operations.md describes every variable; tests/test_docs.py checks that.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from . import __version__

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def _site_url(value: str) -> str:
    """Return the public address as `scheme://host[:port]`. Raises ImproperlyConfigured with a sentence."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured(
            f"SITE_URL is {value!r}; it must be a scheme and a host such as https://news.example.cn, without a path."
        )
    return f"{parts.scheme}://{parts.netloc}"


# --- Identity ---------------------------------------------------------------------------------------------------

VERSION = __version__
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make .env` writes one into .env; in production set it in the environment."
    )

# The public address. QR codes, canonical links and feeds are built from it, never from a request's Host header.
SITE_URL = _site_url(env.str("SITE_URL", default="http://127.0.0.1:8000"))
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname, "127.0.0.1", "localhost"])

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

# --- Apps -------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "articles.admin.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ckeditor",
    "articles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "articles.public.compression.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "articles.public.caching.CacheControlMiddleware",
    "articles.admin.language.DeskLanguageMiddleware",
    "articles.public.old_paths.OldPathMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # Django's own loaders, but that ours leaves out indentation.
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "articles.public.unindented.UnindentedLoader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "articles.public.context_processors.site_context_processor",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'newsroom.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # SQLite ignores SELECT … FOR UPDATE; taking the write lock at BEGIN serialises acts instead.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# An address typed without a scheme is https, as will be the default in Django 6.0.
FORMS_URLFIELD_ASSUME_HTTPS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time ------------------------------------------------------------------------------------------

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="zh-hans")
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
USE_I18N = True
USE_TZ = True

# --- Files ------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "serving.static_files.AppFinder"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    # Readers' pages (articles/baking).
    "baked": {"BACKEND": "articles.baking.store.LocalFiles"},
}
# An object store instead of the disk for readers' pages; endpoint, region and keys come from boto3's variables.
BAKED_S3_BUCKET = env.str("BAKED_S3_BUCKET", default="")
if BAKED_S3_BUCKET:
    STORAGES["baked"] = {
        "BACKEND": "articles.baking.remote.RemoteFiles",
        "OPTIONS": {"bucket_name": BAKED_S3_BUCKET, "endpoint_url": env.str("BAKED_S3_ENDPOINT", default="") or None},
    }
FILE_UPLOAD_PERMISSIONS = 0o644
# The folder of baked pages; nginx and granian serve `current` in it.
BAKED_DIR = DATA_DIR / "baked"
# Largest picture, film or other attachment that an editor may upload, in bytes.
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=30 * 1024 * 1024)
# The WebSub hub that is notified when a feed has changed; none if empty.
WEBSUB_HUB = env.str("WEBSUB_HUB", default="")
if WEBSUB_HUB and not WEBSUB_HUB.startswith(("https://", "http://")):
    raise ImproperlyConfigured(
        f"WEBSUB_HUB is {WEBSUB_HUB!r}; write the whole address, beginning with https:// or http://"
    )
# WeChat's script (JS-SDK), for the cards that readers share; both or none. Its host is allowed only if they are set.
WECHAT_APP_ID, WECHAT_APP_SECRET = env.str("WECHAT_APP_ID", default=""), env.str("WECHAT_APP_SECRET", default="")
if bool(WECHAT_APP_ID) != bool(WECHAT_APP_SECRET):
    raise ImproperlyConfigured("WECHAT_APP_ID and WECHAT_APP_SECRET go together: set both, or neither")
WECHAT_SDK = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"
# Host names of video sites; a link to one, alone in a paragraph, is shown as a link to a film.
VIDEO_HOSTS = env.list("VIDEO_HOSTS", default=[])
# A long investigation with tables pasted from Word is well below this; uploaded files are not counted.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# --- Security ---------------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Cookies exist for the desk only: readers' pages neither set nor read one (law 9), so any cache may store them.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", default=HTTPS)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# Set this only if our own proxy sets X-Forwarded-Proto and appends to X-Forwarded-For on every request; otherwise
# anyone could claim to use TLS, or to come from another address.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The policy of readers' pages. That of the desk is in articles/admin/site.py.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, *(["https://res.wx.qq.com"] if WECHAT_APP_ID else [])],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the poster that the reader's browser draws
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
    }
}

SILENCED_SYSTEM_CHECKS = [
    # CKEditor 4 is at its end of life. How the risk is contained: docs/decisions/editor.md.
    "ckeditor.W001",
    # Our own frames are allowed: the reading page shows the text as readers will see it. Others are refused.
    "security.W019",
]
if not HTTPS:
    # A trial on one's own machine has no certificate; https in SITE_URL enables these checks again.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}

# --- Editor -----------------------------------------------------------------------------------------------------

# The editor is configured in articles/admin/editor.py.
PREVIEW_HOURS = env.int("PREVIEW_HOURS", default=24)
