"""The state that all memory adapters share."""

import asyncio
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from adapters.memory.collection import Collection, Stage, Unique
from application.caller import Claim
from application.errors import AlreadyExists, Conflict
from application.ports.authors import AuthorExists, AuthorsChanged
from application.ports.books import IsbnExists
from application.ports.categories import CategoryCodeExists, SlugExists
from application.ports.consumers import ConsumerMoved
from application.ports.customers import CustomerReferenceExists, EmailExists
from application.ports.groups import GroupNameExists
from application.ports.history import HistoryBatch
from application.ports.jobs import JobKeyExists
from application.ports.orders import OrderReferenceExists, ReturnReferenceExists
from application.ports.reviews import ReviewExists
from application.ports.schedules import ScheduleNameExists
from application.ports.segments import SegmentNameExists
from domain.books.author import Author
from domain.books.book import Book
from domain.books.category import Category
from domain.books.contributor import Contributor
from domain.books.rating import UNRATED, Rating
from domain.books.review import Review
from domain.customers.address import Address
from domain.customers.consent import Consent
from domain.customers.customer import Customer
from domain.customers.group import Group, Membership
from domain.customers.merge import Merge
from domain.customers.segment import Segment, Snapshot
from domain.jobs.job import Job
from domain.jobs.schedule import Schedule
from domain.orders.order import Order
from domain.orders.returns import Return
from domain.shared.events import Event
from domain.shared.ids import CustomerId
from domain.webhooks.delivery import Delivery
from domain.webhooks.endpoint import WebhookEndpoint


class RecordedEvent(NamedTuple):
    """An event as kept: positions are dense and count from 1."""

    position: int
    event: Event
    request_id: str | None


class Answered(NamedTuple):
    """What was answered to a request with an idempotency key, and the customers that the answer is about."""

    claim: Claim
    reply: bytes
    customer_ids: frozenset[UUID]


class Place(NamedTuple):
    """How far a consumer of the events has got, and since when."""

    sequence: int
    at: datetime


