"""The store in memory, under contract."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from adapters.memory.addresses import MemoryAddressReader, MemoryAddressRepository
from adapters.memory.authors import MemoryAuthorReader, MemoryAuthorRepository
from adapters.memory.books import MemoryBookReader, MemoryBookRepository
from adapters.memory.categories import MemoryCategoryReader, MemoryCategoryRepository
from adapters.memory.consents import MemoryConsentReader, MemoryConsentRepository
from adapters.memory.consumers import MemoryConsumerReader, MemoryConsumerRepository
from adapters.memory.customers import MemoryCustomerReader, MemoryCustomerRepository
from adapters.memory.deliveries import MemoryDeliveryReader, MemoryDeliveryRepository
from adapters.memory.duplicates import MemoryDuplicateReader
from adapters.memory.event_signal import MemoryEventSignal
from adapters.memory.events import MemoryEventReader
from adapters.memory.groups import MemoryGroupReader, MemoryGroupRepository
from adapters.memory.history import MemoryHistorySink, MemoryHistorySource
from adapters.memory.idempotency import MemoryIdempotencyKeys
from adapters.memory.jobs import MemoryJobQueue, MemoryJobReader, MemoryJobRepository
from adapters.memory.merges import MemoryMergeReader, MemoryMergeRepository
from adapters.memory.orders import (
    MemoryOrderReader,
    MemoryOrderRepository,
    MemoryReturnReader,
    MemoryReturnRepository,
)
from adapters.memory.people import MemoryPersonReader, MemoryPersonRepository
from adapters.memory.purchases import MemoryPurchaseFacts, MemoryPurchaseView
from adapters.memory.reviews import MemoryReviewReader, MemoryReviewRepository
from adapters.memory.schedules import MemoryScheduleReader, MemoryScheduleRepository
from adapters.memory.segments import MemorySegmentReader, MemorySegmentRepository
from adapters.memory.store import MemoryStore
from adapters.memory.stores import MemoryHealth
from adapters.memory.unit_of_work import MemoryUnitOfWork, MemoryUnitsOfWork
from adapters.memory.warehouse import MemoryFactSource
from adapters.memory.webhooks import MemoryWebhookReader, MemoryWebhookRepository
from adapters.system.system import SystemClock
from application.ports.addresses import AddressReader, AddressRepository
from application.ports.authors import AuthorReader, AuthorRepository
from application.ports.books import BookReader, BookRepository
from application.ports.categories import CategoryReader, CategoryRepository
from application.ports.consents import ConsentReader, ConsentRepository
from application.ports.consumers import ConsumerReader, ConsumerRepository
from application.ports.customers import CustomerReader, CustomerRepository
from application.ports.deliveries import DeliveryReader, DeliveryRepository
from application.ports.duplicates import DuplicateReader
from application.ports.event_signal import EventSignal
from application.ports.events import EventReader
from application.ports.groups import GroupReader, GroupRepository
from application.ports.history import HistorySink, HistorySource
from application.ports.idempotency import IdempotencyKeys
from application.ports.jobs import JobQueue, JobReader, JobRepository
from application.ports.merges import MergeReader, MergeRepository
from application.ports.orders import OrderReader, OrderRepository, ReturnReader, ReturnRepository
from application.ports.people import PersonReader, PersonRepository
from application.ports.purchases import PurchaseFacts, PurchaseView
from application.ports.reviews import ReviewReader, ReviewRepository
from application.ports.schedules import ScheduleReader, ScheduleRepository
from application.ports.segments import SegmentReader, SegmentRepository
from application.ports.stores import Store
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.ports.warehouse import FactSource, FactStore, FactWriter
from application.ports.webhooks import WebhookReader, WebhookRepository
from tests.support.store_case import KEEPS_NO_FACTS, KeptEvent, StoreCase, StorePorts


def memory_ports(store: MemoryStore) -> StorePorts:
    """The ports on a store."""

    async def watermark() -> int:
        return store.watermark

    async def events() -> Sequence[KeptEvent]:
        return [KeptEvent(kept.event, kept.request_id) for kept in store.events]

    clock = SystemClock()
    return StorePorts(
        units=MemoryUnitsOfWork(store),
        customers=MemoryCustomerReader(store),
        authors=MemoryAuthorReader(store),
        books=MemoryBookReader(store),
        orders=MemoryOrderReader(store),
        returns=MemoryReturnReader(store),
        reviews=MemoryReviewReader(store),
        categories=MemoryCategoryReader(store),
        groups=MemoryGroupReader(store),
        segments=MemorySegmentReader(store),
        addresses=MemoryAddressReader(store),
        consents=MemoryConsentReader(store),
        people=MemoryPersonReader(store),
        merges=MemoryMergeReader(store),
        duplicates=MemoryDuplicateReader(store),
        webhooks=MemoryWebhookReader(store),
        deliveries=MemoryDeliveryReader(store),
        health=MemoryHealth(),
        keys=MemoryIdempotencyKeys(store),
        event_reader=MemoryEventReader(store),
        jobs=MemoryJobReader(store, clock),
        job_queue=MemoryJobQueue(store, clock),
        schedules=MemoryScheduleReader(store),
        consumers=MemoryConsumerReader(store),
        signal=MemoryEventSignal(store),
        source=MemoryHistorySource(store),
        sink=MemoryHistorySink(store),
        facts=MemoryFactSource(store),
        purchases=MemoryPurchaseFacts(store),
        watermark=watermark,
        events=events,
    )


@asynccontextmanager
async def _open(server: None) -> AsyncIterator[StorePorts]:
    yield memory_ports(MemoryStore())


def memory_case() -> StoreCase:
    """All of it, in this process."""
    return StoreCase(
        name="memory",
        adapters=frozenset({"memory"}),
        reads_records=True,
        writes=True,
        transactions=True,
        enforces_unique=True,
        enforces_references=True,
        reads_orders=True,
        tells_history=True,
        takes_history=True,
        tells_facts=True,
        keeps_facts=False,
        remote=False,
        open=_open,
        implements={
            UnitsOfWork: MemoryUnitsOfWork,
            UnitOfWork: MemoryUnitOfWork,
            CustomerRepository: MemoryCustomerRepository,
            CustomerReader: MemoryCustomerReader,
            AuthorRepository: MemoryAuthorRepository,
            AuthorReader: MemoryAuthorReader,
            BookRepository: MemoryBookRepository,
            BookReader: MemoryBookReader,
            OrderRepository: MemoryOrderRepository,
            OrderReader: MemoryOrderReader,
            ReturnRepository: MemoryReturnRepository,
            ReturnReader: MemoryReturnReader,
            ReviewRepository: MemoryReviewRepository,
            ReviewReader: MemoryReviewReader,
            CategoryRepository: MemoryCategoryRepository,
            CategoryReader: MemoryCategoryReader,
            GroupRepository: MemoryGroupRepository,
            GroupReader: MemoryGroupReader,
            SegmentRepository: MemorySegmentRepository,
            SegmentReader: MemorySegmentReader,
            IdempotencyKeys: MemoryIdempotencyKeys,
            EventReader: MemoryEventReader,
            EventSignal: MemoryEventSignal,
            ConsumerRepository: MemoryConsumerRepository,
            ConsumerReader: MemoryConsumerReader,
            AddressRepository: MemoryAddressRepository,
            AddressReader: MemoryAddressReader,
            ConsentRepository: MemoryConsentRepository,
            ConsentReader: MemoryConsentReader,
            PersonRepository: MemoryPersonRepository,
            PersonReader: MemoryPersonReader,
            MergeRepository: MemoryMergeRepository,
            MergeReader: MemoryMergeReader,
            DuplicateReader: MemoryDuplicateReader,
            JobRepository: MemoryJobRepository,
            JobReader: MemoryJobReader,
            JobQueue: MemoryJobQueue,
            ScheduleRepository: MemoryScheduleRepository,
            ScheduleReader: MemoryScheduleReader,
            WebhookRepository: MemoryWebhookRepository,
            WebhookReader: MemoryWebhookReader,
            DeliveryRepository: MemoryDeliveryRepository,
            DeliveryReader: MemoryDeliveryReader,
            HistorySource: MemoryHistorySource,
            HistorySink: MemoryHistorySink,
            PurchaseFacts: MemoryPurchaseFacts,
            PurchaseView: MemoryPurchaseView,
            Store: MemoryHealth,
            FactSource: MemoryFactSource,
        },
        lacks={FactStore: KEEPS_NO_FACTS, FactWriter: KEEPS_NO_FACTS},
    )
