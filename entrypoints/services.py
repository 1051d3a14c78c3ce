"""What the entrypoints call: the use cases, wired once."""

from dataclasses import dataclass

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
from application.jobs.kinds import JobKind
from application.jobs.scheduling import ScheduleService
from application.jobs.service import JobService
from application.orders.service import OrderService
from application.reviews.service import ReviewService
from application.segments.service import SegmentService
from application.webhooks.deliveries import DeliveryService
from application.webhooks.replaying import ReplayService
from application.webhooks.service import WebhookService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One service a concept. Every entrypoint (HTTP, command line, worker) gets the same ones.

    `job_kinds` are the jobs there are, with what does them.
    """

    customers: CustomerService
    addresses: AddressService
    consents: ConsentService
    erasures: ErasureService
    exports: ExportService
    profiles: ProfileService
    authors: AuthorService
    merges: MergeService
    duplicates: DuplicateService
    books: BookService
    book_batches: BookBatchService
    orders: OrderService
    categories: CategoryService
    reviews: ReviewService
    groups: GroupService
    segments: SegmentService
    imports: ImportService
    analytics: AnalyticsService
    report_files: ReportFileService
    health: HealthService
    idempotency: IdempotencyService
    events: EventService
    consuming: Consuming
    jobs: JobService
    schedules: ScheduleService
    job_kinds: tuple[JobKind, ...]
    webhooks: WebhookService
    deliveries: DeliveryService
    replays: ReplayService
