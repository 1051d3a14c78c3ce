"""The adapters of Snowflake, in a module of its own since its driver is an optional extra."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

from dependency_injector import containers, providers

from adapters.postgres.connection import QueryObserver
from adapters.snowflake.authors import SnowflakeAuthorReader
from adapters.snowflake.books import SnowflakeBookReader
from adapters.snowflake.categories import SnowflakeCategoryReader
from adapters.snowflake.customers import SnowflakeCustomerReader
from adapters.snowflake.engine import SnowflakeConnection, Warehouse
from adapters.snowflake.history import SnowflakeHistorySink
from adapters.snowflake.names import FactNames
from adapters.snowflake.purchases import SnowflakePurchaseFacts
from adapters.snowflake.reviews import SnowflakeReviewReader
from adapters.snowflake.schema import upgrade
from adapters.snowflake.stores import SnowflakeHealth
from adapters.snowflake.unit_of_work import SnowflakeUnitsOfWork
from adapters.snowflake.warehouse import SnowflakeFactStore
from application.errors import ReadOnlyStore
from application.listing import Listing
from application.ports.consumers import ConsumerPosition
from entrypoints.bootstrap.settings import Secret, SnowflakeConfig


class OrdersElsewhere:
    """Orders and returns of a deployment that has a warehouse only, where they are counted and not shown."""

    async def get(self, order_id: UUID) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _elsewhere()

    async def list(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _elsewhere()


class GroupsElsewhere:
    """Groups of a deployment that has a warehouse only."""

    async def get(self, group_id: UUID, *, include_deleted: bool = False) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _personal("groups")

    async def list(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _personal("groups")

    async def members(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _personal("groups")


class SegmentsElsewhere:
    """Segments of a deployment that has a warehouse only."""

    async def get(self, segment_id: UUID, *, include_deleted: bool = False) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _personal("segments")

    async def list(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _personal("segments")

    async def snapshot(self, snapshot_id: UUID) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _personal("snapshots")

    async def snapshots(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _personal("snapshots")

    async def snapshot_members(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _personal("snapshots")


class AddressesElsewhere:
    """Addresses of a deployment that has a warehouse only."""

    async def get(self, customer_id: UUID, address_id: UUID) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _personal("addresses")

    async def list(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _personal("addresses")


class ConsentsElsewhere:
    """Consents of a deployment that has a warehouse only."""

    async def of(self, customer_id: UUID) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _personal("consents")


class PeopleElsewhere:
    """What is held of a person in a deployment that has a warehouse only."""

    async def count_due(self, before: datetime) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _not_there("erasure of its own")

    async def merged(self, customer_id: UUID) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _personal("merges")

    async def memberships(self, customer_id: UUID) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _personal("groups")

    async def snapshots(self, customer_id: UUID) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _personal("snapshots")

    async def events_of(self, aggregate_ids: Sequence[UUID]) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _not_there("events")

    async def events_naming(self, customer_ids: Sequence[UUID]) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _not_there("events")


class DuplicatesElsewhere:
    """Duplicates in a deployment that has a warehouse only."""

    async def blocks(self) -> NoReturn:
        """Raises ReadOnlyStore."""
        raise _not_there("search for duplicates")


class MergesElsewhere:
    """Merges of a deployment that has a warehouse only."""

    async def list(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _personal("merges")


class EventsElsewhere:
    """Events of a deployment that has a warehouse only."""

    async def list(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _not_there("events")

    async def history(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _not_there("events")

    async def after(self, sequence: int, *, limit: int) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _not_there("events")

    async def last(self) -> NoReturn:
        """Raises ReadOnlyStore."""
        raise _not_there("events")


class NoSignal:
    """Events of which there are none to be heard of."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Nothing to be done."""
        yield

    async def wait(self, after: int, *, seconds: float) -> bool:  # noqa: ARG002  # the shape of the port
        """Waits, in vain."""
        await asyncio.sleep(seconds)
        return False


class NoConsumers:
    """Consumers of events where there are no events."""

    async def position(self, name: str) -> None:
        """None began."""

    async def positions(self) -> Sequence[ConsumerPosition]:
        """None."""
        return []


