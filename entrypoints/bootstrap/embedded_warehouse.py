"""The embedded warehouse, loaded with the first question that it is to count, or the first facts that it is to keep.

DuckDB and NumPy take a fifth of a second to import, and few processes count. How far the warehouse is and how it does
is read from its folder without them.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path, PurePath
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit

from dependency_injector import containers, providers

from adapters.duckdb.manifest import ManifestFile, status_of
from adapters.duckdb.stores import DuckDbHealth
from adapters.postgres.connection import Dsn
from application.ports.purchases import PurchaseFacts, PurchaseView, Told
from application.ports.warehouse import FactStore, FactWriter, WarehouseStatus
from entrypoints.bootstrap.aside import Aside, FactsAside
from entrypoints.bootstrap.settings import Secret


def folder_of(base: str, database: Secret | None) -> Path:
    """Where the facts of a database are, below `base`: in a folder of their own, so that two shops whose servers are
    started in one place never count what the other has sold. None is the embedded PostgreSQL.
    """
    name = "embedded"
    if database is not None:
        where = re.sub(r"(?<=//)[^@/]*@", "", repr(Dsn(database.reveal())))
        name = f"{PurePath(urlsplit(where).path).name or 'database'}-{sha256(where.encode()).hexdigest()[:8]}"
    return Path(base).absolute() / name


class Loaded(Protocol):
    """DuckDB on the folder."""

    @property
    def facts(self) -> PurchaseFacts:
        """What counts."""
        ...

    @property
    def fact_store(self) -> FactStore:
        """What keeps facts."""
        ...

    async def close(self) -> None:
        """Waits for what is running."""
        ...


class WhenAsked:
    """What `load` gives, made once, whichever thread asks first."""

    def __init__(self, load: Callable[[], Loaded]) -> None:
        self._load = load
        self._loaded: Loaded | None = None
        self._loading = Lock()

    async def loaded(self) -> Loaded:
        """It; the event loop goes on while it is loaded."""
        return await asyncio.to_thread(self._once) if self._loaded is None else self._loaded

    async def close(self) -> None:
        """Closes it if it was ever loaded."""
        if self._loaded is not None:
            await self._loaded.close()

    def _once(self) -> Loaded:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded


class _Facts:
    store = "duckdb"

    def __init__(self, engine: WhenAsked) -> None:
        self._engine = engine

    async def revision(self) -> str:
        return await (await self._engine.loaded()).facts.revision()

    async def read(self, question: Callable[[PurchaseView], Awaitable[Told]]) -> Told:
        return await (await self._engine.loaded()).facts.read(question)


class _FactStore:
    def __init__(self, folder: Path, engine: WhenAsked) -> None:
        self._manifest = ManifestFile(folder)
        self._engine = engine

    async def status(self) -> WarehouseStatus | None:
        manifest = self._manifest.read()
        return None if manifest is None else status_of(manifest)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[FactWriter]:
        async with (await self._engine.loaded()).fact_store.writing() as writer:
            yield writer


class DuckDbAdapters(containers.DeclarativeContainer):
    """What the embedded warehouse serves: analytics, and the place where facts are kept."""

    folder: providers.Dependency[Path] = providers.Dependency(instance_of=Path)
    engine: providers.Dependency[WhenAsked] = providers.Dependency(instance_of=WhenAsked)
    aside: providers.Dependency[Aside] = providers.Dependency(instance_of=Aside)
    facts = providers.Singleton(FactsAside, providers.Singleton(_Facts, engine), aside=aside)
    fact_store = providers.Singleton(_FactStore, folder, engine)
    health = providers.Singleton(DuckDbHealth, folder)