class MemoryStore:
    """Customers, authors, books, orders, returns and events of one process, deleted and cancelled ones included.

    All of it may be read at any time from the event loop that writes it, and between two awaits it does not change:
    a commit puts everything in place at once. What is in it is immutable. Only a commit or a history sink writes.

    `customers`, `authors`, `books`, `orders`,
    `returns`                                   the committed rows by id, in the order in which they first came
    `events`                                    the events in the order of their positions
    `consumers`                                 how far each has got, by its name
    `awaited`                                   done with the next event, for who waits for one
    `answered`                                  by actor and idempotency key
    `jobs`                                      by id; `jobs_held` are those that somebody runs
    `changes`                                   how often something was changed; `name` is that of this store alone
    `watermark`                                 the position of the last event that the rows reflect; 0 for an empty
                                                store; of events taken over from another store the rows alone are here
    """

    def __init__(self) -> None:
        self.customer_rows: Collection[Customer] = Collection(
            "customer",
            unique={
                "email": Unique(_living_email, EmailExists),
                "reference": Unique(_living_reference, CustomerReferenceExists),
            },
            groups={"email": _email, "phone": _phone, "reference": lambda one: one.details.reference},
        )
        self.author_rows: Collection[Author] = Collection(
            "author",
            unique={"name": Unique(lambda one: one.key if one.living else None, AuthorExists)},
            groups={"merged_key": lambda one: None if one.merged_into is None else one.key},
        )
        self.book_rows: Collection[Book] = Collection(
            "book",
            unique={"isbn": Unique(_living_isbn, IsbnExists)},
            groups={},
        )
        self.category_rows: Collection[Category] = Collection(
            "category",
            unique={
                "path": Unique(lambda one: None if one.lifecycle.deleted else one.path, SlugExists),
                "code": Unique(lambda one: None if one.lifecycle.deleted else one.details.code, CategoryCodeExists),
            },
            groups={"parent_id": lambda one: one.parent_id},
        )
        self.order_rows: Collection[Order] = Collection(
            "order",
            unique={"reference": Unique(_channel_and_reference, OrderReferenceExists)},
            groups={"customer_id": lambda one: one.customer_id, "reference": lambda one: one.reference},
        )
        self.return_rows: Collection[Return] = Collection(
            "return",
            unique={"reference": Unique(_channel_and_reference, ReturnReferenceExists)},
            groups={
                "customer_id": lambda one: one.customer_id,
                "order_id": lambda one: one.order_id,
                "reference": lambda one: one.reference,
            },
        )
        self.review_rows: Collection[Review] = Collection(
            "review",
            unique={"customer and book": Unique(_living_customer_and_book, ReviewExists)},
            groups={"book_id": lambda one: one.book_id, "customer_id": lambda one: one.customer_id},
        )
        self.address_rows: Collection[Address] = Collection(
            "address", unique={}, groups={"customer_id": lambda one: one.customer_id}
        )
        self.consent_rows: Collection[Consent] = Collection(
            "consent", unique={}, groups={"customer_id": lambda one: one.customer_id}
        )
        self.group_rows: Collection[Group] = Collection(
            "group", unique={"name": Unique(_living_name, GroupNameExists)}, groups={}
        )
        self.segment_rows: Collection[Segment] = Collection(
            "segment", unique={"name": Unique(_living_name, SegmentNameExists)}, groups={}
        )
        self.snapshot_rows: Collection[Snapshot] = Collection(
            "snapshot", unique={}, groups={"segment_id": lambda one: one.segment_id}
        )
        self.merge_rows: Collection[Merge] = Collection(
            "merge",
            unique={},
            groups={"customer_id": lambda one: one.customer_id, "from_id": lambda one: one.from_id},
        )
        self.job_rows: Collection[Job] = Collection(
            "job",
            unique={"key": Unique(lambda one: None if one.state.done else one.unique_key, JobKeyExists)},
            groups={"open": lambda one: None if one.state.done else True},
        )
        self.schedule_rows: Collection[Schedule] = Collection(
            "schedule", unique={"name": Unique(_living_name, ScheduleNameExists)}, groups={}
        )
        self.webhook_rows: Collection[WebhookEndpoint] = Collection("webhook", unique={}, groups={})
        self.delivery_rows: Collection[Delivery] = Collection(
            "delivery",
            unique={"event": Unique(lambda one: (one.webhook_id, one.sequence), AlreadyExists)},
            groups={
                "webhook_id": lambda one: one.webhook_id,
                "waiting": lambda one: None if one.waits is None else one.webhook_id,
            },
        )
        self.customers: dict[UUID, Customer] = self.customer_rows.rows
        self.authors: dict[UUID, Author] = self.author_rows.rows
        self.books: dict[UUID, Book] = self.book_rows.rows
        self.categories: dict[UUID, Category] = self.category_rows.rows
        self.orders: dict[UUID, Order] = self.order_rows.rows
        self.returns: dict[UUID, Return] = self.return_rows.rows
        self.reviews: dict[UUID, Review] = self.review_rows.rows
        self.groups: dict[UUID, Group] = self.group_rows.rows
        self.memberships: dict[tuple[UUID, UUID], Membership] = {}
        self.segments: dict[UUID, Segment] = self.segment_rows.rows
        self.snapshots: dict[UUID, Snapshot] = self.snapshot_rows.rows
        self.jobs: dict[UUID, Job] = self.job_rows.rows
        self.schedules: dict[UUID, Schedule] = self.schedule_rows.rows
        self.jobs_held: set[UUID] = set()
        self.job_signals: set[asyncio.Event] = set()
        self.webhooks: dict[UUID, WebhookEndpoint] = self.webhook_rows.rows
        self.deliveries: dict[UUID, Delivery] = self.delivery_rows.rows
        self.events: list[RecordedEvent] = []
        self.awaited: set[asyncio.Future[None]] = set()
        self.consumers: dict[str, Place] = {}
        self.answered: dict[tuple[str, str], Answered] = {}
        self.watermark = 0
        self.name = uuid4().hex
        self.changes = 0

    def signal_jobs(self) -> None:
        """Tells those who run jobs that there may be one to begin."""
        for one in self.job_signals:
            one.set()

    def begin(self) -> "Changes":
        """An empty set of changes."""
        return Changes(self)


