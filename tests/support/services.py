"""The use cases on the ports of a store."""

import socket
from datetime import timedelta
from typing import Any

from adapters.aiohttp.guard import system_lookup
from adapters.aiohttp.webhook_sender import AiohttpWebhookSender
from adapters.processes.computation import ProcessComputation
from adapters.system.cron import CronRecurrence
from adapters.system.system import SystemClock, SystemRandomBytes, Uuid7Generator
from application.analytics.exporting import ReportFileService
from application.analytics.service import AnalyticsService
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
from application.jobs.scheduling import ScheduleService
from application.jobs.service import JobService
from application.mail.pause_jobs import webhook_paused
from application.orders.service import OrderService
from application.reviews.service import ReviewService
from application.segments.service import SegmentService
from application.webhooks.deliveries import DeliveryService
from application.webhooks.delivering import DeliverWebhook, delivery_kind
from application.webhooks.replaying import ReplayService
from application.webhooks.service import WebhookService
from domain.webhooks.addresses import Reach
from entrypoints.bootstrap import extras
from entrypoints.services import Services
from tests.support.definition import MODELS
from tests.support.store_case import StorePorts


def loopback_only(host: str, port: int) -> Any:
    """The addresses of names that stand for this machine: tests ask nobody on the internet."""
    if host not in ("localhost", "127.0.0.1", "::1"):
        raise socket.gaierror(socket.EAI_NONAME, "tests know no names")
    return system_lookup(host, port)


LOCAL = Reach.into(["127.0.0.0/8", "::1/128"])


def services_on(ports: StorePorts, reach: Reach = LOCAL) -> Services:
    """The use cases on a store; webhooks go to the loopback addresses too, unless `reach` says otherwise."""
    assert ports.authors is not None
    assert ports.orders is not None
    assert ports.returns is not None
    assert ports.keys is not None
    assert ports.event_reader is not None
    assert ports.signal is not None
    assert ports.consumers is not None
    assert ports.addresses is not None
    assert ports.consents is not None
    assert ports.people is not None
    assert ports.merges is not None
    assert ports.duplicates is not None
    assert ports.reviews is not None
    assert ports.categories is not None
    assert ports.groups is not None
    assert ports.segments is not None
    assert ports.jobs is not None
    assert ports.schedules is not None
    assert ports.job_queue is not None
    job_queue = ports.job_queue
    assert ports.webhooks is not None
    assert ports.deliveries is not None
    clock = SystemClock()
    written: dict[str, Any] = {"units": ports.units, "clock": clock, "ids": Uuid7Generator(clock)}
    erasures = ErasureService(units=ports.units, people=ports.people, clock=clock)
    idempotency = IdempotencyService(keys=ports.keys, clock=clock)
    deliveries = DeliveryService(reader=ports.deliveries, events=ports.event_reader, clock=clock)
    kinds = housekeeping(
        erasures=erasures,
        idempotency=idempotency,
        deliveries=deliveries,
        queue=lambda: job_queue,
        clock=clock,
        purge_customers_after=timedelta(days=30),
        forget_jobs_after=timedelta(days=30),
        forget_deliveries_after=timedelta(days=30),
    )
    analytics = AnalyticsService(facts=ports.purchases, clock=clock, computation=ProcessComputation(), models=MODELS)
    sender = AiohttpWebhookSender(reach, lookup=loopback_only)
    kinds.append(delivery_kind(DeliverWebhook(events=ports.event_reader, sender=sender, **written)))
    kinds.append(webhook_paused(None))
    return Services(
        customers=CustomerService(reader=ports.customers, **written),
        addresses=AddressService(reader=ports.addresses, customers=ports.customers, **written),
        consents=ConsentService(reader=ports.consents, customers=ports.customers, **written),
        erasures=erasures,
        exports=ExportService(
            customers=ports.customers,
            addresses=ports.addresses,
            consents=ports.consents,
            orders=ports.orders,
            returns=ports.returns,
            reviews=ports.reviews,
            people=ports.people,
            clock=clock,
        ),
        authors=AuthorService(reader=ports.authors, **written),
        book_batches=BookBatchService(**written),
        duplicates=DuplicateService(reader=ports.duplicates, customers=ports.customers),
        merges=MergeService(reader=ports.merges, **written),
        books=BookService(reader=ports.books, **written),
        orders=OrderService(
            orders=ports.orders, returns=ports.returns, customers=ports.customers, books=ports.books, **written
        ),
        categories=CategoryService(reader=ports.categories, books=ports.books, **written),
        reviews=ReviewService(reader=ports.reviews, books=ports.books, customers=ports.customers, **written),
        groups=GroupService(reader=ports.groups, customers=ports.customers, **written),
        segments=SegmentService(reader=ports.segments, **written),
        imports=ImportService(**written),
        analytics=analytics,
        report_files=ReportFileService(
            analytics=analytics, formats=extras.report_formats(), painter=extras.chart_painter
        ),
        profiles=ProfileService(customers=ports.customers, orders=ports.orders, analytics=analytics),
        health=HealthService(stores=[ports.health]),
        idempotency=idempotency,
        jobs=JobService(units=ports.units, reader=ports.jobs, clock=clock),
        schedules=ScheduleService(reader=ports.schedules, recurrence=CronRecurrence(), kinds=kinds, **written),
        job_kinds=tuple(kinds),
        events=EventService(reader=ports.event_reader, signal=ports.signal, consumers=ports.consumers),
        consuming=Consuming(
            units=ports.units, events=ports.event_reader, consumers=ports.consumers, signal=ports.signal, clock=clock
        ),
        webhooks=WebhookService(
            reader=ports.webhooks,
            sender=sender,
            reach=reach,
            random=SystemRandomBytes(),
            **written,
        ),
        deliveries=deliveries,
        replays=ReplayService(events=ports.event_reader, **written),
    )
