"""Which adapter serves which port, and the use cases on top of them.

Containers are read once, at the start of a process. Nobody is handed one.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from dependency_injector import containers, providers

from adapters.aiohttp.webhook_sender import AiohttpWebhookSender
from adapters.memory.addresses import MemoryAddressReader
from adapters.memory.authors import MemoryAuthorReader
from adapters.memory.books import MemoryBookReader
from adapters.memory.categories import MemoryCategoryReader
from adapters.memory.consents import MemoryConsentReader
from adapters.memory.consumers import MemoryConsumerReader
from adapters.memory.customers import MemoryCustomerReader
from adapters.memory.deliveries import MemoryDeliveryReader
from adapters.memory.duplicates import MemoryDuplicateReader
from adapters.memory.event_signal import MemoryEventSignal
from adapters.memory.events import MemoryEventReader
from adapters.memory.groups import MemoryGroupReader
from adapters.memory.history import MemoryHistorySink, MemoryHistorySource
from adapters.memory.idempotency import MemoryIdempotencyKeys
from adapters.memory.jobs import MemoryJobQueue, MemoryJobReader
from adapters.memory.merges import MemoryMergeReader
from adapters.memory.orders import MemoryOrderReader, MemoryReturnReader
from adapters.memory.people import MemoryPersonReader
from adapters.memory.purchases import MemoryPurchaseFacts
from adapters.memory.reviews import MemoryReviewReader
from adapters.memory.schedules import MemoryScheduleReader
from adapters.memory.segments import MemorySegmentReader
from adapters.memory.store import MemoryStore
from adapters.memory.stores import MemoryHealth
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from adapters.memory.warehouse import MemoryFactSource
from adapters.memory.webhooks import MemoryWebhookReader
from adapters.postgres.addresses import PostgresAddressReader
from adapters.postgres.authors import PostgresAuthorReader
from adapters.postgres.books import PostgresBookReader
from adapters.postgres.categories import PostgresCategoryReader
from adapters.postgres.consents import PostgresConsentReader
from adapters.postgres.consumers import PostgresConsumerReader
from adapters.postgres.customers import PostgresCustomerReader
from adapters.postgres.deliveries import PostgresDeliveryReader
from adapters.postgres.duplicates import PostgresDuplicateReader
from adapters.postgres.event_signal import PostgresEventSignal
from adapters.postgres.events import PostgresEventReader
from adapters.postgres.groups import PostgresGroupReader
from adapters.postgres.history import PostgresHistorySource
from adapters.postgres.idempotency import PostgresIdempotencyKeys
from adapters.postgres.jobs import PostgresJobReader
from adapters.postgres.merges import PostgresMergeReader
from adapters.postgres.orders import PostgresOrderReader, PostgresReturnReader
from adapters.postgres.people import PostgresPersonReader
from adapters.postgres.pool import Pool
from adapters.postgres.purchases import PostgresPurchaseFacts
from adapters.postgres.reviews import PostgresReviewReader
from adapters.postgres.schedules import PostgresScheduleReader
from adapters.postgres.segments import PostgresSegmentReader
from adapters.postgres.stores import PostgresHealth
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from adapters.postgres.warehouse import PostgresFactSource
from adapters.postgres.webhooks import PostgresWebhookReader
from adapters.processes.computation import ProcessComputation
from adapters.system.cron import CronRecurrence
from adapters.system.system import SystemClock, SystemRandomBytes, Uuid7Generator
from application.analytics.answers import AnswerObserver, unobserved
from application.analytics.exporting import ReportFileService
from application.analytics.freshness import FreshEnough
from application.analytics.limits import Limits
from application.analytics.service import AnalyticsService
from application.authors.directory import AuthorDirectory
from application.authors.service import AuthorService
from application.books.batch import BookBatchService
from application.books.service import BookService
from application.categories.service import CategoryService
from application.customers.addresses import AddressService
from application.customers.consents import ConsentService
from application.customers.duplicates import DuplicateService
from application.customers.erasing import ErasureService
from application.customers.exporting import ExportService
from application.customers.merging import MergeService
from application.customers.profiles import ProfileService
from application.customers.service import CustomerService
from application.events.consuming import Consuming
from application.events.service import EventService
from application.groups.service import GroupService
from application.health.service import HealthService
from application.idempotency.service import IdempotencyService
from application.imports.service import ImportService
from application.jobs.housekeeping import housekeeping
from application.jobs.kinds import JobKind
from application.jobs.scheduling import ScheduleService
from application.jobs.service import JobService
from application.orders.service import OrderService
from application.ports.cache import Cache
from application.ports.lifetime_models import LifetimeModels
from application.ports.stores import Store
from application.reviews.service import ReviewService
from application.segments.service import SegmentService
from application.warehouse.service import WarehouseService
from application.webhooks.deliveries import DeliveryService
from application.webhooks.delivering import DeliverWebhook, delivery_kind
from application.webhooks.replaying import ReplayService
from application.webhooks.service import WebhookService
from domain.analytics.segments import SegmentTable
from domain.webhooks.addresses import Reach
from entrypoints.bootstrap import extras
from entrypoints.bootstrap.aside import Aside, FactsAside
from entrypoints.bootstrap.settings import Settings
from entrypoints.services import Services


class SystemAdapters(containers.DeclarativeContainer):
    """The time, new ids, chance, the times that cron expressions name, and processes for what takes long."""

    clock = providers.Singleton(SystemClock)
    ids = providers.Singleton(Uuid7Generator, clock)
    recurrence = providers.Singleton(CronRecurrence)
    random = providers.Singleton(SystemRandomBytes)
    computation_seconds: providers.Object[float] = providers.Object(30.0)
    computation = providers.Singleton(ProcessComputation, seconds=computation_seconds)


class WebAdapters(containers.DeclarativeContainer):
    """What is sent to others over HTTP; `reach` is where it may go."""

    reach: providers.Dependency[Reach] = providers.Dependency(instance_of=Reach)
    sender = providers.Singleton(AiohttpWebhookSender, reach)


class MemoryAdapters(containers.DeclarativeContainer):
    """Every port, in the memory of this process. Reports are counted `aside`."""

    aside: providers.Dependency[Aside] = providers.Dependency(instance_of=Aside)
    rows = providers.Singleton(MemoryStore)
    units = providers.Singleton(MemoryUnitsOfWork, rows)
    customers = providers.Singleton(MemoryCustomerReader, rows)
    authors = providers.Singleton(MemoryAuthorReader, rows)
    books = providers.Singleton(MemoryBookReader, rows)
    orders = providers.Singleton(MemoryOrderReader, rows)
    returns = providers.Singleton(MemoryReturnReader, rows)
    categories = providers.Singleton(MemoryCategoryReader, rows)
    reviews = providers.Singleton(MemoryReviewReader, rows)
    groups = providers.Singleton(MemoryGroupReader, rows)
    segments = providers.Singleton(MemorySegmentReader, rows)
    addresses = providers.Singleton(MemoryAddressReader, rows)
    consents = providers.Singleton(MemoryConsentReader, rows)
    people = providers.Singleton(MemoryPersonReader, rows)
    merges = providers.Singleton(MemoryMergeReader, rows)
    duplicates = providers.Singleton(MemoryDuplicateReader, rows)
    webhooks = providers.Singleton(MemoryWebhookReader, rows)
    deliveries = providers.Singleton(MemoryDeliveryReader, rows)
    facts = providers.Singleton(MemoryPurchaseFacts, rows, run=aside.provided.run)
    fact_source = providers.Singleton(MemoryFactSource, rows)
    keys = providers.Singleton(MemoryIdempotencyKeys, rows)
    events = providers.Singleton(MemoryEventReader, rows)
    jobs = providers.Singleton(MemoryJobReader, rows, SystemAdapters.clock)
    job_queue = providers.Singleton(MemoryJobQueue, rows, SystemAdapters.clock)
    schedules = providers.Singleton(MemoryScheduleReader, rows)
    signal = providers.Singleton(MemoryEventSignal, rows)
    consumers = providers.Singleton(MemoryConsumerReader, rows)
    history = providers.Singleton(MemoryHistorySource, rows)
    sink = providers.Singleton(MemoryHistorySink, rows)
    health = providers.Singleton(MemoryHealth)


class PostgresAdapters(containers.DeclarativeContainer):
    """Every port, on a pool of connections to PostgreSQL; `head` is the newest revision of its schema.

    Reports are counted `aside`, on the connections of `reports`, which is opened there; so nothing else waits for them.
    """

    aside: providers.Dependency[Aside] = providers.Dependency(instance_of=Aside)
    pool: providers.Dependency[Pool] = providers.Dependency(instance_of=Pool)
    reports: providers.Dependency[Pool] = providers.Dependency(instance_of=Pool)
    head: providers.Dependency[str] = providers.Dependency(instance_of=str)
    heartbeat: providers.Dependency[timedelta] = providers.Dependency(instance_of=timedelta)
    signal = providers.Singleton(PostgresEventSignal, pool)
    units = providers.Singleton(PostgresUnitsOfWork, pool, tell=signal.provided.tell)
    customers = providers.Singleton(PostgresCustomerReader, pool)
    authors = providers.Singleton(PostgresAuthorReader, pool)
    books = providers.Singleton(PostgresBookReader, pool)
    orders = providers.Singleton(PostgresOrderReader, pool)
    returns = providers.Singleton(PostgresReturnReader, pool)
    categories = providers.Singleton(PostgresCategoryReader, pool)
    reviews = providers.Singleton(PostgresReviewReader, pool)
    groups = providers.Singleton(PostgresGroupReader, pool)
    segments = providers.Singleton(PostgresSegmentReader, pool)
    addresses = providers.Singleton(PostgresAddressReader, pool)
    consents = providers.Singleton(PostgresConsentReader, pool)
    people = providers.Singleton(PostgresPersonReader, pool)
    merges = providers.Singleton(PostgresMergeReader, pool)
    duplicates = providers.Singleton(PostgresDuplicateReader, pool)
    webhooks = providers.Singleton(PostgresWebhookReader, pool)
    deliveries = providers.Singleton(PostgresDeliveryReader, pool)
    facts = providers.Singleton(
        FactsAside, providers.Singleton(PostgresPurchaseFacts, pool, apart=reports), aside=aside
    )
    fact_source = providers.Singleton(PostgresFactSource, pool)
    keys = providers.Singleton(PostgresIdempotencyKeys, pool)
    events = providers.Singleton(PostgresEventReader, pool)
    jobs = providers.Singleton(PostgresJobReader, pool)
    job_queue = providers.Singleton(extras.job_queue, pool, SystemAdapters.clock, heartbeat=heartbeat)
    schedules = providers.Singleton(PostgresScheduleReader, pool)
    consumers = providers.Singleton(PostgresConsumerReader, pool)
    history = providers.Singleton(PostgresHistorySource, pool)
    health = providers.Singleton(PostgresHealth, pool, head=head)


def _job_kinds(more: Sequence[JobKind], webhook: DeliverWebhook, **parts: Any) -> tuple[JobKind, ...]:
    return (*housekeeping(**parts), delivery_kind(webhook), *more)


class Application(containers.DeclarativeContainer):
    """The use cases: on `records`, with the analytics counted by `analytics` (often the same)."""

    system = providers.DependenciesContainer()
    web = providers.DependenciesContainer()
    records = providers.DependenciesContainer()
    analytics_records = providers.DependenciesContainer()
    stores: providers.Dependency[list[Store]] = providers.Dependency(instance_of=list)
    segments: providers.Dependency[SegmentTable] = providers.Dependency(instance_of=SegmentTable)
    models: providers.Dependency[LifetimeModels] = providers.Dependency()
    limits: providers.Dependency[Limits] = providers.Dependency(instance_of=Limits)
    cache: providers.Dependency[Cache | None] = providers.Dependency()
    answer_observer: providers.Dependency[AnswerObserver] = providers.Dependency()
    purge_customers_after: providers.Dependency[timedelta] = providers.Dependency(instance_of=timedelta)
    forget_jobs_after: providers.Dependency[timedelta] = providers.Dependency(instance_of=timedelta)
    forget_deliveries_after: providers.Dependency[timedelta] = providers.Dependency(instance_of=timedelta)
    more_job_kinds: providers.Dependency[list[JobKind]] = providers.Dependency(instance_of=list)
    fresh: providers.Object[FreshEnough | None] = providers.Object(None)

    customers = providers.Singleton(
        CustomerService, units=records.units, reader=records.customers, clock=system.clock, ids=system.ids
    )
    addresses = providers.Singleton(
        AddressService,
        units=records.units,
        reader=records.addresses,
        customers=records.customers,
        clock=system.clock,
        ids=system.ids,
    )
    consents = providers.Singleton(
        ConsentService,
        units=records.units,
        reader=records.consents,
        customers=records.customers,
        clock=system.clock,
        ids=system.ids,
    )
    directory = providers.Singleton(AuthorDirectory)
    authors = providers.Singleton(
        AuthorService, units=records.units, reader=records.authors, clock=system.clock, ids=system.ids
    )
    erasures = providers.Singleton(ErasureService, units=records.units, people=records.people, clock=system.clock)
    exports = providers.Singleton(
        ExportService,
        customers=records.customers,
        addresses=records.addresses,
        consents=records.consents,
        orders=records.orders,
        returns=records.returns,
        reviews=records.reviews,
        people=records.people,
        clock=system.clock,
    )
    duplicates = providers.Singleton(DuplicateService, reader=records.duplicates, customers=records.customers)
    merges = providers.Singleton(
        MergeService, units=records.units, reader=records.merges, clock=system.clock, ids=system.ids
    )
    books = providers.Singleton(
        BookService,
        units=records.units,
        reader=records.books,
        clock=system.clock,
        ids=system.ids,
        directory=directory,
    )
    book_batches = providers.Singleton(
        BookBatchService, units=records.units, clock=system.clock, ids=system.ids, directory=directory
    )
    orders = providers.Singleton(
        OrderService,
        units=records.units,
        orders=records.orders,
        returns=records.returns,
        customers=records.customers,
        books=records.books,
        clock=system.clock,
        ids=system.ids,
    )
    categories = providers.Singleton(
        CategoryService,
        units=records.units,
        reader=records.categories,
        books=records.books,
        clock=system.clock,
        ids=system.ids,
    )
    reviews = providers.Singleton(
        ReviewService,
        units=records.units,
        reader=records.reviews,
        books=records.books,
        customers=records.customers,
        clock=system.clock,
        ids=system.ids,
    )
    groups = providers.Singleton(
        GroupService,
        units=records.units,
        reader=records.groups,
        customers=records.customers,
        clock=system.clock,
        ids=system.ids,
    )
    saved_segments = providers.Singleton(
        SegmentService, units=records.units, reader=records.segments, clock=system.clock, ids=system.ids
    )
    imports = providers.Singleton(
        ImportService, units=records.units, clock=system.clock, ids=system.ids, directory=directory
    )
    analytics = providers.Singleton(
        AnalyticsService,
        facts=analytics_records.facts,
        clock=system.clock,
        computation=system.computation,
        segments=segments,
        models=models,
        limits=limits,
        cache=cache,
        observer=answer_observer,
        fresh=fresh,
    )
    report_files = providers.Singleton(
        ReportFileService,
        analytics=analytics,
        formats=providers.Callable(extras.report_formats),
        painter=providers.Object(extras.chart_painter),
    )
    profiles = providers.Singleton(
        ProfileService, customers=records.customers, orders=records.orders, analytics=analytics
    )
    health = providers.Singleton(HealthService, stores=stores)
    idempotency = providers.Singleton(IdempotencyService, keys=records.keys, clock=system.clock)
    events = providers.Singleton(
        EventService, reader=records.events, signal=records.signal, consumers=records.consumers
    )
    consuming = providers.Singleton(
        Consuming,
        units=records.units,
        events=records.events,
        consumers=records.consumers,
        signal=records.signal,
        clock=system.clock,
    )
    jobs = providers.Singleton(JobService, units=records.units, reader=records.jobs, clock=system.clock)
    deliveries = providers.Singleton(
        DeliveryService, reader=records.deliveries, events=records.events, clock=system.clock
    )
    deliver_webhook = providers.Singleton(
        DeliverWebhook,
        units=records.units,
        events=records.events,
        sender=web.sender,
        clock=system.clock,
        ids=system.ids,
    )
    job_kinds = providers.Singleton(
        _job_kinds,
        more_job_kinds,
        deliver_webhook,
        erasures=erasures,
        idempotency=idempotency,
        deliveries=deliveries,
        queue=records.job_queue.provider,
        clock=system.clock,
        purge_customers_after=purge_customers_after,
        forget_jobs_after=forget_jobs_after,
        forget_deliveries_after=forget_deliveries_after,
    )
    schedules = providers.Singleton(
        ScheduleService,
        units=records.units,
        reader=records.schedules,
        recurrence=system.recurrence,
        kinds=job_kinds,
        clock=system.clock,
        ids=system.ids,
    )
    webhooks = providers.Singleton(
        WebhookService,
        units=records.units,
        reader=records.webhooks,
        sender=web.sender,
        reach=web.reach,
        clock=system.clock,
        ids=system.ids,
        random=system.random,
    )
    replays = providers.Singleton(
        ReplayService, units=records.units, events=records.events, clock=system.clock, ids=system.ids
    )
    services = providers.Singleton(
        Services,
        customers=customers,
        addresses=addresses,
        consents=consents,
        erasures=erasures,
        exports=exports,
        profiles=profiles,
        authors=authors,
        merges=merges,
        duplicates=duplicates,
        books=books,
        book_batches=book_batches,
        orders=orders,
        categories=categories,
        reviews=reviews,
        groups=groups,
        segments=saved_segments,
        imports=imports,
        analytics=analytics,
        report_files=report_files,
        health=health,
        idempotency=idempotency,
        events=events,
        jobs=jobs,
        schedules=schedules,
        job_kinds=job_kinds,
        consuming=consuming,
        webhooks=webhooks,
        deliveries=deliveries,
        replays=replays,
    )


def services(
    records: containers.Container,
    analytics_records: containers.Container,
    *,
    settings: Settings,
    models: LifetimeModels,
    cache: Cache | None = None,
    answer_observer: AnswerObserver = unobserved,
    job_kinds: Sequence[JobKind] = (),
    warehouse: WarehouseService | None = None,
    wrap: Callable[[type[Any]], type[Any]] | None = None,
) -> Services:
    """The use cases on these adapters, as the settings have them.

    `cache` keeps answers, of which `answer_observer` is told. `job_kinds` are those that there are beside the
    housekeeping; `warehouse` knows how late the analytics are, where that is known. `wrap` gives the class that is made
    instead of a service's own.
    """
    bound = [records] if records is analytics_records else [records, analytics_records]
    fresh = None
    if settings.app.storage == "postgres" and records is not analytics_records:
        fresh = FreshEnough(
            warehouse=analytics_records.facts(),
            records=records.facts(),
            service=warehouse,
            max_lag=settings.app.max_lag,
        )
    application = Application(
        system=SystemAdapters(computation_seconds=settings.performance.analytics_seconds),
        web=WebAdapters(reach=settings.webhooks.reach),
        records=records,
        analytics_records=analytics_records,
        stores=[one.health() for one in bound],
        segments=settings.app.segments,
        models=models,
        limits=Limits(
            at_once=settings.performance.reports_at_once,
            waiting=settings.performance.analytics_waiting,
            seconds=settings.performance.analytics_seconds,
        ),
        cache=providers.Object(cache),
        answer_observer=providers.Object(answer_observer),
        purge_customers_after=timedelta(days=settings.security.purge_customers_after_days),
        forget_jobs_after=timedelta(days=settings.worker.forget_jobs_after_days),
        forget_deliveries_after=timedelta(days=settings.webhooks.forget_deliveries_after_days),
        more_job_kinds=list(job_kinds),
        fresh=fresh,
    )
    if wrap is not None:
        for use_cases in (application.customers, application.books, application.orders, application.analytics):
            use_cases.set_provides(wrap(use_cases.cls))
    return application.services()
