"""Reviews in PostgreSQL.

The rating of a book is kept with the book, and changed by the statement that changes a review of it: up or down from
what it is at that moment, never to a number that was read before, so that reviews of one book wait for one another
for the length of a statement and none is lost.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    CTE,
    Integer,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.customers import unless_erased
from adapters.postgres.errors import read
from adapters.postgres.kinds import Change, Kind, Params, unnested
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import books, customers, reviews
from application.errors import NotFound
from application.listing import Listing, Page
from application.reviews.models import ReviewRead
from domain.books.review import Review, ReviewDetails, ReviewStatus
from domain.shared.ids import BookId, CustomerId, ReviewId

_FIELDS = ("book_id", "customer_id", "rating", "title", "text", "language", "status", "reason")
# The order in which the two functions below take a row apart.
REVIEW_OUTPUT = [reviews.c[name] for name in ("id", *_FIELDS, *LIFECYCLE, "deleted_at")]
_ZERO: ColumnElement[int] = literal_column("0", Integer())
_ONE: ColumnElement[int] = literal_column("1", Integer())
_STATUSES = {str(status): status for status in ReviewStatus}

_GET = Statement(select(*REVIEW_OUTPUT).where(reviews.c.id == bindparam("id")), name="reviews.get")
_LISTS = ListStatements(reviews, REVIEW_OUTPUT)


def _values(review: Review) -> tuple[object, ...]:
    details, lifecycle = review.details, review.lifecycle
    return (
        review.id,
        review.book_id,
        review.customer_id,
        details.rating,
        details.title,
        details.text,
        details.language,
        review.status,
        review.reason,
        *lifecycle_values(lifecycle),
        lifecycle.deleted_at,
    )


class _Reviews(Kind[Review]):
    """Reviews, whose every write changes the rating of their books as well."""

    def __init__(self) -> None:
        saves = (*_FIELDS[1:], "updated_at", "updated_by", "deleted_at")  # its book never changes
        super().__init__(reviews, _values, saves=saves, also=(books, customers))
        # Who is erased meanwhile gets no words back: NULL breaks the statement.
        self.rows.added["customer_id"] = unless_erased

    def adding(self, one: Review) -> Params:
        """The values for `add`."""
        return super().adding(one) | _counted([one])

    def adding_many(self, some: Sequence[Review]) -> Params:
        """The values for `add_many`."""
        return super().adding_many(some) | _counted(some)

    def saving(self, one: Review) -> Params:
        """The values for `save`."""
        return super().saving(one) | {"counted_number": one.counted.count, "counted_stars": one.counted.sum}

    def add(self, gate: CTE | None) -> list[Change]:
        """The statements that add one."""
        return [*super().add(gate), _rated(gate)]

    def add_many(self, gate: CTE | None) -> list[Change]:
        """The statements that add many."""
        return [*super().add_many(gate), _rated(gate)]

    def save_lines(self, gate: CTE) -> list[Change]:
        """What changes the rating of the book: by what the review counts now, less what it counted before.

        A part of a statement sees the rows as they were before the statement, the one that the gate changes too.
        """
        before = reviews.alias("before")
        counts = and_(before.c.status == literal_column("'published'"), before.c.deleted_at.is_(None))
        number = bindparam("counted_number", type_=Integer()) - case((counts, _ONE), else_=_ZERO)
        stars = bindparam("counted_stars", type_=Integer()) - case((counts, before.c.rating), else_=_ZERO)
        return [
            update(books)
            .values(
                {books.c.rating_count: books.c.rating_count + number, books.c.rating_sum: books.c.rating_sum + stars}
            )
            .where(
                before.c.id == gate.c.id,
                books.c.id == before.c.book_id,
                or_(number != _ZERO, stars != _ZERO),
            )
        ]


def _counted(some: Sequence[Review]) -> Params:
    counting = [one for one in some if one.counted.count]
    return {"rated_books": [one.book_id for one in counting], "rated_stars": [one.counted.sum for one in counting]}


def _rated(gate: CTE | None) -> Update:
    """What changes the ratings of the books whose new reviews count."""
    given = unnested(
        "rated",
        {
            "book_id": bindparam("rated_books", type_=ARRAY(Uuid())),
            "stars": bindparam("rated_stars", type_=ARRAY(Integer())),
        },
    )
    source = given if gate is None else given.join(gate, literal_column("true"))
    summed = (
        select(given.c.book_id, func.count().label("number"), func.sum(given.c.stars).label("stars"))
        .select_from(source)
        .group_by(given.c.book_id)
        .subquery("counted")
    )
    return (
        update(books)
        .values(
            {
                books.c.rating_count: books.c.rating_count + summed.c.number,
                books.c.rating_sum: books.c.rating_sum + summed.c.stars,
            }
        )
        .where(books.c.id == summed.c.book_id)
    )


REVIEWS = _Reviews()
"""As they are written: the ratings of their books go with them."""

REVIEWS_TOLD = Kind(reviews, _values)
"""As a history tells them, in which the books come with their ratings."""


def review_of(row: Record) -> Review:
    """The aggregate of a row of REVIEW_OUTPUT."""
    return Review(
        id=ReviewId(row[0]),
        book_id=BookId(row[1]),
        customer_id=CustomerId(row[2]),
        details=ReviewDetails(rating=row[3], title=row[4], text=row[5], language=row[6]),
        status=_STATUSES[row[7]],
        reason=row[8],
        lifecycle=lifecycle_of(row[9:15]),
    )


def _read_of(row: Record) -> ReviewRead:
    return ReviewRead(
        id=row[0],
        book_id=row[1],
        customer_id=row[2],
        rating=row[3],
        title=row[4],
        text=row[5],
        language=row[6],
        status=_STATUSES[row[7]],
        reason=row[8],
        version=row[9],
        created_at=row[10],
        created_by=row[11],
        updated_at=row[12],
        updated_by=row[13],
        deleted_at=row[14],
    )


class PostgresReviewRepository:
    """Reviews for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, review_id: ReviewId) -> Review:
        """Deleted ones too. Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=review_id))
        if row is None:
            raise NotFound("review", review_id)
        return review_of(row)

    def add(self, review: Review) -> None:
        """Keeps a new review at commit."""
        self._pending.add(REVIEWS, review)

    def save(self, review: Review) -> Review:
        """Keeps a changed review at commit, under the next version."""
        saved = replace(review, lifecycle=review.lifecycle.next_version())
        self._pending.save(REVIEWS, saved)
        return saved


class PostgresReviewReader:
    """Reviews for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, review_id: UUID, *, include_deleted: bool = False) -> ReviewRead:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=review_id))
        if row is None or (row[14] is not None and not include_deleted):
            raise NotFound("review", review_id)
        return _read_of(row)

    async def list(self, listing: Listing) -> Page[ReviewRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)