class JobsElsewhere:
    """Jobs and schedules of a deployment that has a warehouse only."""

    async def get(self, item_id: UUID, *, include_deleted: bool = False) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _not_there("jobs")

    async def list(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _not_there("jobs")

    async def depths(self) -> NoReturn:
        """Raises ReadOnlyStore."""
        raise _not_there("jobs")

    async def due(self, at: datetime, many: int) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _not_there("jobs")


class WebhooksElsewhere:
    """Webhooks of a deployment that has a warehouse only."""

    async def get(self, webhook_id: UUID, *, include_deleted: bool = False) -> NoReturn:  # noqa: ARG002  # likewise
        """Raises ReadOnlyStore."""
        raise _not_there("webhooks")

    async def list(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _not_there("webhooks")


class DeliveriesElsewhere:
    """Deliveries of a deployment that has a warehouse only."""

    async def get(self, webhook_id: UUID, delivery_id: UUID) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _not_there("deliveries")

    async def list(self, listing: Listing) -> NoReturn:  # noqa: ARG002  # the shape of the port
        """Raises ReadOnlyStore."""
        raise _not_there("deliveries")

    async def forget(self, before: datetime, most: int) -> int:  # noqa: ARG002  # the shape of the port
        """Nothing to forget."""
        return 0


class NoKeys:
    """Idempotency keys of a store that takes no changes: nothing was ever answered under one."""

    async def find(self, actor: str, key: str, *, at: datetime) -> None:
        """Nothing."""

    async def forget_expired(self, *, at: datetime) -> int:  # noqa: ARG002  # the shape of the port
        """Nothing to forget."""
        return 0


def _not_there(what: str) -> ReadOnlyStore:
    return ReadOnlyStore(
        f"this deployment answers from a Snowflake warehouse, which has no {what}: ask where the records are kept"
    )


def _personal(what: str) -> ReadOnlyStore:
    return ReadOnlyStore(
        f"this deployment answers from a Snowflake warehouse, to which no {what} are loaded, since they tell of single "
        "people: ask where the records are kept"
    )


def _elsewhere() -> ReadOnlyStore:
    return ReadOnlyStore(
        "this deployment answers from a Snowflake warehouse, which counts orders and returns and does not show single "
        "ones: ask where the records are kept"
    )


class SnowflakeAdapters(containers.DeclarativeContainer):
    """What a warehouse serves: readers of customers and of the catalogue with the sink that loads them, analytics, and
    the place where their facts are kept.
    """

    warehouse: providers.Dependency[Warehouse] = providers.Dependency(instance_of=Warehouse)
    names: providers.Dependency[FactNames] = providers.Dependency(instance_of=FactNames)
    keep: providers.Dependency[timedelta] = providers.Dependency(instance_of=timedelta)
    units = providers.Singleton(SnowflakeUnitsOfWork)
    customers = providers.Singleton(SnowflakeCustomerReader, warehouse)
    books = providers.Singleton(SnowflakeBookReader, warehouse)
    orders = providers.Singleton(OrdersElsewhere)
    returns = providers.Singleton(OrdersElsewhere)
    authors = providers.Singleton(SnowflakeAuthorReader, warehouse)
    categories = providers.Singleton(SnowflakeCategoryReader, warehouse)
    reviews = providers.Singleton(SnowflakeReviewReader, warehouse)
    groups = providers.Singleton(GroupsElsewhere)
    segments = providers.Singleton(SegmentsElsewhere)
    addresses = providers.Singleton(AddressesElsewhere)
    consents = providers.Singleton(ConsentsElsewhere)
    people = providers.Singleton(PeopleElsewhere)
    merges = providers.Singleton(MergesElsewhere)
    duplicates = providers.Singleton(DuplicatesElsewhere)
    keys = providers.Singleton(NoKeys)
    events = providers.Singleton(EventsElsewhere)
    jobs = providers.Singleton(JobsElsewhere)
    job_queue = providers.Singleton(JobsElsewhere)
    schedules = providers.Singleton(JobsElsewhere)
    signal = providers.Singleton(NoSignal)
    consumers = providers.Singleton(NoConsumers)
    webhooks = providers.Singleton(WebhooksElsewhere)
    deliveries = providers.Singleton(DeliveriesElsewhere)
    facts = providers.Singleton(SnowflakePurchaseFacts, warehouse, names)
    fact_store = providers.Singleton(SnowflakeFactStore, warehouse, names, keep=keep)
    sink = providers.Singleton(SnowflakeHistorySink, warehouse)
    health = providers.Singleton(SnowflakeHealth, warehouse, names)
    upgrade = providers.Callable(upgrade, warehouse)


def adapters(config: SnowflakeConfig, keep: timedelta, observer: QueryObserver | None) -> SnowflakeAdapters:
    """The adapters on the account that is configured; the first question opens the first session."""
    connection = SnowflakeConnection(
        account=config.account or "",
        user=config.user or "",
        password=_revealed(config.password),
        private_key_file=config.private_key_file,
        private_key_passphrase=_revealed(config.private_key_passphrase),
        database=config.database,
        schema=config.schema,
        warehouse=config.warehouse,
        role=config.role,
    )
    return SnowflakeAdapters(warehouse=Warehouse(connection, observer=observer), names=config.fact_names, keep=keep)


def _revealed(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()
