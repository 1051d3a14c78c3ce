"""Settings made into services, with what has to be opened before they work and closed after."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from random import random
from typing import Any

from dependency_injector import containers

from adapters.postgres.connection import QueryObserver
from adapters.postgres.errors import raise_translated
from adapters.postgres.pool import Pool
from application.analytics.verify import Backend, VerificationService
from application.events.consuming import EventConsumer
from application.jobs.housekeeping import USUAL_SCHEDULES
from application.jobs.running import JobRunner, JobTelemetry
from application.mail.order_jobs import ConfirmPlacedOrders, order_confirmation
from application.ports.history import HistorySink, HistorySource
from application.ports.jobs import JobReader
from application.warehouse.following import WarehouseFollower
from application.warehouse.jobs import USUAL_SCHEDULES as OF_WAREHOUSE
from application.warehouse.jobs import warehouse_jobs
from application.warehouse.service import WarehouseService
from application.webhooks.listening import WebhookConsumer
from entrypoints.bootstrap import extras, mail, migrate
from entrypoints.bootstrap.containers import MemoryAdapters, PostgresAdapters, SystemAdapters, services
from entrypoints.bootstrap.settings import AnalyticsStorage, DatabaseConfig, Settings
from entrypoints.services import Services
from entrypoints.worker.worker import Worker


class Wiring:
    """The services of one process, made at once and usable while `opened`.

    `url` is that of the database in use, which for the embedded PostgreSQL no setting holds; None without one.
    `observe` gives who is told of the statements of a store, `wrap` the class to make instead of a service's own.
    """

    def __init__(
        self,
        settings: Settings,
        url: str | None,
        *,
        observe: Callable[[AnalyticsStorage], QueryObserver] | None = None,
        wrap: Callable[[type[Any]], type[Any]] | None = None,
    ) -> None:
        self._settings = settings
        self._observe = observe
        self._made: dict[AnalyticsStorage, containers.Container] = {}
        self.pool = _pool(settings.database, url, self._observer("postgres")) if url is not None else None
        records, analytics = self._adapters(settings.app.storage), self._adapters(settings.app.analytics)
        self.order_confirmations = mail.order_confirmations(settings.mail, records)
        kinds = [] if self.order_confirmations is None else [order_confirmation(self.order_confirmations)]
        embedded = self.warehouse() if settings.app.analytics == "duckdb" else None
        if embedded is not None:
            kinds += warehouse_jobs(embedded)
        self.services: Services = services(
            records, analytics, settings=settings, job_kinds=kinds, warehouse=embedded, wrap=wrap
        )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Wiring"]:
        """Itself, with connections to its stores. Raises Unavailable when there is no connection."""
        try:
            if self.pool is not None:
                await _open(self.pool)
            yield self
        finally:
            if self.pool is not None:
                await self.pool.close()
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
            usual=USUAL_SCHEDULES if self._settings.app.analytics != "duckdb" else (*USUAL_SCHEDULES, *OF_WAREHOUSE),
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
        if self._settings.app.analytics != "duckdb":
            return []
        return [
            WarehouseFollower(
                service=self.warehouse(),
                store=self._adapters("duckdb").fact_store(),
                signal=self._adapters(self._settings.app.storage).signal(),
                clock=SystemAdapters.clock(),
                every=self._settings.warehouse.sync_seconds,
            )
        ]

    def warehouse(self) -> WarehouseService:
        """The embedded warehouse of the store of record."""
        return WarehouseService(
            source=self._adapters(self._settings.app.storage).fact_source(),
            store=self._adapters("duckdb").fact_store(),
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
        """Compares these stores with each other; those that are not the store of record are given its history."""
        records = self._settings.app.storage
        return VerificationService(
            source=self._history(),
            backends={
                name: Backend(
                    facts=self._adapters(name).facts(),
                    sink=None if name in (records, "duckdb") else self._adapters(name).sink(),
                    sync=self.warehouse().sync if name == "duckdb" else None,
                )
                for name in backends
            },
            clock=SystemAdapters.clock(),
            segments=self._settings.app.segments,
        )

    async def upgrade_warehouse(self) -> None:
        """Brings the warehouse to the newest schema. Raises Unavailable."""
        await self._adapters("snowflake").upgrade()

    async def load_warehouse(self) -> int:
        """Brings the warehouse to the newest schema and to the history of the store of record; how many rows it took.

        Raises Unavailable.
        """
        await self.upgrade_warehouse()
        sink: HistorySink = self._adapters("snowflake").sink()
        return await sink.write(await self._history().read())

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
            return extras.snowflake(self._settings.snowflake, self._observer("snowflake"))
        if storage == "duckdb":
            return extras.embedded_warehouse(self._settings.warehouse, self._observer("duckdb"))
        if storage == "postgres" and self.pool is not None:
            heartbeat = timedelta(seconds=self._settings.worker.heartbeat_seconds)
            return PostgresAdapters(pool=self.pool, head=migrate.head(), heartbeat=heartbeat)
        return MemoryAdapters()


async def _open(pool: Pool) -> None:
    try:
        await pool.open()
    except Exception as error:
        raise_translated(error)


def _pool(config: DatabaseConfig, url: str, observer: QueryObserver | None) -> Pool:
    return Pool(
        url,
        pool_size=config.pool_size,
        max_overflow=config.max_overflow,
        pre_ping=config.pool_pre_ping,
        recycle_seconds=config.pool_recycle,
        acquire_timeout=config.pool_timeout,
        connect_timeout=config.connect_timeout,
        statement_timeout_ms=config.statement_timeout_ms,
        observer=observer,
    )
