"""Kheo's settings. Everything an office may change comes from the environment; see docs/settings.md."""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from kheo.lib import configuration
from kheo.rooms import APPS

# Whether this is an installation with a settings file of its own, and not the development tree.
INSTALLED = configuration.load()
ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("KHEO_DATA") or ROOT / "data").resolve()


def flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in ("1", "yes", "true", "on")


def secret_key() -> str:
    """The installation's own secret: from KHEO_SECRET_KEY, or kept in the data folder.

    In the development tree it is made on first use. An installation gets it from script/start: where it is
    missing the data folder isn't the right one, or wasn't restored whole.
    """
    if key := os.environ.get("KHEO_SECRET_KEY"):
        return key
    keeper = DATA / "secret-key"
    if INSTALLED:
        return configuration.read_secret(keeper)
    if not keeper.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        with open(keeper, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(secrets.token_urlsafe(50))
    return keeper.read_text().strip()


def database() -> dict:
    """SQLite in the data folder, or the PostgreSQL that KHEO_DATABASE names (postgres://user:pw@host:port/name)."""
    address = os.environ.get("KHEO_DATABASE", "")
    if not address:
        # script/start makes an installation's folder; elsewhere it is made on first use, as for the secret.
        if not INSTALLED:
            DATA.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "kheo.sqlite3",
            "OPTIONS": {
                # Without IMMEDIATE, WAL refuses most contended writes; FULL because "received" means kept.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # Each thread that answers has a cache of its own, filled anew for each page: what is mapped
                # is shared with all and with the system.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456; PRAGMA cache_size=-8192; "
                "PRAGMA journal_size_limit=67108864;",
            },
        }
    parts = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Pages ask for a few rows: compiling a query or starting workers for it costs more than the query.
        "OPTIONS": {
            "options": "-c timezone=UTC -c jit=off -c max_parallel_workers_per_gather=0",
            # For the statements of `kheo.lib.rows.often` alone; Django's own are worded anew each time.
            "prepare_threshold": 3,
        },
    }


DEMO = flag("KHEO_DEMO")
DEBUG = flag("KHEO_DEBUG")
SECRET_KEY = secret_key()
ALLOWED_HOSTS = (os.environ.get("KHEO_HOSTS") or "localhost 127.0.0.1 [::1]").split()
# Said in link previews and printed documents; a visitor's own Host header is never trusted for that.
SITE_ADDRESS = (os.environ.get("KHEO_ADDRESS") or "http://127.0.0.1:8000").rstrip("/")
# Behind HTTPS cookies are sent over HTTPS only.
SECURE = SITE_ADDRESS.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
CSRF_TRUSTED_ORIGINS = [SITE_ADDRESS] if SECURE else []
SESSION_COOKIE_AGE = 12 * 60 * 60
# Minutes without a click after which a person signs in again.
IDLE_MINUTES = int(os.environ.get("KHEO_IDLE_MINUTES") or 30)
# Phones that work without signal: days for which a key opens without a sign-in; the long side, in pixels, to
# which a phone shrinks its photos; how much of one phone may wait here unwashed; days an upload nothing waits
# for is kept; days after which what waits for a person has waited too long.
PHONE_DAYS = int(os.environ.get("KHEO_PHONE_DAYS") or 30)
PHONE_PHOTO_SIDE = int(os.environ.get("KHEO_PHONE_PHOTO_SIDE") or 1600)
PHONE_WAITING_BYTES = int(os.environ.get("KHEO_PHONE_WAITING_MB") or 500) * 1024 * 1024
PHONE_KEPT_DAYS = int(os.environ.get("KHEO_PHONE_KEPT_DAYS") or 14)
PHONE_LATE_DAYS = int(os.environ.get("KHEO_PHONE_LATE_DAYS") or 3)
# What the status page and the page that puts the authority on phones read; "" where there is none.
CERTIFICATE = os.environ.get("KHEO_CERTIFICATE", "")
AUTHORITY = os.environ.get("KHEO_AUTHORITY", "")
PLAIN_PORT = int(os.environ.get("KHEO_PLAIN_PORT") or 80)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "kheo.ui.views.csrf_failure"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    *APPS,
    # After ours, so that a widget's template may be another.
    "django.forms",
    # On the roof, above every room: the demonstration.
    "kheo.demo",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kheo.ui.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "kheo.ui.middleware.DevicePolicy",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kheo.accounts.middleware.DemoStaysHere",
    "kheo.accounts.middleware.IdleTimeout",
    "kheo.units.middleware.NewDay",
    "kheo.units.middleware.ActingPost",
    "kheo.ui.middleware.Refusals",
    "kheo.ui.middleware.ClosedDoors",
    "kheo.accounts.middleware.OwnPassword",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "kheo.urls"
WSGI_APPLICATION = "kheo.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "kheo.ui.templatetags.kheo",
                "kheo.messaging.templatetags.messaging",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kheo.ui.context.page",
            ],
        },
    }
]
FORM_RENDERER = "kheo.ui.forms.Renderer"

DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
# `lib` is no app, so its words are named here.
LOCALE_PATHS = [ROOT / "kheo" / "lib" / "locale"]
FORMAT_MODULE_PATH = ["kheo.ui.formats"]

# Long work is handed to a worker through the database, in the transaction that asks for it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "build" / "static"
# What script/build makes from packages: fonts, htmx and the like.
STATICFILES_DIRS = [ROOT / "build" / "assets"] if (ROOT / "build" / "assets").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA / "uploads"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# Where backups go (folders or s3://bucket/prefix), what stays of them, and what seals them.
BACKUP_TO = os.environ.get("KHEO_BACKUP_TO", "").split()
BACKUP_KEEP = os.environ.get("KHEO_BACKUP_KEEP", "7 daily, 4 weekly, 12 monthly")
BACKUP_PASSPHRASE_FILE = os.environ.get("KHEO_BACKUP_PASSPHRASE_FILE", "")
S3_ENDPOINT = os.environ.get("KHEO_S3_ENDPOINT", "")
S3_REGION = os.environ.get("KHEO_S3_REGION", "us-east-1")
S3_KEY = os.environ.get("KHEO_S3_KEY", "")
S3_SECRET = os.environ.get("KHEO_S3_SECRET", "")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# What this machine notes about itself: signs of life, the errors of the last days. Not part of a backup.
RUN = DATA / "run"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "kheo.lib.logs.OneLine"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "faults": {"()": "kheo.lib.logs.FaultKeeper", "folder": RUN},
    },
    "root": {"handlers": ["console", "faults"], "level": "WARNING"},
    "loggers": {
        # Kheo says itself who was refused at the door, in fewer words.
        "axes": {"level": "ERROR"},
        # A page that isn't there, or a stranger's Host header, needs nobody's care.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django_tasks": {"level": "ERROR"},
        "django_tasks_db": {"level": "ERROR"},
    },
}

from kheo.accounts.sign_in import *  # noqa: E402, F403  (the settings of allauth and axes live with the room)

# The office's own web server says whether a visitor came over HTTPS; without one nobody's word is taken.
if TRUSTED_PROXIES:  # noqa: F405
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Indexes that hold more than their keys are PostgreSQL's; SQLite makes them without and looks at the row.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