class Changes:
    """A set of changes, checked as they come and kept all at once. Never held over an await.

    `events` are those that changes bring about which no use case names one by one.
    """

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.customers: Stage[Customer] = store.customer_rows.stage()
        self.authors: Stage[Author] = store.author_rows.stage()
        self.books: Stage[Book] = store.book_rows.stage()
        self.categories: Stage[Category] = store.category_rows.stage()
        self.orders: Stage[Order] = store.order_rows.stage()
        self.returns: Stage[Return] = store.return_rows.stage()
        self.reviews: Stage[Review] = store.review_rows.stage()
        self.groups: Stage[Group] = store.group_rows.stage()
        self.segments: Stage[Segment] = store.segment_rows.stage()
        self.snapshots: Stage[Snapshot] = store.snapshot_rows.stage()
        self._memberships: dict[tuple[UUID, UUID], Membership | None] = {}
        self._forgotten: frozenset[UUID] = frozenset()
        self.events: list[Event] = []
        self.addresses: Stage[Address] = store.address_rows.stage()
        self.consents: Stage[Consent] = store.consent_rows.stage()
        self.merges: Stage[Merge] = store.merge_rows.stage()
        self.jobs: Stage[Job] = store.job_rows.stage()
        self.schedules: Stage[Schedule] = store.schedule_rows.stage()
        self._consumers: dict[str, Place] = {}
        self.webhooks: Stage[WebhookEndpoint] = store.webhook_rows.stage()
        self.deliveries: Stage[Delivery] = store.delivery_rows.stage()

    def advance_schedule(self, schedule: Schedule, next_at: datetime | None, last_at: datetime | None) -> None:
        """Goes on to another time. Raises Conflict when `schedule` is not as it is kept."""
        present = self.schedules.get(schedule.id)
        if present is None or (present.next_at, present.lifecycle) != (schedule.next_at, schedule.lifecycle):
            raise Conflict(f"the schedule {schedule.id} was dealt with or changed in the meantime")
        self.schedules.amend(replace(present, next_at=next_at, last_at=last_at))

    def enqueue(self, job: Job) -> None:
        """A new job, unless one with its key is on its way. Raises Conflict when its id is taken."""
        with suppress(JobKeyExists):
            self.jobs.add(job)

    def add_book(self, book: Book) -> None:
        """A new book. Raises as `Stage.add`, and AuthorsChanged."""
        self._check_credits(book)
        self.books.add(book)

    def save_book(self, book: Book) -> None:
        """A changed book, whose rating stays as it is. Raises as `Stage.save`, and AuthorsChanged."""
        self._check_credits(book)
        present = self.books.get(book.id)
        self.books.save(book if present is None else replace(book, rating=present.rating))

    def recredit(self, change: Callable[[tuple[Contributor, ...]], tuple[Contributor, ...]]) -> None:
        """What an author does to the credits of all books, without a new version of any."""
        for book in list(self.books.all()):
            before = book.details.authors
            after = change(before)
            if after != before:
                self.books.amend(replace(book, details=replace(book.details, authors=after)))

    def _check_credits(self, book: Book) -> None:
        for one in book.details.authors:
            author = self.authors.get(one.id)
            if author is None or author.details.name != one.name or not (author.living or book.lifecycle.deleted):
                raise AuthorsChanged(f"the author {one.id} was renamed, deleted or merged in the meantime")

    def add_review(self, review: Review) -> None:
        """A new review, and what it does to the rating of its book. Raises as `Stage.add`, and Conflict."""
        if not self._has_person(review.customer_id):
            raise Conflict(f"the review {review.id} names a customer that is not kept: {review.customer_id}")
        self.reviews.add(review)
        self._rate(review, UNRATED)

    def save_review(self, review: Review) -> None:
        """A changed review, and what that does to the rating of its book. Raises as `Stage.save`."""
        present = self.reviews.get(review.id)
        self.reviews.save(review)
        self._rate(review, UNRATED if present is None else present.counted)

    def admit(self, one: Membership) -> None:
        """A new membership. Raises Conflict when it is there already, or the group or the customer is not."""
        at = (one.group_id, one.customer_id)
        if self.groups.get(one.group_id) is None or not self._has_person(one.customer_id):
            raise Conflict(f"the group {one.group_id} or its new member {one.customer_id} is not kept")
        if (self._memberships[at] if at in self._memberships else self._store.memberships.get(at)) is not None:
            raise Conflict(f"the customer {one.customer_id} is in the group {one.group_id} already: read again who is")
        self._memberships[at] = one

    def dismiss(self, group_id: UUID, customer_ids: Iterable[UUID]) -> None:
        """Memberships that end."""
        self._memberships |= dict.fromkeys(((group_id, one) for one in customer_ids), None)

    def replace_member(self, snapshot_id: UUID, before: CustomerId, after: CustomerId) -> None:
        """Another customer in a place of a snapshot. Raises Conflict when the one before has none."""
        snapshot = self.snapshots.get(snapshot_id)
        if snapshot is None or before not in snapshot.members:
            raise Conflict("somebody else changed what belongs to the customer in the meantime: try again")
        place = snapshot.members.index(before)
        members = (*snapshot.members[:place], after, *snapshot.members[place + 1 :])
        self.snapshots.amend(replace(snapshot, members=members))

    def add_delivery(self, delivery: Delivery) -> None:
        """A new delivery. Raises as `Stage.add`, and Conflict when its event or its endpoint stands in its way."""
        if self.webhooks.get(delivery.webhook_id) is None:
            raise Conflict(f"the delivery {delivery.id} is to a webhook that is not kept: {delivery.webhook_id}")
        try:
            self.deliveries.add(delivery)
        except AlreadyExists:
            raise Conflict(f"there is a delivery of the event {delivery.sequence} to the webhook already") from None

    def is_named(self, customer_id: UUID) -> bool:
        """Whether the customer will be in a group or in a snapshot."""
        memberships = {**self._store.memberships, **self._memberships}
        if any(one is not None and one.customer_id == customer_id for one in memberships.values()):
            return True
        return any(customer_id in one.members for one in self.snapshots.all())

    def add_snapshot(self, snapshot: Snapshot) -> None:
        """A new snapshot. Raises as `Stage.add`, and Conflict when its segment or a member is not kept."""
        if self.segments.get(snapshot.segment_id) is None:
            raise Conflict(f"the snapshot {snapshot.id} is of a segment that is not kept: {snapshot.segment_id}")
        for one in snapshot.members:
            if self.customers.get(one) is None:
                raise Conflict(f"the snapshot {snapshot.id} names a customer that is not kept: {one}")
        self.snapshots.add(snapshot)

    def advance(self, name: str, before: int | None, after: Place) -> None:
        """Another place of a consumer. Raises ConsumerMoved when it is not at `before`."""
        place = self._consumers.get(name) or self._store.consumers.get(name)
        if (None if place is None else place.sequence) != before:
            raise ConsumerMoved
        self._consumers[name] = after

    def _belong(self) -> None:
        kept = self._store.memberships
        for at, one in self._memberships.items():
            if one is None:
                kept.pop(at, None)
            else:
                kept[at] = one

    def _rate(self, review: Review, before: Rating) -> None:
        book, after = self.books.get(review.book_id), review.counted
        if book is None:
            raise Conflict(f"the review {review.id} names a book that is not kept: {review.book_id}")
        if after != before:
            count, stars = book.rating.count + after.count - before.count, book.rating.sum + after.sum - before.sum
            self.books.amend(replace(book, rating=Rating(count, stars)))

    def forget(self, customer_ids: frozenset[UUID]) -> None:
        """Customers who are in no group and no snapshot any more, and of whom no answer is kept."""
        self._memberships |= {at: None for at in self._store.memberships if at[1] in customer_ids}
        for snapshot in self.snapshots.all():
            if not customer_ids.isdisjoint(snapshot.members):
                left = tuple(one for one in snapshot.members if one not in customer_ids)
                self.snapshots.amend(replace(snapshot, members=left))
        self._forgotten |= customer_ids

    def _has_person(self, customer_id: UUID) -> bool:
        customer = self.customers.get(customer_id)
        return customer is not None and customer.erased_at is None

    def has_living_customer(self, customer_id: UUID) -> bool:
        """Whether there will be one of this id who is not deleted."""
        customer = self.customers.get(customer_id)
        return customer is not None and not customer.lifecycle.deleted

    def check_references(self, orders: Iterable[Order], returns: Iterable[Return]) -> None:
        """Raises Conflict when one of them names a customer, a book or an order that is not kept."""
        for order in orders:
            self._check_goods("order", order)
        for recorded in returns:
            self._check_goods("return", recorded)
            if recorded.order_id is not None and self.orders.get(recorded.order_id) is None:
                raise Conflict(f"the return {recorded.id} is of an order that is not kept: {recorded.order_id}")

    def _check_goods(self, kind: str, record: Order | Return) -> None:
        if record.customer_id is not None and self.customers.get(record.customer_id) is None:
            raise Conflict(f"the {kind} {record.id} names a customer that is not kept: {record.customer_id}")
        for line in record.lines:
            if line.book_id is not None and self.books.get(line.book_id) is None:
                raise Conflict(f"the {kind} {record.id} names a book that is not kept: {line.book_id}")

    def take_over(self, batch: HistoryBatch, *, late: bool) -> int:
        """The rows of another store, no older than this one where `late`; returns how many were new or changed.

        Raises Conflict when one of them names what is not kept.
        """
        taken = (
            self.customers.take_over(batch.customers, late=late)
            + self.authors.take_over(batch.authors, late=late)
            + self.categories.take_over(batch.categories, late=late)
            + self.books.take_over(batch.books, late=late)
            + self.reviews.take_over(batch.reviews, late=late)
            + self.orders.take_over(batch.orders, late=late)
            + self.returns.take_over(batch.returns, late=late)
        )
        for category in batch.categories:
            if category.parent_id is not None and self.categories.get(category.parent_id) is None:
                raise Conflict(f"the category {category.id} is beneath one that is not kept: {category.parent_id}")
        for review in batch.reviews:
            if self.books.get(review.book_id) is None or self.customers.get(review.customer_id) is None:
                raise Conflict(f"the review {review.id} names a book or a customer that is not kept")
        self.check_references(batch.orders, batch.returns)
        return taken

    def apply(self, events: Iterable[tuple[Event, str | None]] = (), *, watermark: int = 0) -> None:
        """Keeps all of it, the events at the next positions, and moves the watermark to the last of them at least."""
        for stage in (self.customers, self.authors, self.books, self.orders, self.returns, self.reviews):
            stage.apply()
        for belonging in (self.addresses, self.consents, self.merges):
            belonging.apply()
        self.categories.apply()
        self.webhooks.apply()
        self.deliveries.apply()
        for named in (self.groups, self.segments, self.snapshots, self.schedules):
            named.apply()
        self._belong()
        store = self._store
        store.changes += 1
        if self.jobs:
            self.jobs.apply()
            store.signal_jobs()
        store.consumers |= self._consumers
        if self._forgotten:
            for name in [at for at, kept in store.answered.items() if self._forgotten & kept.customer_ids]:
                del store.answered[name]
        for event, request_id in events:
            store.watermark += 1
            store.events.append(RecordedEvent(store.watermark, event, request_id))
            while store.awaited:
                _wake(store.awaited.pop())
        store.watermark = max(store.watermark, watermark)


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


def _email(customer: Customer) -> Hashable | None:
    email = customer.details.email
    return None if email is None else email.value


def _phone(customer: Customer) -> Hashable | None:
    phone = customer.details.phone
    return None if phone is None else phone.value


def _living_email(customer: Customer) -> Hashable | None:
    return None if customer.lifecycle.deleted else _email(customer)


def _living_reference(customer: Customer) -> Hashable | None:
    return None if customer.lifecycle.deleted else customer.details.reference


def _living_isbn(book: Book) -> Hashable | None:
    return None if book.lifecycle.deleted else book.details.isbn.value


def _living_name(one: Group | Segment | Schedule) -> Hashable | None:
    return None if one.lifecycle.deleted else one.details.name


def _living_customer_and_book(review: Review) -> Hashable | None:
    return None if review.lifecycle.deleted else (review.customer_id, review.book_id)


def _channel_and_reference(record: Order | Return) -> Hashable | None:
    return None if record.reference is None else (record.channel, record.reference)
