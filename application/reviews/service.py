"""The use cases of reviews."""

from collections.abc import Sequence
from dataclasses import replace as replace_page
from uuid import UUID

from msgspec.structs import replace

from application.caller import Caller
from application.errors import Erased, NotFound
from application.listing import Listed, Listing, listed
from application.ports.books import BookReader
from application.ports.customers import CustomerReader
from application.ports.reviews import ReviewReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.reviews.models import (
    REVIEW_LIST,
    BookReviewCreate,
    ReviewCreate,
    ReviewRead,
    ReviewRejection,
    ReviewUpdate,
)
from application.versions import expect
from domain.books.review import Review
from domain.shared.errors import Invalid, Problems
from domain.shared.events import Event
from domain.shared.ids import BookId, CustomerId, ReviewId


class ReviewService:
    """Each method is one use case and one unit of work."""

    def __init__(
        self,
        *,
        units: UnitsOfWork,
        reader: ReviewReader,
        books: BookReader,
        customers: CustomerReader,
        clock: Clock,
        ids: IdGenerator,
    ) -> None:
        self._units = units
        self._reader = reader
        self._books = books
        self._customers = customers
        self._clock = clock
        self._ids = ids

    async def create(self, command: ReviewCreate, caller: Caller) -> ReviewRead:
        """Takes a review in, to be published or rejected later.

        - The book and the customer must exist.
        - A customer has one living review of a book: a second one is refused with `review exists`.
        - The rating of the book counts a review once it is published.
        """
        problems = Problems()
        details = problems.take("", command.details)
        await self._require(command, problems)
        if problems.found or details is None:
            raise Invalid(problems.found)
        async with self._units(caller) as uow:
            review, event = Review.write(
                ReviewId(self._ids.new()),
                book_id=BookId(command.book_id),
                customer_id=CustomerId(command.customer_id),
                details=details,
                at=self._clock.now(),
                by=caller.actor,
            )
            uow.reviews.add(review)
            uow.record(event)
            answer = ReviewRead.of(review)
            await uow.commit(answer)
        return answer

    async def create_of(self, book_id: UUID, command: BookReviewCreate, caller: Caller) -> ReviewRead:
        """Takes a review of this book in, to be published or rejected later.

        - A customer has one living review of a book: a second one is refused with `review exists`.
        - The rating of the book counts a review once it is published.
        """
        await self._books.get(book_id)
        return await self.create(command.of(book_id), caller)

    async def get(
        self, review_id: UUID, *, include_deleted: bool = False, expand: frozenset[str] = frozenset()
    ) -> ReviewRead:
        """One review. A deleted one is found only when asked for.

        `expand=book,customer` adds the book and the customer, as they are now.
        """
        found = await self._reader.get(review_id, include_deleted=include_deleted)
        return (await self._expanded([found], expand))[0] if expand else found

    async def list(self, listing: Listing) -> Listed[ReviewRead]:
        """One page of reviews: by book, customer, status, rating or time. `expand` as for a single one."""
        page = await self._reader.list(listing)
        if listing.expand:
            page = replace_page(page, items=await self._expanded(page.items, listing.expand))
        return listed(REVIEW_LIST, listing, page)

    async def require_book(self, book_id: UUID) -> None:
        """Raises NotFound where there is no such book."""
        await self._books.get(book_id)

    async def update(
        self, review_id: UUID, command: ReviewUpdate, caller: Caller, *, version: int | None = None
    ) -> ReviewRead:
        """Changes the fields that are given and leaves the others.

        - Another title or text makes a review pending again, since nobody has read the new words yet; another rating
          does not, and counts at once.
        - A change to what it is already changes nothing, not even the version.
        """
        async with self._units(caller) as uow:
            review = await self._living(uow, review_id, version)
            edited, event = review.edit(command.over(review.details), at=self._clock.now(), by=caller.actor)
            if event is None:
                return ReviewRead.of(edited)
            return await _kept(uow, edited, event)

    async def publish(self, review_id: UUID, caller: Caller, *, version: int | None = None) -> ReviewRead:
        """Publishes a review, also one that was rejected before: it counts in the rating of its book from now on."""
        async with self._units(caller) as uow:
            review = await self._living(uow, review_id, version)
            return await _kept(uow, *review.publish(at=self._clock.now(), by=caller.actor))

    async def reject(
        self, review_id: UUID, command: ReviewRejection, caller: Caller, *, version: int | None = None
    ) -> ReviewRead:
        """Rejects a review, also one that was published before: it no longer counts in the rating of its book."""
        reason = command.cleaned()
        async with self._units(caller) as uow:
            review = await self._living(uow, review_id, version)
            return await _kept(uow, *review.reject(reason, at=self._clock.now(), by=caller.actor))

    async def delete(self, review_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Puts a review away; it can be restored, and does not count meanwhile."""
        async with self._units(caller) as uow:
            review = await self._living(uow, review_id, version)
            gone, event = review.delete(at=self._clock.now(), by=caller.actor)
            uow.reviews.save(gone)
            uow.record(event)
            await uow.commit()

    async def restore(self, review_id: UUID, caller: Caller, *, version: int | None = None) -> ReviewRead:
        """Brings a deleted review back as it was, unless the customer wrote another one of the book meanwhile."""
        async with self._units(caller) as uow:
            review = await uow.reviews.get(ReviewId(review_id))
            expect(review.lifecycle, version)
            return await _kept(uow, *review.restore(at=self._clock.now(), by=caller.actor))

    async def _expanded(self, found: Sequence[ReviewRead], expand: frozenset[str]) -> Sequence[ReviewRead]:
        if "book" in expand:
            books = await self._books.get_many({one.book_id for one in found})
            found = [replace(one, book=books[one.book_id]) for one in found]
        if "customer" in expand:
            customers = await self._customers.get_many({one.customer_id for one in found})
            found = [replace(one, customer=customers[one.customer_id]) for one in found]
        return found

    async def _living(self, uow: UnitOfWork, review_id: UUID, version: int | None) -> Review:
        review = await uow.reviews.get(ReviewId(review_id))
        if review.lifecycle.deleted:
            raise NotFound("review", review_id)
        expect(review.lifecycle, version)
        return review

    async def _require(self, command: ReviewCreate, problems: Problems) -> None:
        try:
            await self._books.get(command.book_id)
        except NotFound:
            problems.add("/book_id", "no-such-book", f"there is no book {command.book_id}")
        try:
            await self._customers.get(command.customer_id)
        except Erased as error:
            problems.add("/customer_id", "customer-erased", error.detail)
        except NotFound:
            problems.add("/customer_id", "no-such-customer", f"there is no customer {command.customer_id}")


async def _kept(uow: UnitOfWork, review: Review, event: Event) -> ReviewRead:
    answer = ReviewRead.of(uow.reviews.save(review))
    uow.record(event)
    await uow.commit(answer)
    return answer
