"""Settings, read from the environment. A value of the wrong type stops the start with its name."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from celery.schedules import schedule
from django.utils.csp import CSP
from environs import Env, validate

from warroom.settings.database import pooled
from warroom.settings.logging import FORMATS, logging_for
from warroom.settings.mail import check_sender, mailers

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
SECRET_KEY = env.str("SECRET_KEY")
# What the record is keyed with (docs/record.md); of SECRET_KEY where there is none of its own.
RECORD_KEY = env.str("RECORD_KEY", "")
RECORD_KEY_FALLBACKS = env.list("RECORD_KEY_FALLBACKS", [])
RECORD_ANCHORS = env.str("RECORD_ANCHORS", "")
RECORD_ANCHORS_URL = env.str("RECORD_ANCHORS_URL", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "warroom.apps.Administration",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "pgtrigger",
    "django_htmx",
    "allauth",
    "allauth.account",
    "incidents",
    "lanes",
    "comms",
    "retros",
    "machines",
    "warroom",
]

MIDDLEWARE = [
    "warroom.operations.request_log.ObservingMiddleware",
    "warroom.server.client_address.ClientAddressMiddleware",
    "warroom.server.database_away.GiveBackMiddleware",
    "warroom.server.private_pages.PrivatePagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "warroom.server.compression.CompressionMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "incidents.web.access.SessionCookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "warroom.server.unreadable.UnreadableRequestMiddleware",
    "incidents.web.uploads.UploadLimitMiddleware",
    "incidents.web.access.RefusalMiddleware",
]

ROOT_URLCONF = "warroom.urls"
ASGI_APPLICATION = "warroom.asgi.application"

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
                "warroom.server.context.house",
            ],
            "builtins": [
                "incidents.templatetags.links",
                "incidents.templatetags.room",
                "incidents.templatetags.modules",
                "django.templatetags.static",
            ],
        },
    }
]

# -- What lasts: PostgreSQL; what may be lost: Redis or Valkey -------------------------------
_DATABASE_LIMITS = {
    "size": env.int("DATABASE_POOL", 20),
    "timeout": env.int("DATABASE_POOL_TIMEOUT", 10),
    "statement": env.int("DATABASE_STATEMENT_TIMEOUT", 30),
    "lock": env.int("DATABASE_LOCK_TIMEOUT", 10),
    "idle": env.int("DATABASE_IDLE_TIMEOUT", 60),
}
DATABASES = {
    "default": pooled(env.dj_db_url("DATABASE_URL", conn_health_checks=True), **_DATABASE_LIMITS)
}
# The role that owns the tables, for migrations alone (warroom/server/database_roles.py).
MIGRATION_DATABASE = (
    pooled(env.dj_db_url("MIGRATION_DATABASE_URL"), **_DATABASE_LIMITS)
    if env.str("MIGRATION_DATABASE_URL", "")
    else None
)
# The few statements that every action sends (kernel/prepared.py) are planned once a connection
# from their second time on. PgBouncer needs 1.21 for it; false switches it off.
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = (
    1 if env.bool("DATABASE_PREPARE", True) else None
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
# The cache counts failed sign-ins (allauth): in PostgreSQL, so that an outage of Redis locks
# nobody out.
CACHES = {"default": {"BACKEND": "warroom.server.cache_table.CacheTable", "LOCATION": "cache"}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": env.str("REDIS_PREFIX", "warroom")},
    }
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
# A broker can be gone without a word: who waits for its answer gives up, and a worker that has
# heard nothing for a while connects anew.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "health_check_interval": 5,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Without end: a worker that gave up after a hundred tries would end on its own.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Late and at least once: every task claims its work in the database, so a repeat changes nothing.
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # Without "expires": a worker whose clock is ahead of the beat's would throw each tick away.
    "tick": {"task": "warroom.tick", "schedule": schedule(run_every=1.0)},
    "anchor": {"task": "warroom.anchor", "schedule": schedule(run_every=3600.0), "args": [True]},
}

# -- People -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "incidents.Person"
AUTHENTICATION_BACKENDS = [
    "warroom.accounts.demo_passwords.RefusingBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [{"NAME": "warroom.accounts.demo_passwords.NotTheDemosValidator"}]
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_ADAPTER = "warroom.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Warroom: "
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
SIGNUP_OPEN = env.bool("SIGNUP_OPEN", False)
# On top of allauth's own limits. Those of signing in lock out everybody behind one address, so they
# only stop a flood; guessing is slowed down by warroom/accounts/slowing.py.
# "keep": forms that are put aside because their session had ended (incidents/web/kept_forms.py).
ACCOUNT_RATE_LIMITS = {"keep": "120/h/ip", "login": "600/m/ip", "login_failed": None} | (
    env.json("ACCOUNT_RATE_LIMITS", None) or {}
)
# Proxies, as networks, whose X-Forwarded-For says who asks: limits count by that.
TRUSTED_PROXIES = [ip_network(one) for one in env.list("TRUSTED_PROXIES", ["127.0.0.1", "::1"])]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# -- Security ---------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS", False) else None
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("BEHIND_TLS", False)
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 0)

# -- Files, mail, words -----------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or DEMO
        else "warroom.server.static_files.HashedFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or DEMO
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
# A longer body lies on disk until it has come whole: it may come slowly, from anybody.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["incidents.web.uploads.CappedUploadHandler"]

MAILERS = mailers(env.dj_email_url("EMAIL_URL", "console://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "warroom@localhost", validate=check_sender)
BASE_URL = env.str("BASE_URL", "http://localhost:8000")

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# A folder, or storage:NAME, to which the status site is written after each change.
STATUS_EXPORT = env.str("STATUS_EXPORT", "")
# Clients of the Statuspage API know a host alone and ask /api/v2/… of it: answered there too.
STATUS_API_AT_ROOT = env.bool("STATUS_API_AT_ROOT", True)
# Private networks that webhooks may reach all the same, such as 10.1.0.0/16.
OUTGOING_ALLOW = [ip_network(one) for one in env.list("OUTGOING_ALLOW", [])]
# Open status pages that one web process keeps current by socket; more of them poll.
STATUS_READERS = env.int("STATUS_READERS", 20_000)
# Seconds after which a status page that nobody could renew says so; it is renewed each minute.
STATUS_STALE_AFTER = timedelta(seconds=env.int("STATUS_STALE_AFTER", 150))

ORGANISATION = env.str("ORGANISATION", "your organisation")

# How long a rollback check shows that the path runs now.
ROLLBACK_CHECK_LASTS = timedelta(minutes=env.int("ROLLBACK_CHECK_MINUTES", 60))
RECORD_OWED_WITHIN = timedelta(minutes=env.int("RECORD_OWED_MINUTES", 15))
COMMANDER_AWAY_AFTER = timedelta(minutes=env.int("COMMANDER_AWAY_MINUTES", 10))
DEPUTY_ANSWERS_WITHIN = timedelta(minutes=env.int("DEPUTY_ANSWER_MINUTES", 5))
# How soon the next update must be promised, in minutes, by severity.
UPDATE_CADENCE = {
    "1": timedelta(minutes=env.int("UPDATE_CADENCE_SEV1", 30)),
    "2": timedelta(minutes=env.int("UPDATE_CADENCE_SEV2", 60)),
    "3": timedelta(minutes=env.int("UPDATE_CADENCE_SEV3", 240)),
}
# How long readers may wait for the first update of an incident, by severity.
FIRST_UPDATE_WITHIN = dict.fromkeys(
    ("1", "2"), timedelta(minutes=env.int("FIRST_UPDATE_MINUTES", 15))
)
# Requests by the API that a token may make in a minute, by its kind.
API_REQUESTS_A_MINUTE = {
    "person": env.int("API_PERSON_REQUESTS", 600),
    "service": env.int("API_SERVICE_REQUESTS", 1200),
    "agent": env.int("API_AGENT_REQUESTS", 120),
}
# Refuses every write by the API, to look into what a machine did.
API_READ_ONLY = env.bool("API_READ_ONLY", False)
# Folders with scenarios of the site's own, separated by commas (docs/scenarios.md).
SCENARIOS_DIR = env.list("SCENARIOS_DIR", [], subcast=Path)

# -- For whoever runs it ----------------------------------------------------------------------
LOGGING_CONFIG = "warroom.settings.logging.configure"
LOGGING = logging_for(
    env.str("LOG_FORMAT", "line" if DEBUG or DEMO else "json", validate=validate.OneOf(FORMATS)),
    env.str("LOG_LEVEL", "INFO"),
)
# Who has it may read /metrics; without it nobody may.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
