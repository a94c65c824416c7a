"""Settings, and the only reader of the environment. Every variable is documented in docs/settings.md."""

from __future__ import annotations

import contextlib
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VERSION = "0.1.0"

# -- Where things live -------------------------------------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # the SQLite file in it is everything there is to know


def _kept_secret(name: str) -> str:
    """A secret made once per installation and kept in DATA_DIR, readable by its owner only."""
    path = DATA_DIR / name
    if not path.exists():
        # Written whole, then linked into place: of two processes starting at once, both read the same secret.
        draft = DATA_DIR / f".{name}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="") or _kept_secret("secret_key")
DEBUG = env.bool("DEBUG", default=False)

# -- How it is reached -------------------------------------------------------------------------------------

HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://{HOST}:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", HOST])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
WEB_THREADS = env.int("WEB_THREADS", default=4)
DEMO = env.bool("DEMO", default=True)

_https = PUBLIC_URL.startswith("https://")
if env.bool("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- What is installed -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "governance.apps.GovernanceConfig",
    "actions.apps.ActionsConfig",
    "reviews.apps.ReviewsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

# The agents' API uses neither sessions nor messages nor CSRF cookies; those middlewares step aside for it.
MIDDLEWARE = [
    "governance.middleware.SecurityHeaders",
    "governance.middleware.RequestId",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "governance.middleware.PageSession",
    "governance.middleware.PageCommon",
    "governance.middleware.PageCsrf",
    "governance.middleware.PageAuthentication",
    "governance.middleware.PageMessages",
    "governance.middleware.PageCsp",
    "governance.middleware.PageHtmx",
    "governance.middleware.PagePerson",
    "allauth.account.middleware.AccountMiddleware",  # allauth insists on this very name; it is cheap
]

ROOT_URLCONF = "governance.urls"
WSGI_APPLICATION = "governance.wsgi.application"
ASGI_APPLICATION = "governance.asgi.application"
APPEND_SLASH = False  # a redirect turns an agent's POST into a GET (wire-contract rule 10)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reviews.context.frame",
            ],
        },
    }
]

FORM_RENDERER = "governance.drawn_fields.Renderer"

# -- Where it is stored ------------------------------------------------------------------------------------

_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA recursive_triggers=ON; PRAGMA busy_timeout=20000;"
    ),
}


# Statements are prepared on the server when they come the third time: planning some costs more than running them.
_POSTGRES_OPTIONS: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": 2}


def _database(url: str) -> dict[str, Any]:
    config: dict[str, Any] = environ.Env.db_url_config(url)
    if config["ENGINE"].endswith("sqlite3"):
        # A connection per thread is kept for good: opening one costs more than a submit.
        return config | {
            "ENGINE": "governance.sqlite",
            "CONN_MAX_AGE": None,
            "OPTIONS": dict(_SQLITE_OPTIONS),
        }
    if config["ENGINE"].endswith("postgresql"):
        pool = {"min_size": 1, "max_size": WEB_THREADS + 2, "timeout": 10}
        return config | {"OPTIONS": _POSTGRES_OPTIONS | config.get("OPTIONS", {}) | {"pool": pool}}
    raise ImproperlyConfigured(f"DATABASE_URL: {config['ENGINE']} is neither SQLite nor PostgreSQL.")


DATABASES = {"default": _database(env.str("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'foureyes.sqlite3'}"))}

# -- Who signs in ------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "governance.Person"
AUTHENTICATION_BACKENDS = ["governance.roles.RoleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "governance.sign_in.SignIn"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "governance.second_factor.SecondFactor"
MFA_FORMS = {"authenticate": "governance.second_factor.CodeForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # half minutes that a phone's clock may be off
REQUIRE_MFA = env.bool("REQUIRE_MFA", default=False)
SESSION_COOKIE_NAME = "foureyes_session"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day; seconds
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "foureyes_csrf"
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "governance.middleware.csrf_failure"
DEFAULT_TEAM = env.str("DEFAULT_TEAM", default="Everyone")

# -- What browsers may do ----------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=0)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# -- What people may upload ---------------------------------------------------------------------------------

# In memory only, and a larger file is dropped while it is read: nothing that somebody uploads is put on a disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024 + 64 * 1024  # bytes: a file of 1 MB, and the form around it

# -- Static files ------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from the packages themselves: no collectstatic step to forget
WHITENOISE_MAX_AGE = 60 if DEBUG else 3600

# -- The agents' API ---------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["actions.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "actions.api.negotiation.AlwaysJson",
    "DEFAULT_PARSER_CLASSES": ["actions.api.parsers.StrictJsonParser"],
    "EXCEPTION_HANDLER": "actions.api.exceptions.handle",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
    "COMPACT_JSON": True,
    "UNICODE_JSON": True,
}
# Bodies are refused before they are parsed; the parser says where and why (threats AC23).
MAX_BODY_BYTES = 64 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# -- How people are told -----------------------------------------------------------------------------------

_mail = env.email_url("EMAIL_URL", default="consolemail://")  # printed by the worker: a demo needs no server
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"] or "localhost"
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_PORT = _mail["EMAIL_PORT"] or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"] or None
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Foureyes <foureyes@localhost>")
ALLOW_PRIVATE_WEBHOOKS = env.bool("ALLOW_PRIVATE_WEBHOOKS", default=False)

# -- Rules of the house ------------------------------------------------------------------------------------

APPROVAL_DEADLINE = timedelta(hours=env.float("APPROVAL_DEADLINE_HOURS", default=24.0))
SAMPLE_ONE_IN = env.int("SAMPLE_ONE_IN", default=100)  # of what the rules approve, for people to look at; 0 is none
CLAIM_MINUTES = env.float("CLAIM_MINUTES", default=15.0)  # how long somebody is at an action
if not 3 <= CLAIM_MINUTES <= 24 * 60:  # an open page renews its claim every two minutes
    raise ImproperlyConfigured(f"CLAIM_MINUTES: {CLAIM_MINUTES:g} is not from 3 to 1440 minutes.")
# What protects the attention of those who decide (threats AC22); 0 switches each of them off.
MAX_PENDING_PER_AGENT = env.int("MAX_PENDING_PER_AGENT", default=200)
AUTO_BLOCK_REJECTIONS = env.int("AUTO_BLOCK_REJECTIONS", default=0)  # in a row, within a day
REVIEW_PACE_SECONDS = env.float("REVIEW_PACE_SECONDS", default=0.0)  # from opening a high or critical one to approving
LEDGER_ORIGIN = env.str("LEDGER_ORIGIN", default="foureyes.local/ledger")
WORKER_INTERVAL = env.float("WORKER_INTERVAL", default=5.0)  # seconds between two sweeps
ENVIRONMENT = env.str("ENVIRONMENT", default="production")  # what /api/deployment-info calls this installation

# -- Language, time, logs ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # each in its own words; governance/locale has them
# Of chat rooms, of mail to whoever chose none, and of pages for a browser that asks for none of them. Never of agents,
# commands and the ledger: these are English, as LANGUAGE_CODE says.
DEFAULT_LANGUAGE = env.str("DEFAULT_LANGUAGE", default="en")
if DEFAULT_LANGUAGE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"DEFAULT_LANGUAGE: {DEFAULT_LANGUAGE} is not one of {', '.join(dict(LANGUAGES))}.")
FORMAT_MODULE_PATH = ["governance.formats"]
TIME_ZONE = "UTC"  # of agents, commands and whoever has not chosen one
USE_I18N = True
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
