"""Settings: their defaults, where they come from, and what is said of those that are wrong."""

from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from entrypoints.bootstrap.failures import ConfigurationError
from entrypoints.bootstrap.loader import Loaded, fields, load, shown
from entrypoints.bootstrap.settings import (
    AppConfig,
    DatabaseConfig,
    LoggingConfig,
    MonitoringConfig,
    PerformanceConfig,
    Secret,
    SecurityConfig,
    ServerConfig,
    Settings,
)

PASSWORD = "correct-horse-battery"
URL = f"postgresql://keeper:{PASSWORD}@127.0.0.1:5432/shop"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, **environment: str) -> Loaded:
    return load(environment, folder)


def problems(folder: Path, **environment: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(environment, folder)
    return caught.value.problems


def test_defaults(folder: Path) -> None:
    settings = read(folder).settings
    assert settings == Settings()
    assert (settings.app.name, settings.app.env, settings.app.debug, settings.app.storage) == (
        "daybook",
        "development",
        False,
        "postgres",
    )
    assert (settings.app.analytics, settings.app.max_lag) == ("duckdb", 0)
    assert (settings.server.host, settings.server.port, settings.server.workers) == ("127.0.0.1", 8000, 1)
    assert settings.server.allowed_origins == ()
    assert (settings.logging.level, settings.logging.format, settings.logging.categories) == ("info", "auto", {})
    assert settings.security.require_if_match is False
    assert (settings.monitoring.metrics_enabled, settings.monitoring.trace_sampling) == (True, 0.01)
    assert settings.monitoring.otlp_endpoint is None


def test_database_defaults_are_those_of_the_first_configuration(folder: Path) -> None:
    database = read(folder).settings.database
    assert database.url is None
    assert database.pool_size == 10
    assert database.max_overflow == 20
    assert database.pool_pre_ping is True
    assert database.pool_recycle == 3600


@pytest.mark.parametrize(
    "group",
    [AppConfig, ServerConfig, LoggingConfig, DatabaseConfig, SecurityConfig, MonitoringConfig, PerformanceConfig],
)
def test_groups_are_frozen(group: type[Struct]) -> None:
    with pytest.raises(AttributeError):
        setattr(group(), group.__struct_fields__[0], "x")


@pytest.mark.parametrize(
    ("name", "text", "group", "field", "value"),
    [
        ("DATABASE_URL", URL, "database", "url", Secret(URL)),
        ("LOG_CATEGORIES", "a=warning, b.c=DEBUG", "logging", "categories", {"a": "warning", "b.c": "debug"}),
        ("LOG_LEVEL", "Warning", "logging", "level", "warning"),
        ("LOGGING_LEVEL", "error", "logging", "level", "error"),
        ("HOST", "::1", "server", "host", "::1"),
        ("PORT", "9000", "server", "port", 9000),
        ("SERVER_PORT", "9001", "server", "port", 9001),
        ("STORAGE", "memory", "app", "storage", "memory"),
        ("DATABASE_POOL_SIZE", "3", "database", "pool_size", 3),
        ("DATABASE_POOL_PRE_PING", "FALSE", "database", "pool_pre_ping", False),
        ("DATABASE_POOL_TIMEOUT", "0.5", "database", "pool_timeout", 0.5),
        ("ALLOWED_ORIGINS", "http://a, http://b:1", "server", "allowed_origins", ("http://a", "http://b:1")),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318", "monitoring", "otlp_endpoint", "http://127.0.0.1:4318"),
    ],
)  # fmt: skip
def test_a_setting_is_read(folder: Path, name: str, text: str, group: str, field: str, value: object) -> None:
    loaded = read(folder, **{name: text})
    assert getattr(getattr(loaded.settings, group), field) == value
    assert list(loaded.sources.values()) == ["environment"]


def test_env_file_is_read_below_the_environment(folder: Path) -> None:
    (folder / ".env").write_text("# comment\nexport PORT=9000\nLOG_LEVEL='debug'  # why\nAPP_NAME=\"shop $HOME\"\n")
    loaded = read(folder, PORT="9100")
    assert loaded.settings.server.port == 9100
    assert loaded.settings.logging.level == "debug"
    assert loaded.settings.app.name == "shop $HOME"
    assert loaded.sources == {"PORT": "environment", "LOG_LEVEL": ".env", "APP_NAME": ".env"}


def test_options_go_before_the_environment(folder: Path) -> None:
    assert load({"PORT": "9000"}, folder, options={"PORT": "9100"}).settings.server.port == 9100


def test_an_empty_value_is_none(folder: Path) -> None:
    (folder / ".env").write_text("PORT=9000\n")
    assert read(folder, PORT="", DATABASE_URL=" ").settings.server.port == 9000


def test_a_secret_from_a_file(folder: Path) -> None:
    (folder / "url").write_text(URL + "\n")
    loaded = read(folder, DATABASE_URL_FILE="url")
    assert loaded.settings.database.url == Secret(URL)
    assert loaded.sources == {"DATABASE_URL": "DATABASE_URL_FILE (environment)"}


def test_a_secret_file_that_is_not_there(folder: Path) -> None:
    (found,) = problems(folder, DATABASE_URL_FILE="nowhere")
    assert found.startswith("DATABASE_URL_FILE names a file that cannot be read: nowhere")


def test_a_secret_in_two_places(folder: Path) -> None:
    (found,) = problems(folder, DATABASE_URL=URL, DATABASE_URL_FILE="url")
    assert found == "DATABASE_URL and DATABASE_URL_FILE are both given: keep one"


def test_two_names_of_one_setting_that_differ(folder: Path) -> None:
    assert problems(folder, PORT="1", SERVER_PORT="2") == ["PORT and SERVER_PORT are both given: keep one"]
    assert read(folder, PORT="9000", SERVER_PORT="9000").settings.server.port == 9000


def test_every_error_is_named_at_once(folder: Path) -> None:
    (folder / ".env").write_text("this is no line\nDATABASE_POOL_SIZE=0\n")
    found = problems(
        folder,
        PORT="x",
        WORKERS="0",
        APP_DEBUG="maybe",
        STORAGE="mongo",
        LOG_CATEGORIES="a",
        MONITORING_TRACE_SAMPLING="1.5",
        DATABASE_URL="mysql://db",
        HOST="0.0.0.0",
        ALLOWED_ORIGINS="shop.example",
    )
    assert {one.split()[0] for one in found} == {
        ".env",
        "DATABASE_POOL_SIZE",
        "PORT",
        "WORKERS",
        "APP_DEBUG",
        "STORAGE",
        "LOG_CATEGORIES",
        "MONITORING_TRACE_SAMPLING",
        "DATABASE_URL",
        "HOST",
        "ALLOWED_ORIGINS",
    }


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("PORT", "0", "PORT must be a whole number, at least 1, at most 65535"),
        ("ANALYTICS_MAX_LAG", "-1", "ANALYTICS_MAX_LAG must be a whole number, at least 0, at most 604800"),
        ("PORT", "8000.5", "PORT must be a whole number, at least 1, at most 65535"),
        ("DATABASE_POOL_TIMEOUT", "0", "DATABASE_POOL_TIMEOUT must be a number, above 0, at most 600"),
        ("DATABASE_POOL_TIMEOUT", "nan", "DATABASE_POOL_TIMEOUT must be a number, above 0, at most 600"),
        ("SECURITY_REQUIRE_IF_MATCH", "si", "SECURITY_REQUIRE_IF_MATCH must be true or false"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be one of: auto, console, json"),
        ("APP_NAME", "x" * 65, "APP_NAME must have 1 to 64 characters"),
    ],
)
def test_an_error_says_what_a_setting_must_be(folder: Path, name: str, text: str, told: str) -> None:
    assert problems(folder, **{name: text}) == [told]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_only_a_loopback_address_is_served(folder: Path, host: str) -> None:
    (found,) = problems(folder, HOST=host)
    assert found.startswith(f"HOST must be a loopback address such as 127.0.0.1, not {host}")
    assert "no access control" in found


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "::1"])
def test_loopback_addresses(folder: Path, host: str) -> None:
    assert read(folder, HOST=host).settings.server.host == host


