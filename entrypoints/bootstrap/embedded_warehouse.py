"""The adapters of the embedded warehouse, in a module of its own since DuckDB is an optional extra."""

from datetime import timedelta
from pathlib import Path

from dependency_injector import containers, providers

from adapters.duckdb.engine import Engine, Limits
from adapters.duckdb.purchases import DuckDbPurchaseFacts
from adapters.duckdb.stores import DuckDbHealth
from adapters.duckdb.warehouse import DuckDbFactStore
from adapters.postgres.connection import QueryObserver
from entrypoints.bootstrap.aside import Aside, FactsAside
from entrypoints.bootstrap.settings import WarehouseConfig


class DuckDbAdapters(containers.DeclarativeContainer):
    """What the embedded warehouse serves: analytics, and the place where facts are kept."""

    folder: providers.Dependency[Path] = providers.Dependency(instance_of=Path)
    limits: providers.Dependency[Limits] = providers.Dependency(instance_of=Limits)
    keep: providers.Dependency[timedelta] = providers.Dependency(instance_of=timedelta)
    observer: providers.Object[QueryObserver | None] = providers.Object(None)
    engine = providers.Singleton(Engine, limits, spill=folder)
    aside: providers.Dependency[Aside] = providers.Dependency(instance_of=Aside)
    facts = providers.Singleton(
        FactsAside, providers.Singleton(DuckDbPurchaseFacts, folder, engine, observer=observer), aside=aside
    )
    fact_store = providers.Singleton(DuckDbFactStore, folder, engine, keep=keep)
    health = providers.Singleton(DuckDbHealth, folder)


def adapters(config: WarehouseConfig, observer: QueryObserver | None, aside: Aside) -> DuckDbAdapters:
    """The adapters on the folder that is configured; nothing is opened before the first question."""
    return DuckDbAdapters(
        folder=Path(config.folder).absolute(),
        limits=Limits(memory_mb=config.memory_mb, threads=config.threads, at_once=config.questions),
        keep=timedelta(seconds=config.keep_seconds),
        observer=observer,
        aside=aside,
    )
