"""Settings made into services, with what has to be opened before they work and closed after."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from random import random
from typing import Any, Final

from dependency_injector import containers

from adapters.memory.cache import MemoryCache
from adapters.postgres.connection import QueryObserver
from adapters.postgres.errors import raise_translated
from adapters.postgres.pool import Pool
from application.analytics.answers import AnswerObserver, unobserved
from application.analytics.verify import Backend, VerificationService
from application.events.consuming import EventConsumer
from application.jobs.housekeeping import USUAL_SCHEDULES
from application.jobs.running import JobRunner, JobTelemetry
from application.mail.order_jobs import ConfirmPlacedOrders, order_confirmation
from application.mail.pause_jobs import webhook_paused
from application.ports.history import HistorySink, HistorySource
from application.ports.jobs import JobReader
from application.warehouse.following import WarehouseFollower
from application.warehouse.jobs import USUAL_SCHEDULES as OF_WAREHOUSE
from application.warehouse.jobs import warehouse_jobs
from application.warehouse.service import WarehouseService
from application.webhooks.listening import WebhookConsumer
from entrypoints.bootstrap import extras, mail, migrate
from entrypoints.bootstrap.aside import Aside
from entrypoints.bootstrap.containers import MemoryAdapters, PostgresAdapters, SystemAdapters, services
from entrypoints.bootstrap.embedded_warehouse import DuckDbAdapters, WhenAsked, folder_of
from entrypoints.bootstrap.models import ModelsWhenAsked
from entrypoints.bootstrap.priority import go_last
from entrypoints.bootstrap.settings import AnalyticsStorage, PerformanceConfig, Settings
from entrypoints.services import Services
from entrypoints.worker.worker import Worker

RECORDS: Final = "records"
REPORTS: Final = "reports"
_AFTER_THE_DEADLINE_MS: Final = 1_000
_IDLE_SECONDS: Final = 5.0
_IDLE_ROUNDS: Final = 10


class Wiring:
    """The services of one process, made at once and usable while `opened`.

    `url` is that of the database in use, which for the embedded PostgreSQL no setting holds; None without one.
    `observe` gives who is told of the statements of a store, `wrap` the class to make instead of a service's own;
    `answer_observer` is told how each report was answered. With `counts_aside` reports are counted beside all else, for
    who serves more than one caller. `pools` are those of the database, by what they are for.
    """

    def __init__(
        self,
        settings: Settings,
        url: str | None,
        *,
        observe: Callable[[AnalyticsStorage], QueryObserver] | None = None,
        wrap: Callable[[type[Any]], type[Any]] | None = None,
        answer_observer: AnswerObserver = unobserved,
        counts_aside: bool = False,
    ) -> None:
        self._settings = settings
        self._observe = observe
        self._made: dict[AnalyticsStorage, containers.Container] = {}
        performance = settings.performance
        self._counts_aside = counts_aside
        self._aside = Aside(performance.reports_at_once)
        self._redis = extras.redis_cache(settings) if performance.cache_bytes and settings.redis.url else None
        self.pools = {} if url is None else _pools(settings, url, self._observer("postgres"))
        records, analytics = self._adapters(settings.app.storage), self._adapters(settings.app.analytics)
        self.order_confirmations = mail.order_confirmations(settings.mail, records)
        kinds = [webhook_paused(mail.pause_notices(settings.mail, records))]
        if self.order_confirmations is not None:
            kinds.append(order_confirmation(self.order_confirmations))
        followed = None if self.followed is None else self.warehouse(self.followed)
        if followed is not None:
            kinds += warehouse_jobs(followed)
        self._models = ModelsWhenAsked(partial(extras.lifetime_models, performance.fit_seconds))
        self.services: Services = services(
            records,
            analytics,
            settings=settings,
            models=self._models,
            cache=self._redis or (_memory_cache(performance) if performance.cache_bytes else None),
            answer_observer=answer_observer,
            job_kinds=kinds,
            warehouse=followed,
            wrap=wrap,
        )

    @asynccontextmanager
    async def opened(self, *, connect: bool = True) -> AsyncIterator["Wiring"]:
        """Itself, with connections to its stores. Raises Unavailable when there is no connection.

        Without `connect` they are made when they are needed first.
        """
        try:
            if self._counts_aside:
                self._aside.start()
            if self.pools:
                await _open(self.pools[RECORDS], connect=connect)
                # Without a connection, since most commands ask for no report and the address is known to be right.
                await self._aside.run(self.pools[REPORTS].open(connect=False))
            yield self
        finally:
            if self.pools:
                await self._aside.run(self.pools[REPORTS].close())
                await self.pools[RECORDS].close()
            await self._aside.stop()
            if self._redis is not None:
                await self._redis.close()
            if "snowflake" in self._made:
                await self._made["snowflake"].warehouse().close()
            if "duckdb" in self._made:
                await self._made["duckdb"].engine().close()

    def worker(self, telemetry: JobTelemetry) -> Worker:
        """What this process does in the background."""
        config = self._settings.worker
        runner = JobRunner(
            queue=self._adapters(self._settings.app.storage).job_queue(),
            kinds=self.services.job_kinds,
            clock=SystemAdapters.clock(),
            chance=random,
            telemetry=telemetry,
        )
        return Worker(
            runner=runner,
            schedules=self.services.schedules,
            consuming=self.services.consuming,
            consumers=self._consumers(),
            followers=self._followers(),
            usual=USUAL_SCHEDULES if self.followed is None else (*USUAL_SCHEDULES, *OF_WAREHOUSE),
            queues=config.queues,
            concurrency=config.concurrency,
            grace=config.grace_seconds,
        )

    def _consumers(self) -> list[EventConsumer]:
        clock, ids = SystemAdapters.clock(), SystemAdapters.ids()
        found: list[EventConsumer] = [WebhookConsumer(clock=clock, ids=ids)]
        if self.order_confirmations is not None and self._settings.mail.order_confirmations:
            found.append(ConfirmPlacedOrders(clock=clock, ids=ids))
        return found

    def _followers(self) -> list[WarehouseFollower]:
        if self.followed is None:
            return []
        embedded = self.followed == "duckdb"
        every = self._settings.warehouse.sync_seconds if embedded else self._settings.snowflake.sync_seconds
        return [
            WarehouseFollower(
                service=self.warehouse(self.followed),
                store=self._adapters(self.followed).fact_store(),
                signal=self._adapters(self._settings.app.storage).signal(),
                clock=SystemAdapters.clock(),
                every=every,
                # A look costs nothing in a folder; in Snowflake it has a warehouse run.
                idle=_IDLE_SECONDS if embedded else every * _IDLE_ROUNDS,
            )
        ]

    @property
    def followed(self) -> AnalyticsStorage | None:
        """The warehouse that this deployment brings forward and answers from; None without one."""
        app, snowflake = self._settings.app, self._settings.snowflake
        if app.storage != "postgres" or (app.analytics == "snowflake" and snowflake.facts == "views"):
            return None
        return app.analytics if app.analytics in ("duckdb", "snowflake") else None

    def warehouse(self, storage: AnalyticsStorage) -> WarehouseService:
        """A warehouse of the store of record: duckdb or snowflake."""
        return WarehouseService(
            source=self._adapters(self._settings.app.storage).fact_source(),
            store=self._adapters(storage).fact_store(),
            clock=SystemAdapters.clock(),
        )

    def jobs(self) -> JobReader:
        """Jobs as they are kept, for who counts them."""
        reader: JobReader = self._adapters(self._settings.app.storage).jobs()
        return reader

    @asynccontextmanager
    async def hearing_of_events(self) -> AsyncIterator[None]:
        """Inside, new events of the store of record are heard of, and those of this process told to others."""
        async with self._adapters(self._settings.app.storage).signal().running():
            yield

    def verification(self, backends: Sequence[AnalyticsStorage]) -> VerificationService:
        """Compares these stores with each other; warehouses are brought to what the store of record has, and others are
        given its history.
        """
        records = self._settings.app.storage
        views = self._settings.snowflake.facts == "views"
        kept: tuple[AnalyticsStorage, ...] = ("duckdb",) if views else ("duckdb", "snowflake")
        return VerificationService(
            source=self._history(),
            backends={
                name: Backend(
                    facts=self._adapters(name).facts(),
                    sink=None if name in (records, "duckdb", "snowflake") else self._adapters(name).sink(),
                    sync=self.warehouse(name).sync if name in kept else None,
                )
                for name in backends
            },
            clock=SystemAdapters.clock(),
            computation=SystemAdapters().computation(),
            segments=self._settings.app.segments,
            models=self._models,
        )

    async def load_warehouse(self) -> int:
        """Loads into Snowflake what its readers show, with its newest schema; how many rows were new or changed.

        Raises Unavailable.
        """
        await self._adapters("snowflake").upgrade()
        sink: HistorySink = self._adapters("snowflake").sink()
        return await sink.write(await self._history().read(purchases=False))

    def _history(self) -> HistorySource:
        source: HistorySource = self._adapters(self._settings.app.storage).history()
        return source

    def _adapters(self, storage: AnalyticsStorage) -> Any:
        if storage not in self._made:
            self._made[storage] = self._new(storage)
        return self._made[storage]

    def _observer(self, storage: AnalyticsStorage) -> QueryObserver | None:
        return None if self._observe is None else self._observe(storage)

    def _new(self, storage: AnalyticsStorage) -> containers.Container:
        if storage == "snowflake":
            return extras.snowflake(self._settings, self._observer("snowflake"))
        if storage == "duckdb":
            folder = folder_of(self._settings.warehouse.folder, self._settings.database.url)
            load = partial(extras.duckdb, self._settings.warehouse, folder, self._observer("duckdb"))
            return DuckDbAdapters(folder=folder, engine=WhenAsked(load), aside=self._aside)
        if storage == "postgres" and self.pools:
            heartbeat = timedelta(seconds=self._settings.worker.heartbeat_seconds)
            return PostgresAdapters(
                aside=self._aside,
                pool=self.pools[RECORDS],
                reports=self.pools[REPORTS],
                head=migrate.head(),
                heartbeat=heartbeat,
            )
        return MemoryAdapters(aside=self._aside)


async def _open(pool: Pool, *, connect: bool) -> None:
    try:
        await pool.open(connect=connect)
    except Exception as error:
        raise_translated(error)


def _pools(settings: Settings, url: str, observer: QueryObserver | None) -> Mapping[str, Pool]:
    config, performance = settings.database, settings.performance
    both: dict[str, Any] = {
        "pre_ping": config.pool_pre_ping,
        "recycle_seconds": config.pool_recycle,
        "acquire_timeout": config.pool_timeout,
        "connect_timeout": config.connect_timeout,
        "observer": observer,
    }
    return {
        RECORDS: Pool(
            url,
            pool_size=config.pool_size,
            max_overflow=config.max_overflow,
            statement_timeout_ms=config.statement_timeout_ms,
            **both,
        ),
        REPORTS: Pool(
            url,
            name="daybook-reports",
            pool_size=performance.reports_at_once,
            max_overflow=0,
            # A report is one process of the database and not several, so that it takes no more than one core.
            settings={"max_parallel_workers_per_gather": "0"},
            # Later than our own deadline, for when this process is not there to keep it.
            statement_timeout_ms=int(performance.analytics_seconds * 1000) + _AFTER_THE_DEADLINE_MS,
            # The embedded PostgreSQL shares its cores with this process.
            told=partial(go_last, idle=performance.analytics_idle) if config.url is None else None,
            **both,
        ),
    }


def _memory_cache(performance: PerformanceConfig) -> MemoryCache:
    return MemoryCache(
        entries=performance.cache_entries, most_bytes=performance.cache_bytes, seconds=performance.cache_seconds
    )