def test_memory_has_one_process(folder: Path) -> None:
    (found,) = problems(folder, STORAGE="memory", WORKERS="2")
    assert found.startswith("WORKERS must be 1 with STORAGE=memory")


def test_a_worker_that_keeps_no_metrics_serves_none(folder: Path) -> None:
    (found,) = problems(folder, WORKER_METRICS_PORT="9101", MONITORING_METRICS_ENABLED="false")
    assert found == "WORKER_METRICS_PORT=9101 serves metrics, which MONITORING_METRICS_ENABLED=false leaves out"


@pytest.mark.parametrize(
    ("storage", "analytics"), [("memory", "postgres"), ("memory", "snowflake"), ("postgres", "memory")]
)
def test_analytics_come_from_the_records_or_their_warehouse(folder: Path, storage: str, analytics: str) -> None:
    found = problems(folder, STORAGE=storage, ANALYTICS_STORAGE=analytics)
    assert any(one.startswith("ANALYTICS_STORAGE must be") for one in found)


def test_all_names_of_facts_that_cannot_be_are_named(folder: Path) -> None:
    found = problems(
        folder,
        SNOWFLAKE_DATABASE="shop; DROP TABLE x",
        SNOWFLAKE_SCHEMA="a.b",
        SNOWFLAKE_SALE_FACTS="sales--",
        SNOWFLAKE_BOOK_FACTS='"a"" b"',
        SNOWFLAKE_FACT_PLACES="one.two.three.four",
        SNOWFLAKE_FACTS="ours",
    )
    assert [one.split()[0] for one in found] == [
        *("SNOWFLAKE_FACTS", "SNOWFLAKE_DATABASE", "SNOWFLAKE_SCHEMA"),
        *("SNOWFLAKE_SALE_FACTS", "SNOWFLAKE_BOOK_FACTS", "SNOWFLAKE_FACT_PLACES"),
    ]
    assert found[0] == "SNOWFLAKE_FACTS must be one of: tables, views"
    assert "must be a name such as SALES, MARTS.SALES or SHOP.MARTS.SALES" in found[3]
    (twice,) = problems(folder, SNOWFLAKE_SALE_FACTS="public.order_facts")
    assert twice.endswith("must all differ: each is a table of its own")


