"""What can be set, one frozen group a subject, each field with its default.

A setting is named after its group and field (`DATABASE_POOL_SIZE`), and where the world has a plainer name for it
(`HOST`, `LOG_LEVEL`) after that too; `loader` reads them, `rules` says which do not go together. The groups and their
names are those of the first configuration classes (AppConfig and its kin); a group comes when it has something to set.
"""

import os
from importlib.metadata import version
from importlib.util import find_spec
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from adapters.snowflake.names import FactNames
from domain.analytics.segments import STANDARD, SegmentTable
from domain.jobs.job import DEFAULT_QUEUE
from domain.webhooks.addresses import Reach
from entrypoints.bootstrap.segments import SegmentFile

Environment = Literal["development", "test", "production"]
Storage = Literal["memory", "postgres", "snowflake"]
AnalyticsStorage = Literal["memory", "postgres", "snowflake", "duckdb"]
WorkerMode = Literal["internal", "external"]
LogLevel = Literal["debug", "info", "warning", "error", "critical"]
LogFormat = Literal["auto", "console", "json"]
FactsOf = Literal["tables", "views"]
MailTransport = Literal["off", "folder", "smtp"]
MailSecurity = Literal["starttls", "tls", "none"]


class Secret:
    """A text that is not shown by accident."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def also(*names: str) -> dict[str, Any]:
    """The plain names of a setting; the first is the one that messages use."""
    return {"names": names}


class AppConfig(Struct, frozen=True, kw_only=True):
    """What runs, and on which stores."""

    name: Annotated[str, Meta(min_length=1, max_length=64, description="The name of this service in traces.")] = (
        "daybook"
    )
    version: Annotated[str, Meta(description="Given by the installation.", extra={"fixed": True})] = version("daybook")
    env: Annotated[Environment, Meta(description="production is strict about secrets and refuses debug.")] = (
        "development"
    )
    debug: Annotated[bool, Meta(description="Log everything, unless LOG_LEVEL says otherwise.")] = False
    storage: Annotated[Storage, Meta(description="Where records are kept.", extra=also("STORAGE"))] = "postgres"
    analytics_storage: Annotated[
        AnalyticsStorage | None,
        Meta(
            description="Where analytics are counted; when it is not set, in duckdb (the embedded warehouse) where it "
            "is installed and records are in postgres, else where records are.",
            extra=also("ANALYTICS_STORAGE"),
        ),
    ] = None
    analytics_max_lag: Annotated[
        Annotated[int, Meta(ge=0, le=604_800)] | None,
        Meta(
            description="How many seconds a warehouse may be behind, before postgres answers in its place; when it is "
            "not set, 0 for duckdb and any number for snowflake.",
            extra=also("ANALYTICS_MAX_LAG"),
        ),
    ] = None
    analytics_segments_file: Annotated[
        SegmentFile | None,
        Meta(
            description="A JSON file with the segments of RFM; the standard ones when it is not set.",
            extra=also("ANALYTICS_SEGMENTS_FILE"),
        ),
    ] = None

    @property
    def analytics(self) -> AnalyticsStorage:
        """The store that counts for analytics."""
        if self.analytics_storage is not None:
            return self.analytics_storage
        return "duckdb" if self.storage == "postgres" and find_spec("duckdb") else self.storage

    @property
    def max_lag(self) -> int | None:
        """For how many seconds a warehouse may be behind; None when it does not matter.

        Snowflake is brought forward once a minute, so that nothing would be left for it to answer.
        """
        return 0 if self.analytics_max_lag is None and self.analytics == "duckdb" else self.analytics_max_lag

    @property
    def segments(self) -> SegmentTable:
        """The table of RFM segments."""
        return STANDARD if self.analytics_segments_file is None else self.analytics_segments_file.table


class ServerConfig(Struct, frozen=True, kw_only=True):
    """Where HTTP is served, by how many processes, and to which pages of other origins."""

    host: Annotated[str, Meta(min_length=1, description="A loopback address.", extra=also("HOST"))] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="The port.", extra=also("PORT"))] = 8000
    workers: Annotated[int, Meta(ge=1, le=256, description="Server processes.", extra=also("WORKERS"))] = 1
    allowed_origins: Annotated[
        tuple[str, ...],
        Meta(
            description="Origins whose pages may call the API (CORS), with commas between.",
            extra=also("ALLOWED_ORIGINS"),
        ),
    ] = ()
    docs: Annotated[bool, Meta(description="Serve the OpenAPI document and its pages under /schema.")] = True
    shutdown_seconds: Annotated[int, Meta(ge=1, le=3600, description="How long a stop waits for what is running.")] = 30

    def address(self, port: int) -> str:
        """That of this port, such as `http://127.0.0.1:8000`."""
        return f"http://[{self.host}]:{port}" if ":" in self.host else f"http://{self.host}:{port}"


class LoggingConfig(Struct, frozen=True, kw_only=True):
    """What is logged, and how it looks. Logs go to standard error."""

    level: Annotated[LogLevel, Meta(description="The least level that is logged.", extra=also("LOG_LEVEL"))] = "info"
    format: Annotated[
        LogFormat,
        Meta(description="auto is console on a terminal and json elsewhere.", extra=also("LOG_FORMAT")),
    ] = "auto"
    categories: Annotated[
        dict[str, LogLevel],
        Meta(
            description="Levels of single loggers, such as http.access=warning,adapters=debug.",
            extra=also("LOG_CATEGORIES"),
        ),
    ] = {}


class DatabaseConfig(Struct, frozen=True, kw_only=True):
    """PostgreSQL, and the pool of connections that each server process has."""

    url: Annotated[
        Secret | None,
        Meta(description="postgresql://user:password@host/database; without it the embedded PostgreSQL is used."),
    ] = None
    embedded_folder: Annotated[str, Meta(min_length=1, description="Where the embedded PostgreSQL keeps its data.")] = (
        ".daybook/postgres"
    )
    pool_size: Annotated[int, Meta(ge=1, le=1000, description="Connections that are kept.")] = 10
    max_overflow: Annotated[int, Meta(ge=0, le=1000, description="Connections above that, for a burst.")] = 20
    pool_pre_ping: Annotated[bool, Meta(description="Ask an idle connection for a sign of life before use.")] = True
    pool_recycle: Annotated[int, Meta(ge=1, description="Seconds after which a connection is replaced.")] = 3600
    pool_timeout: Annotated[float, Meta(gt=0, le=600, description="Seconds to wait for a connection.")] = 5.0
    connect_timeout: Annotated[float, Meta(gt=0, le=600, description="Seconds to wait for the server.")] = 5.0
    statement_timeout_ms: Annotated[
        int, Meta(ge=1, le=86_400_000, description="Milliseconds after which the server stops a statement.")
    ] = 30_000


class SecurityConfig(Struct, frozen=True, kw_only=True):
    """What writers must show, and how long deleted people are kept."""

    require_if_match: Annotated[bool, Meta(description="Refuse changes that name no version (HTTP 428).")] = False
    purge_customers_after_days: Annotated[
        int, Meta(ge=0, le=36_500, description="Days after which a purge erases a customer who was deleted.")
    ] = 30


class WorkerConfig(Struct, frozen=True, kw_only=True):
    """Who runs jobs and schedules, and how many at once."""

    mode: Annotated[
        WorkerMode,
        Meta(
            description="internal: each server process runs jobs too; external: only `daybook worker` does.",
            extra=also("WORKER"),
        ),
    ] = "internal"
    concurrency: Annotated[int, Meta(ge=1, le=1000, description="Jobs that one process runs at once.")] = 10
    queues: Annotated[
        tuple[str, ...], Meta(min_length=1, description="The queues that are worked on, with commas between.")
    ] = (DEFAULT_QUEUE,)
    heartbeat_seconds: Annotated[
        float, Meta(ge=1, le=600, description="A worker that gives no sign of life for so long counts as dead.")
    ] = 10.0
    grace_seconds: Annotated[
        float, Meta(ge=0, le=3600, description="How long a stop waits for jobs that run, before it hands them back.")
    ] = 20.0
    forget_jobs_after_days: Annotated[
        int, Meta(ge=1, le=36_500, description="Days after which jobs that succeeded or were cancelled are deleted.")
    ] = 30
    metrics_port: Annotated[
        int,
        Meta(
            ge=0,
            le=65535,
            description="The port at which `daybook worker` answers GET /metrics, each worker at its own; 0 is none.",
        ),
    ] = 0


class MailConfig(Struct, frozen=True, kw_only=True):
    """How mail is sent, in whose name, and what is sent by itself."""

    transport: Annotated[MailTransport, Meta(description="folder writes messages to files, smtp hands them over.")] = (
        "off"
    )
    folder: Annotated[str, Meta(min_length=1, description="Where messages are written with MAIL_TRANSPORT=folder.")] = (
        ".daybook/mail"
    )
    host: Annotated[str | None, Meta(description="The mail server.")] = None
    port: Annotated[
        int, Meta(ge=0, le=65535, description="Its port; 0 is the usual one: 587 with starttls, 465 with tls, else 25.")
    ] = 0
    security: Annotated[
        MailSecurity,
        Meta(description="starttls and tls say nothing before the server has shown a certificate that can be trusted."),
    ] = "starttls"
    user: Annotated[str | None, Meta(description="The user that Daybook logs in as.")] = None
    password: Annotated[Secret | None, Meta(description="Its password.")] = None
    timeout: Annotated[float, Meta(gt=0, le=600, description="Seconds after which a sending is given up.")] = 60.0
    from_address: Annotated[str | None, Meta(description="The address that mail comes from, in ASCII.")] = None
    reply_to: Annotated[str | None, Meta(description="The address that answers go to, if another.")] = None
    operator: Annotated[
        str | None,
        Meta(description="The address that is told of a paused webhook which names no contact_email of its own."),
    ] = None
    shop_name: Annotated[
        str, Meta(min_length=1, max_length=100, description="The name that mail comes from and ends with.")
    ] = "Daybook"
    shop_address: Annotated[
        tuple[str, ...], Meta(description="The postal address that mail ends with, its lines with commas between.")
    ] = ()
    timezone: Annotated[str, Meta(min_length=1, description="The IANA time zone of the times in mail.")] = "UTC"
    order_confirmations: Annotated[
        bool, Meta(description="Confirm each new order to its customer; those that are imported never.")
    ] = False


class WebhooksConfig(Struct, frozen=True, kw_only=True):
    """Where webhooks may go, and how long is kept what was sent."""

    allowed_networks: Annotated[
        tuple[str, ...],
        Meta(
            description=(
                "Private networks that webhooks may go to, without TLS too, such as 127.0.0.0/8, with commas between. "
                "For development: without it they go to the internet only."
            )
        ),
    ] = ()
    forget_deliveries_after_days: Annotated[
        int, Meta(ge=5, le=36_500, description="Days after which deliveries that have ended are deleted.")
    ] = 30

    @property
    def reach(self) -> Reach:
        """As the domain knows it. Raises Invalid."""
        return Reach.into(self.allowed_networks)


class MonitoringConfig(Struct, frozen=True, kw_only=True):
    """Metrics and traces."""

    metrics_enabled: Annotated[bool, Meta(description="Count requests and queries, and serve /metrics.")] = True
    trace_sampling: Annotated[
        float, Meta(ge=0, le=1, description="The share of requests that are traced when the caller does not say.")
    ] = 0.01
    otlp_endpoint: Annotated[
        str | None,
        Meta(
            description="Where traces are sent, such as http://127.0.0.1:4318.",
            extra=also("OTEL_EXPORTER_OTLP_ENDPOINT"),
        ),
    ] = None


class RedisConfig(Struct, frozen=True, kw_only=True):
    """Redis, or what speaks its protocol, where answers are kept for all server processes."""

    url: Annotated[
        Secret | None,
        Meta(description="redis://user:password@host:6379/0; without it each process keeps answers in its own memory."),
    ] = None
    timeout: Annotated[
        float, Meta(gt=0, le=60, description="Seconds after which it is done without; an answer never waits longer.")
    ] = 0.25


class PerformanceConfig(Struct, frozen=True, kw_only=True):
    """How much one request may take, what is worth compressing, and what reports may take beside all else."""

    max_body_bytes: Annotated[
        int, Meta(ge=1024, le=1_073_741_824, description="The longest request body that is read.")
    ] = 1_048_576
    compress_from: Annotated[
        int, Meta(ge=0, description="Bytes from which an answer is compressed; 0 leaves that to a proxy.")
    ] = 4_096
    fit_seconds: Annotated[
        float, Meta(gt=0, le=600, description="Seconds after which fitting a model of customers is given up.")
    ] = 20.0
    analytics_process: Annotated[
        bool,
        Meta(
            description="Count reports in a process beside each server process, from the first report on; otherwise in "
            "a thread of it, as in memory always."
        ),
    ] = True
    analytics_idle: Annotated[
        bool,
        Meta(
            description="Count reports with what nobody else wants of the processors (on Linux); otherwise with a "
            "small share at least, for a machine that something else keeps busy all the time."
        ),
    ] = True
    analytics_at_once: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            description="Reports that a process counts at once, each on a connection of its own; 0 is half the cores.",
        ),
    ] = 0
    analytics_waiting: Annotated[
        int, Meta(ge=0, le=10_000, description="Reports that may wait for that; more are refused (HTTP 503).")
    ] = 20
    analytics_seconds: Annotated[
        float, Meta(gt=0, le=86_400, description="Seconds after which a report is given up (HTTP 504).")
    ] = 30.0
    cache_bytes: Annotated[
        int, Meta(ge=0, le=1_099_511_627_776, description="Bytes of answers that a process keeps; 0 keeps none.")
    ] = 67_108_864
    cache_entries: Annotated[int, Meta(ge=1, le=10_000_000, description="Answers that a process keeps.")] = 1_000
    cache_seconds: Annotated[
        float,
        Meta(gt=0, le=31_536_000, description="Seconds that an answer is kept; a change of the shop ends it before."),
    ] = 3_600.0

    @property
    def reports_at_once(self) -> int:
        """How many reports are counted at once: as set, or half the cores that this process may use, one at least."""
        if self.analytics_at_once:
            return self.analytics_at_once
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, cores // 2)


class StreamConfig(Struct, frozen=True, kw_only=True):
    """The event stream."""

    readers: Annotated[int, Meta(ge=1, le=100_000, description="Streams that one server process has open.")] = 500
    buffer_bytes: Annotated[
        int, Meta(ge=1_024, le=1_073_741_824, description="Bytes that may wait for one reader before it is sent away.")
    ] = 262_144
    heartbeat_seconds: Annotated[
        float, Meta(gt=0, le=3_600, description="Seconds without events after which a sign of life is sent.")
    ] = 15.0
    lifetime_seconds: Annotated[
        float, Meta(gt=0, le=604_800, description="Seconds after which a stream ends, to be opened anew.")
    ] = 3_600.0


class WarehouseConfig(Struct, frozen=True, kw_only=True):
    """The embedded warehouse, and what each process may use for it."""

    folder: Annotated[
        str, Meta(min_length=1, description="Where the embedded warehouse keeps its files, a folder a database.")
    ] = ".daybook/warehouse"
    memory_mb: Annotated[
        int, Meta(ge=64, le=1_048_576, description="Megabytes that counting takes in each process; then it uses disk.")
    ] = 384
    threads: Annotated[int, Meta(ge=1, le=1024, description="Threads that count in each process.")] = 2
    questions: Annotated[int, Meta(ge=1, le=1000, description="Questions that each process counts at once.")] = 4
    sync_seconds: Annotated[
        float, Meta(ge=0.05, le=3600, description="The least seconds from one sync to the next.")
    ] = 1.0
    keep_seconds: Annotated[
        int, Meta(ge=1, le=86_400, description="Seconds for which is kept what a question may still read.")
    ] = 60


class SnowflakeConfig(Struct, frozen=True, kw_only=True):
    """The account of the warehouse."""

    account: Annotated[str | None, Meta(description="The account identifier.")] = None
    user: Annotated[str | None, Meta(description="The user that Daybook logs in as.")] = None
    password: Annotated[Secret | None, Meta(description="Its password or programmatic access token.")] = None
    private_key_file: Annotated[str | None, Meta(description="Its private key (PEM), instead of a password.")] = None
    private_key_passphrase: Annotated[Secret | None, Meta(description="What opens that key.")] = None
    database: Annotated[str, Meta(min_length=1, description="The database of the warehouse.")] = "DAYBOOK"
    schema: Annotated[str, Meta(min_length=1, description="The schema in it.")] = "PUBLIC"
    warehouse: Annotated[str | None, Meta(description="The virtual warehouse that computes.")] = None
    role: Annotated[str | None, Meta(description="The role to take on.")] = None
    facts: Annotated[
        FactsOf,
        Meta(
            description="What facts are: tables, which Daybook makes and brings forward, or views, which it only reads."
        ),
    ] = "tables"
    order_facts: Annotated[str, Meta(min_length=1, description="What the table of purchases is called.")] = (
        "ORDER_FACTS"
    )
    sale_facts: Annotated[str, Meta(min_length=1, description="That of the lines sold.")] = "SALE_FACTS"
    return_facts: Annotated[str, Meta(min_length=1, description="That of the lines that came back.")] = "RETURN_FACTS"
    book_facts: Annotated[str, Meta(min_length=1, description="That of the books they name.")] = "BOOK_FACTS"
    customer_facts: Annotated[str, Meta(min_length=1, description="That of the customers they name.")] = (
        "CUSTOMER_FACTS"
    )
    fact_places: Annotated[str, Meta(min_length=1, description="That of the events which they reflect.")] = (
        "FACT_PLACES"
    )
    sync_seconds: Annotated[
        float, Meta(ge=0.05, le=86_400, description="The least seconds from one sync of Snowflake to the next.")
    ] = 60.0

    @property
    def fact_names(self) -> FactNames:
        """What the tables of facts are called, in full."""
        kinds = ("orders", "sales", "returns", "books", "customers", "places")
        given = {kind: getattr(self, name) for kind, name in zip(kinds, NAMES_OF_FACTS, strict=True)}
        return FactNames.of(self.database, self.schema, names=given, views=self.facts == "views")


class Settings(Struct, frozen=True, kw_only=True):
    """All groups."""

    app: AppConfig = AppConfig()
    server: ServerConfig = ServerConfig()
    logging: LoggingConfig = LoggingConfig()
    database: DatabaseConfig = DatabaseConfig()
    security: SecurityConfig = SecurityConfig()
    worker: WorkerConfig = WorkerConfig()
    mail: MailConfig = MailConfig()
    webhooks: WebhooksConfig = WebhooksConfig()
    monitoring: MonitoringConfig = MonitoringConfig()
    redis: RedisConfig = RedisConfig()
    performance: PerformanceConfig = PerformanceConfig()
    stream: StreamConfig = StreamConfig()
    warehouse: WarehouseConfig = WarehouseConfig()
    snowflake: SnowflakeConfig = SnowflakeConfig()


NAMES_OF_FACTS: Final = ("order_facts", "sale_facts", "return_facts", "book_facts", "customer_facts", "fact_places")
"""The settings of Snowflake that name tables of facts."""
GROUPS: Final[tuple[str, ...]] = Settings.__struct_fields__
