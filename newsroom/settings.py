"""All settings of Django and of Newsroom; environment.py reads those that an operator may write."""

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from . import __version__
from .databases import with_options
from .environment import load_settings
from .setting_values import BASE_DIR

written = load_settings()

# --- Identity ---------------------------------------------------------------------------------------------------

VERSION = __version__
DEBUG = written["DEBUG"]
SECRET_KEY = written["SECRET_KEY"]
# What is encrypted in the database (articles/encryption.py): the first key encrypts, all decrypt.
ENCRYPTION_KEYS = written["ENCRYPTION_KEYS"]

# The public address. QR codes, canonical links and feeds are built from it, never from a request's Host header.
SITE_URL = written["SITE_URL"]
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = written["ALLOWED_HOSTS"] or [urlsplit(SITE_URL).hostname, "127.0.0.1", "localhost"]
# Former hosts of the site; addresses printed under them redirect to SITE_URL.
FORMER_HOSTS = written["FORMER_HOSTS"] or []
# The prefix of the ids of feed entries, which must never change: the first known host.
FEED_TAG = written["FEED_TAG"] or f"{[*FORMER_HOSTS, urlsplit(SITE_URL).hostname][0]},2026"

DATA_DIR = written["DATA_DIR"]
DATA_DIR.mkdir(parents=True, exist_ok=True)
# The keys that sign the public log (articles/merkle_log/keys.py).
LOG_KEY_FILE = written["LOG_KEY_FILE"] or DATA_DIR / "log.key"
# The token that holds new ones (articles/merkle_log/token_keys.py); no module: in the file.
LOG_TOKEN_MODULE, LOG_TOKEN_LABEL = written["LOG_TOKEN_MODULE"], written["LOG_TOKEN_LABEL"]
LOG_TOKEN_KEY, LOG_TOKEN_PIN = written["LOG_TOKEN_KEY"], written["LOG_TOKEN_PIN"]
LOG_PARTNERS = written["LOG_PARTNERS"] or []
LOG_CHECK_RESULT = written["LOG_CHECK_RESULT"]

# --- Apps -------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "articles.admin.apps.DeskConfig",
    "articles",  # before Django's: its own createsuperuser and changepassword
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ckeditor",
]

MIDDLEWARE = [
    "articles.public.former_hosts.FormerHostMiddleware",
    "articles.admin.faults.DatabasePatienceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "articles.public.compression.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "articles.public.caching.CacheControlMiddleware",
    "articles.public.pages.appearance.ElderParameterMiddleware",
    "articles.admin.language.DeskLanguageMiddleware",
    "articles.admin.nul_characters.NulCharacterMiddleware",
    "articles.public.old_paths.OldPathMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "articles.admin.strangers.StrangersUploadMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "articles.admin.factor_owed.FactorOwedMiddleware",
    "articles.admin.desk_sessions.DeskSessionMiddleware",
    "articles.admin.desk_access.DeskAccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

CSRF_FAILURE_VIEW = "articles.admin.stale_form.stale_form_view"
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

_sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "newsroom.sqlite3")}
DATABASES = {"default": with_options(written["DATABASE_URL"] or _sqlite, keep_seconds=written["DATABASE_CONN_MAX_AGE"])}

# An address typed without a scheme is https, as will be the default in Django 6.0.
FORMS_URLFIELD_ASSUME_HTTPS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time ------------------------------------------------------------------------------------------

LANGUAGE_CODE = written["LANGUAGE_CODE"]
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = written["TIME_ZONE"]
USE_I18N = True
FORMAT_MODULE_PATH = "newsroom.formats"
USE_TZ = True

# --- Files ------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "serving.static_files.AppFinder"]
MEDIA_URL = "/media/"
# Every upload, drafts' too; nothing serves this folder.
MEDIA_ROOT = DATA_DIR / "media"
# The uploads that something public uses, as /media/… below this folder; nginx and granian serve them.
PUBLIC_FILES_DIR = DATA_DIR / "public"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "serving.static_files.CollectedFiles"
    },
    # Readers' pages (articles/baking).
    "baked": {"BACKEND": "articles.baking.store.LocalFiles"},
}
# An object store instead of the disk for readers' pages; endpoint, region and keys come from boto3's variables.
if written["BAKED_S3_BUCKET"]:
    STORAGES["baked"] = {
        "BACKEND": "articles.baking.remote.RemoteFiles",
        "OPTIONS": {"bucket_name": written["BAKED_S3_BUCKET"], "endpoint_url": written["BAKED_S3_ENDPOINT"]},
    }