def test_names_of_facts_are_completed(folder: Path) -> None:
    given = {"SNOWFLAKE_SCHEMA": "MARTS", "SNOWFLAKE_SALE_FACTS": 'OTHER."Lines sold"', "SNOWFLAKE_FACTS": "views"}
    names = load(given, folder).settings.snowflake.fact_names
    assert (names.orders, names.sales, names.views) == ("DAYBOOK.MARTS.ORDER_FACTS", 'DAYBOOK.OTHER."Lines sold"', True)


def test_snowflake_needs_an_account(folder: Path) -> None:
    (found,) = problems(folder, ANALYTICS_STORAGE="snowflake", SNOWFLAKE_USER="keeper")
    assert found == (
        "SNOWFLAKE_ACCOUNT, SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_FILE must be given to use Snowflake"
    )


def test_production_is_strict(folder: Path) -> None:
    found = problems(
        folder,
        APP_ENV="production",
        APP_DEBUG="true",
        ALLOWED_ORIGINS="*",
        DATABASE_URL="postgresql://daybook:changeme@db.example.org/shop",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://collector.example.org:4318",
    )
    assert [one.split()[0] for one in found] == [
        "APP_DEBUG",
        "ALLOWED_ORIGINS",
        "DATABASE_URL",
        "DATABASE_URL",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ]
    assert "TLS" in found[3]


@pytest.mark.parametrize("query", ["?sslmode=verify-full", "?sslmode=require", "?ssl=require"])
def test_production_takes_tls(folder: Path, query: str) -> None:
    url = f"postgresql://daybook:{PASSWORD}@db.example.org/shop{query}"
    assert read(folder, APP_ENV="production", DATABASE_URL=url).settings.app.env == "production"


def test_production_takes_a_database_of_this_machine(folder: Path) -> None:
    assert read(folder, APP_ENV="production", DATABASE_URL=URL).settings.app.env == "production"


def test_names_that_are_no_settings_are_warned_of(folder: Path) -> None:
    loaded = read(
        folder,
        DATABASE_POOL_SZE="3",
        DAYBOOK_DATABASE_URL="x",
        SERVER_SOFTWARE="nginx",
        DAYBOOK_TEST_DATABASE_URL="x",
        HOME="/root",
    )
    assert loaded.warnings == (
        "DATABASE_POOL_SZE is no setting of Daybook: did you mean DATABASE_POOL_SIZE?",
        "DAYBOOK_DATABASE_URL is no setting of Daybook: did you mean DATABASE_URL?",
        "SERVER_SOFTWARE is no setting of Daybook",
    )


