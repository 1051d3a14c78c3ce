"""Settings that are sound one by one and do not go together."""

import importlib.util
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from adapters.postgres.connection import Dsn
from adapters.snowflake.names import IDENTIFIERS, is_name
from domain.shared.errors import Invalid
from entrypoints.bootstrap import mail_rules
from entrypoints.bootstrap.loopback import is_loopback
from entrypoints.bootstrap.settings import NAMES_OF_FACTS, Settings, SnowflakeConfig

# Passwords that stand in examples all over the world.
_EXAMPLE_PASSWORDS: Final = frozenset(
    {"admin", "changeme", "change-me", "daybook", "password", "pass", "postgres", "secret", "test"}
)
_TLS_MODES: Final = ("require", "verify-ca", "verify-full")
# What holds the analytics of a store's records: its own tables, or the warehouse that was loaded from them.
_ANALYTICS_OF: Final = {
    "memory": ("memory",),
    "postgres": ("postgres", "duckdb", "snowflake"),
    "snowflake": ("snowflake",),
}


def broken(settings: Settings) -> list[str]:
    """Why these settings cannot be used; empty when they can."""
    found = [*_server(settings), *_stores(settings), *mail_rules.broken(settings)]
    found += [*_webhooks(settings), *_redis(settings), *_worker(settings), *_monitoring(settings)]
    if settings.app.env == "production":
        found += _production(settings)
    return found


def odd(settings: Settings) -> list[str]:
    """What can be used and is worth a word."""
    found = []
    if settings.database.url is not None and settings.app.storage == "memory":
        found.append("DATABASE_URL is not used: STORAGE=memory keeps everything in memory")
    if settings.app.env == "production" and settings.webhooks.allowed_networks:
        found.append("WEBHOOKS_ALLOWED_NETWORKS lets whoever registers a webhook reach into these networks")
    if settings.redis.url is not None and not settings.performance.cache_bytes:
        found.append("REDIS_URL is not used: PERFORMANCE_CACHE_BYTES=0 keeps no answers")
    return [*found, *mail_rules.odd(settings)]


def _server(settings: Settings) -> Iterator[str]:
    server = settings.server
    if not is_loopback(server.host):
        yield (
            f"HOST must be a loopback address such as 127.0.0.1, not {server.host}: Daybook has no access control yet, "
            "so whoever can reach it can read and change everything"
        )
    if settings.app.storage == "memory" and server.workers > 1:
        yield "WORKERS must be 1 with STORAGE=memory: each process would have records of its own"
    for origin in server.allowed_origins:
        parts = urlsplit(origin)
        if origin != "*" and (parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}"):
            yield f"ALLOWED_ORIGINS must hold origins such as https://shop.example.org, not {origin}"


def _stores(settings: Settings) -> Iterator[str]:
    app, database, snowflake = settings.app, settings.database, settings.snowflake
    if database.url is not None:
        try:
            Dsn(database.url.reveal())
        except ValueError as error:
            yield f"DATABASE_URL cannot be used: {error}"
    allowed = _ANALYTICS_OF[app.storage]
    if app.analytics not in allowed:
        yield f"ANALYTICS_STORAGE must be {' or '.join(allowed)} with STORAGE={app.storage}"
    if app.analytics == "duckdb":
        yield from without_duckdb()
    if "snowflake" in (app.storage, app.analytics):
        yield from without_snowflake(snowflake)
    yield from _names_of_facts(snowflake)


def without_duckdb() -> Iterator[str]:
    """Why the embedded warehouse cannot be used; nothing when it can."""
    if importlib.util.find_spec("duckdb") is None:
        yield "the embedded warehouse needs the extra: install daybook[warehouse]"


def without_snowflake(config: SnowflakeConfig) -> Iterator[str]:
    """Why the warehouse cannot be used; nothing when it can."""
    missing = [f"SNOWFLAKE_{name.upper()}" for name in ("account", "user") if getattr(config, name) is None]
    if config.password is None and config.private_key_file is None:
        missing.append("SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_FILE")
    if missing:
        yield f"{', '.join(missing)} must be given to use Snowflake"
    if importlib.util.find_spec("snowflake") is None:
        yield "Snowflake needs the extra: install daybook[snowflake]"