FILE_UPLOAD_PERMISSIONS = 0o644
# The folder of baked pages; nginx and granian serve `current` in it.
BAKED_DIR = DATA_DIR / "baked"
# The folder of backups (manage.py backup).
BACKUPS = written["BACKUPS"]
# The folder of the archived months of the audit, and after how many days a month is written to it.
AUDIT_ARCHIVE = written["AUDIT_ARCHIVE"] or DATA_DIR / "audit"
AUDIT_ARCHIVE_DAYS = written["AUDIT_ARCHIVE_DAYS"]
# Largest picture or document that an editor may upload, and largest film or recording, in bytes.
MAX_UPLOAD_BYTES, MAX_FILM_BYTES = written["MAX_UPLOAD_BYTES"], written["MAX_FILM_BYTES"]
# Whether editors may upload archives (ZIP) of documents and pictures.
ACCEPT_ZIP = written["ACCEPT_ZIP"]
# On the same disk as MEDIA_ROOT, to which uploads are moved; /tmp may be in memory.
FILE_UPLOAD_TEMP_DIR = DATA_DIR
# The WebSub hub that is notified when a feed has changed; or None.
WEBSUB_HUB = written["WEBSUB_HUB"]
# WeChat's script (JS-SDK), for the cards that readers share; both or none. Its host is allowed only if they are set.
WECHAT_APP_ID, WECHAT_APP_SECRET = written["WECHAT_APP_ID"], written["WECHAT_APP_SECRET"]
WECHAT_SDK = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"
# Host names of video sites; a link to one, alone in a paragraph, is shown as a link to a film.
VIDEO_HOSTS = written["VIDEO_HOSTS"] or []
FETCH_PICTURES = written["FETCH_PICTURES"]
# The service that checks texts in the background, and what it is sent; None if there is none.
OUTSIDE_CHECKER, OUTSIDE_CHECKER_TOKEN = written["OUTSIDE_CHECKER"], written["OUTSIDE_CHECKER_TOKEN"]
LINK_CHECKS = written["LINK_CHECKS"]
# A long investigation with tables pasted from Word is well below this; uploaded files are not counted.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# --- Security ---------------------------------------------------------------------------------------------------

# The rules for passwords, and for how many days they are valid (articles/passwords).
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "articles.passwords.validators.LengthValidator", "OPTIONS": {"min_length": written["PASSWORD_LENGTH"]}},
    {"NAME": "articles.passwords.validators.KindsValidator"},
    {"NAME": "articles.passwords.validators.PersonalValidator"},
    {"NAME": "articles.passwords.validators.GuessableValidator"},
    {"NAME": "articles.passwords.validators.HistoryValidator"},
]
PASSWORD_DAYS = written["PASSWORD_DAYS"]
# Whom the log-in page names to those who have forgotten their password.
ACCOUNTS_CONTACT = written["ACCOUNTS_CONTACT"]
# Mail is set up if both are written (articles/mailing.py).
MAIL_FROM = written["MAIL_FROM"] if written["MAIL_SERVER"] else None
_mail = written["MAIL_SERVER"] or {}
EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST", "localhost"), _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_USER") or "", _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20  # seconds
# Ways to log in that the house has already; each is off while it is not set (articles/sign_on).
OIDC_ISSUER, OIDC_CLIENT_ID = written["OIDC_ISSUER"], written["OIDC_CLIENT_ID"]
OIDC_CLIENT_SECRET, OIDC_USERNAME_CLAIM = written["OIDC_CLIENT_SECRET"], written["OIDC_USERNAME_CLAIM"]
LDAP_URL, LDAP_BASE, LDAP_FILTER = written["LDAP_URL"], written["LDAP_BASE"], written["LDAP_FILTER"]
LDAP_BIND_DN, LDAP_BIND_PASSWORD = written["LDAP_BIND_DN"], written["LDAP_BIND_PASSWORD"]
WECOM_CORP_ID, WECOM_AGENT_ID = written["WECOM_CORP_ID"], written["WECOM_AGENT_ID"]
WECOM_SECRET = written["WECOM_SECRET"]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    *(["articles.sign_on.backends.DirectoryBackend"] if LDAP_URL else []),
    *(["articles.sign_on.backends.OidcBackend"] if OIDC_ISSUER else []),
    *(["articles.sign_on.backends.WecomBackend"] if WECOM_CORP_ID else []),
]
# After how many days without a log-in the worker closes an account; 0: never.
DORMANT_ACCOUNT_DAYS = written["DORMANT_ACCOUNT_DAYS"]
# Whether the desk shows, and prints, who reads it and when across every page.
DESK_WATERMARK = written["DESK_WATERMARK"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Cookies exist for the desk only: readers' pages neither set nor read one (law 9), so any cache may store them.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
# A session ends when it was not used for so long; also after twelve hours (articles/desk_sessions).
SESSION_ENGINE = "articles.desk_sessions.store"
SESSION_COOKIE_AGE = written["SESSION_IDLE_MINUTES"] * 60
# Without it a log-in ends the other sessions of the account.
SEVERAL_SESSIONS = written["SEVERAL_SESSIONS"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Subdomains may belong to others and have no certificate.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS and written["HSTS_SUBDOMAINS"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# Set this only if our own proxy sets X-Forwarded-Proto and appends to X-Forwarded-For on every request; otherwise
# anyone could claim to use TLS, or to come from another address.
BEHIND_PROXY = written["BEHIND_PROXY"]
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
    # HSTS for subdomains and preloading are for the operator to decide: HSTS_SUBDOMAINS.
    "security.W005",
    "security.W021",
]
if not HTTPS:
    # A trial on a local machine has no certificate; https in SITE_URL enables these checks again.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": written["LOG_LEVEL"]},
}

# --- Editor -----------------------------------------------------------------------------------------------------

# The editor is configured in articles/admin/editor.py.
PREVIEW_HOURS = written["PREVIEW_HOURS"]