def test_an_unused_database_is_warned_of(folder: Path) -> None:
    loaded = read(folder, STORAGE="memory", DATABASE_URL=URL)
    assert loaded.warnings == ("DATABASE_URL is not used: STORAGE=memory keeps everything in memory",)


def test_debug_logs_everything_unless_a_level_is_given(folder: Path) -> None:
    assert read(folder, APP_DEBUG="true").settings.logging.level == "debug"
    assert read(folder, APP_DEBUG="true", LOG_LEVEL="error").settings.logging.level == "error"


def test_no_text_of_settings_holds_a_secret(folder: Path) -> None:
    loaded = read(folder, DATABASE_URL=URL, SNOWFLAKE_PASSWORD=PASSWORD)
    assert PASSWORD not in repr(loaded)
    assert PASSWORD not in str(loaded.settings.database)
    texts = {
        field.name: shown(field, getattr(getattr(loaded.settings, field.group), field.field)) for field in fields()
    }
    assert PASSWORD not in str(texts)
    assert texts["DATABASE_URL"] == "postgresql://keeper@127.0.0.1:5432/shop"
    assert texts["SNOWFLAKE_PASSWORD"] == "<secret>"


def test_no_error_holds_a_secret(folder: Path) -> None:
    found = problems(folder, DATABASE_URL=f"mysql://keeper:{PASSWORD}@db", SNOWFLAKE_PASSWORD=PASSWORD, PORT="x")
    assert PASSWORD not in str(found)


def test_every_setting_is_described_and_has_one_name(folder: Path) -> None:
    names = [name for field in fields() for name in field.names]
    assert len(names) == len(set(names))
    assert all(field.description for field in fields())
    assert {field.group for field in fields()} == set(Settings.__struct_fields__)


def test_what_is_shown_can_be_given(folder: Path) -> None:
    given = {
        "ALLOWED_ORIGINS": "https://a.example",
        "LOG_CATEGORIES": "a=debug,b=error",
        "DATABASE_POOL_PRE_PING": "false",
    }
    settings = read(folder, **given).settings
    texts = {
        field.name: shown(field, getattr(getattr(settings, field.group), field.field))
        for field in fields()
        if not field.secret
    }
    assert msgspec.structs.asdict(read(folder, **texts).settings) == msgspec.structs.asdict(settings)


def test_the_example_file_has_every_setting_with_its_default() -> None:
    example = (Path(__file__).parents[3] / ".env.example").read_text().splitlines()
    for field in fields():
        assert f"# {field.description}{' (secret)' if field.secret else ''}" in example
        assert f"#{field.name}={shown(field, field.default)}" in example


def test_a_worker_of_no_queue_is_refused(folder: Path) -> None:
    (problem,) = problems(folder, WORKER_QUEUES=" , ")
    assert "WORKER_QUEUES" in problem
    assert "must name one at least" in problem


def test_the_address_of_redis_must_be_one_and_is_never_shown(folder: Path) -> None:
    for wrong in ("http://:sesame@cache", "redis://:sesame@", "sesame", "redis://:sesame@cache:port"):
        (problem,) = problems(folder, REDIS_URL=wrong)
        assert problem == "REDIS_URL must be like redis://user:password@host:6379/0, or rediss:// for TLS"
    given = read(folder, REDIS_URL="redis://:sesame@cache", PERFORMANCE_CACHE_BYTES="0")
    assert given.warnings == ("REDIS_URL is not used: PERFORMANCE_CACHE_BYTES=0 keeps no answers",)
    plain = {"APP_ENV": "production", "DATABASE_URL": URL, "REDIS_URL": "redis://:sesame@cache"}
    assert any(one.startswith("REDIS_URL must be rediss://") for one in problems(folder, **plain))
    assert read(folder, **{**plain, "REDIS_URL": "rediss://:sesame@cache"}).settings.redis.timeout == 0.25


def test_reports_have_half_the_cores_unless_it_is_said(folder: Path) -> None:
    assert read(folder).settings.performance.reports_at_once >= 1
    assert read(folder, PERFORMANCE_ANALYTICS_AT_ONCE="7").settings.performance.reports_at_once == 7
