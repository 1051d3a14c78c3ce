"""Settings made into services, with what has to be opened before they work and closed after."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from dependency_injector import containers

from adapters.postgres.connection import QueryObserver
from adapters.postgres.errors import raise_translated
from adapters.postgres.pool import Pool
from entrypoints.bootstrap import migrate
from entrypoints.bootstrap.containers import MemoryAdapters, PostgresAdapters, services
from entrypoints.bootstrap.settings import DatabaseConfig, Settings, Storage
from entrypoints.services import Services


class Wiring:
    """The services of one process, made at once and usable while `opened`.

    `url` is that of the database in use, which for the embedded PostgreSQL no setting holds; None without one.
    """

    def __init__(
        self,
        settings: Settings,
        url: str | None,
        *,
        observer: QueryObserver | None = None,
        wrap: Callable[[type[Any]], type[Any]] | None = None,
    ) -> None:
        self.pool = _pool(settings.database, url, observer) if url is not None else None
        made: dict[Storage, containers.Container] = {}
        for storage in (settings.app.storage, settings.app.analytics):
            if storage not in made:
                made[storage] = self._adapters(storage)
        self.services: Services = services(made[settings.app.storage], made[settings.app.analytics], wrap=wrap)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Services]:
        """The services, with connections to their stores. Raises Unavailable when there is no connection."""
        if self.pool is None:
            yield self.services
            return
        try:
            await self.pool.open()
        except Exception as error:
            raise_translated(error)
        try:
            yield self.services
        finally:
            await self.pool.close()

    def _adapters(self, storage: Storage) -> containers.Container:
        if storage == "postgres" and self.pool is not None:
            return PostgresAdapters(pool=self.pool, head=migrate.head())
        return MemoryAdapters()


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