def _names_of_facts(config: SnowflakeConfig) -> Iterator[str]:
    found = [
        f"SNOWFLAKE_{name.upper()} must be an identifier such as SHOP: {IDENTIFIERS}"
        for name in ("database", "schema")
        if not is_name(getattr(config, name), most=1)
    ]
    found += [
        f"SNOWFLAKE_{name.upper()} must be a name such as SALES, MARTS.SALES or SHOP.MARTS.SALES: {IDENTIFIERS}"
        for name in NAMES_OF_FACTS
        if not is_name(getattr(config, name))
    ]
    yield from found
    if not found and not config.fact_names.differ:
        given = ", ".join(f"SNOWFLAKE_{name.upper()}" for name in NAMES_OF_FACTS)
        yield f"{given} must all differ: each is a table of its own"


def _webhooks(settings: Settings) -> Iterator[str]:
    try:
        _ = settings.webhooks.reach
    except Invalid as error:
        yield f"WEBHOOKS_ALLOWED_NETWORKS {error.problems[0].message}"


def _redis(settings: Settings) -> Iterator[str]:
    if settings.redis.url is None:
        return
    if _redis_parts(settings) is None:
        yield "REDIS_URL must be like redis://user:password@host:6379/0, or rediss:// for TLS"
    if importlib.util.find_spec("redis") is None:
        yield "REDIS_URL needs the extra: install daybook[redis], or leave it out"


def _redis_parts(settings: Settings) -> SplitResult | None:
    """The parts of its address; None when it has none, or one that cannot be read."""
    try:
        parts = urlsplit(settings.redis.url.reveal() if settings.redis.url is not None else "")
        sound = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if sound else None


def _worker(settings: Settings) -> Iterator[str]:
    port = settings.worker.metrics_port
    if port and not settings.monitoring.metrics_enabled:
        yield f"WORKER_METRICS_PORT={port} serves metrics, which MONITORING_METRICS_ENABLED=false leaves out"


def _monitoring(settings: Settings) -> Iterator[str]:
    endpoint = settings.monitoring.otlp_endpoint
    if endpoint is None:
        return
    if urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname:
        yield "OTEL_EXPORTER_OTLP_ENDPOINT must be an address such as http://127.0.0.1:4318"
    if importlib.util.find_spec("opentelemetry.exporter") is None:
        yield "OTEL_EXPORTER_OTLP_ENDPOINT needs the extra: install daybook[otlp], or leave it out"


def _production(settings: Settings) -> Iterator[str]:
    if settings.app.debug:
        yield "APP_DEBUG must be false in production"
    if "*" in settings.server.allowed_origins:
        yield "ALLOWED_ORIGINS must name the origins in production, not *"
    url = settings.database.url
    if url is not None:
        yield from _production_database(url.reveal())
    endpoint = urlsplit(settings.monitoring.otlp_endpoint or "")
    redis = _redis_parts(settings)
    if redis is not None and redis.scheme == "redis" and not is_loopback(redis.hostname or ""):
        yield "REDIS_URL must be rediss:// in production: all answers would cross the network in plain text"
    if endpoint.scheme == "http" and not is_loopback(endpoint.hostname or ""):
        yield "OTEL_EXPORTER_OTLP_ENDPOINT must be https in production: traces would cross the network in plain text"


def _production_database(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        options = dict(part.partition("=")[::2] for part in parts.query.split("&"))
    except ValueError:
        return  # said above
    if (parts.password or "") in _EXAMPLE_PASSWORDS:
        yield "DATABASE_URL must not have a password from an example in production"
    local = not parts.hostname or is_loopback(parts.hostname)
    if not local and options.get("sslmode", options.get("ssl")) not in _TLS_MODES:
        yield (
            "DATABASE_URL must ask for TLS in production (?sslmode=verify-full, or require): "
            "the password and all records would cross the network in plain text"
        )
