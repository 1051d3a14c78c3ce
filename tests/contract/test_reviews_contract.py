from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.caller import Caller
from application.errors import Conflict, NotFound
from application.listing import Page
from application.ports.history import HistoryBatch
from application.ports.reviews import ReviewExists, ReviewReader
from application.reviews.models import REVIEW_LIST, ReviewRead
from domain.books.book import Book
from domain.books.review import Review, ReviewStatus
from domain.customers.customer import Customer
from domain.shared.errors import DomainError
from domain.shared.ids import ReviewId
from tests.contract.conftest import Load
from tests.support.builders import MORNING, a_book, a_customer, a_review, minutes, new_id
from tests.support.definition import drawn_anew, how_many_histories
from tests.support.lists import asked, walked
from tests.support.store_case import StoreCase, StorePorts

pytestmark = pytest.mark.needs("reads_records")

CALLER = Caller("bob")
LATER = MORNING + minutes(5)
WORDS = 'Line one.\nLine "two"\twith \\ and {braces}, 第一部 📚.'


def reader(ports: StorePorts) -> ReviewReader:
    assert ports.reviews is not None
    return ports.reviews


async def added(ports: StorePorts, *things: Book | Customer | Review) -> None:
    async with ports.units(CALLER) as uow:
        for one in things:
            if isinstance(one, Book):
                uow.books.add(one)
            elif isinstance(one, Customer):
                uow.customers.add(one)
            else:
                uow.reviews.add(one)
        await uow.commit()


async def saved(ports: StorePorts, *reviews: Review) -> Review:
    async with ports.units(CALLER) as uow:
        kept = [uow.reviews.save(one) for one in reviews]
        await uow.commit()
    return kept[-1]


async def fetched(ports: StorePorts, review: Review) -> Review:
    async with ports.units(CALLER) as uow:
        return await uow.reviews.get(review.id)


def published(review: Review) -> Review:
    return review.publish(at=LATER, by="bob")[0]


def rejected(review: Review, reason: str | None = None) -> Review:
    return review.reject(reason, at=LATER, by="bob")[0]


def deleted(review: Review) -> Review:
    return review.delete(at=LATER, by="bob")[0]


def restored(review: Review) -> Review:
    return review.restore(at=LATER, by="bob")[0]


def starred(review: Review, stars: int) -> Review:
    return review.edit(replace(review.details, rating=stars), at=LATER, by="bob")[0]


async def rated(ports: StorePorts, book: Book) -> tuple[int, str | None]:
    """Number and average as readers of the book see them; the aggregate must say the same."""
    rating = (await ports.books.get(book.id, include_deleted=True)).rating
    async with ports.units(CALLER) as uow:
        kept = (await uow.books.get(book.id)).rating
    assert (kept.count, kept.average) == (rating.count, rating.average)
    return rating.count, None if rating.average is None else str(rating.average)


@pytest.mark.needs("writes")
class TestWriting:
    async def test_a_review_is_fetched_as_it_was_kept(self, ports: StorePorts) -> None:
        book, customer, other = a_book(), a_customer(), a_customer()
        full = a_review(book, customer, stars=1, title="Ünal; O'Neill", text=WORDS, language="zh-Hant-TW")
        bare = a_review(book, other, stars=5)
        await added(ports, book, customer, other)
        await added(ports, full, bare)
        for one in (full, bare):
            assert await fetched(ports, one) == one
        with pytest.raises(NotFound):
            await fetched(ports, a_review(book, customer))

    async def test_a_save_gives_the_next_version_and_keeps_all_of_it(self, ports: StorePorts) -> None:
        book, customer = a_book(), a_customer()
        review = a_review(book, customer, title="Before", language="en")
        await added(ports, book, customer)
        await added(ports, review)
        details = replace(review.details, rating=2, title=None, text=WORDS, language=None)
        kept = await saved(ports, review.edit(details, at=LATER, by="eve")[0])
        kept = await saved(ports, rejected(kept, "not of the book"))
        assert (kept.lifecycle.version, kept.reason, kept.details) == (3, "not of the book", details)
        assert await fetched(ports, review) == kept
        assert await reader(ports).get(review.id) == ReviewRead.of(kept)

    async def test_words_that_were_taken_away_stay_away(self, ports: StorePorts) -> None:
        book, customer = a_book(), a_customer()
        review = a_review(book, customer)
        await added(ports, book, customer, review)
        kept = await saved(ports, replace(review, details=replace(review.details, title=None, text=None)))
        assert await fetched(ports, review) == kept
        assert (await reader(ports).get(review.id)).text is None

    async def test_a_deleted_one_is_fetched_too(self, ports: StorePorts) -> None:
        book, customer = a_book(), a_customer()
        review = a_review(book, customer)
        await added(ports, book, customer, review)
        gone = await saved(ports, deleted(review))
        assert await fetched(ports, review) == gone
        assert await reader(ports).get(review.id, include_deleted=True) == ReviewRead.of(gone)

    async def test_a_save_of_an_old_version_is_a_conflict_and_changes_no_rating(self, ports: StorePorts) -> None:
        book, customer = a_book(), a_customer()
        review = a_review(book, customer)
        await added(ports, book, customer, review)
        await saved(ports, rejected(review))
        with pytest.raises(Conflict):
            await saved(ports, published(review))
        assert await rated(ports, book) == (0, None)

    @pytest.mark.needs("enforces_references")
    async def test_of_a_book_or_a_customer_that_is_not_there_is_a_conflict(self, ports: StorePorts) -> None:
        book, customer = a_book(), a_customer()
        await added(ports, book, customer)
        for review in (a_review(a_book(), customer), a_review(book, a_customer())):
            with pytest.raises(Conflict):
                await added(ports, review)
            with pytest.raises(Conflict):
                await added(ports, published(review))
        assert await walked(REVIEW_LIST, reader(ports).list) == []


@pytest.mark.needs("writes", "enforces_unique")
class TestUniqueness:
    async def test_a_customer_has_one_living_review_of_a_book(self, ports: StorePorts) -> None:
        book, other, customer = a_book(), a_book(), a_customer()
        await added(ports, book, other, customer)
        first = a_review(book, customer)
        await added(ports, first)
        with pytest.raises(ReviewExists) as caught:
            await added(ports, a_review(book, customer))
        assert (caught.value.code, caught.value.field) == ("review-exists", "/customer_id")
        await added(ports, a_review(other, customer))

    async def test_a_deleted_one_makes_room_until_it_comes_back(self, ports: StorePorts) -> None:
        book, customer = a_book(), a_customer()
        review = a_review(book, customer)
        await added(ports, book, customer, review)
        gone = await saved(ports, deleted(await saved(ports, published(review))))
        heir = a_review(book, customer, stars=1)
        await added(ports, heir)
        await saved(ports, published(heir))
        with pytest.raises(ReviewExists):
            await saved(ports, restored(gone))
        assert await rated(ports, book) == (1, "1.00")


class TestReading:
    async def test_every_field_is_read_as_it_was_kept(self, ports: StorePorts, load: Load) -> None:
        book, customers = a_book(), [a_customer() for _ in range(3)]
        full = a_review(book, customers[0], stars=1, title="Ünal; O'Neill", text=WORDS, language="zh-Hant-TW")
        blamed = rejected(a_review(book, customers[1], stars=5), "not of the book")
        emptied = a_review(book, customers[2])
        emptied = replace(emptied, details=replace(emptied.details, text=None))
        await load(HistoryBatch(customers=customers, books=[book], reviews=[full, blamed, emptied]))
        for one in (full, blamed, emptied):
            assert await reader(ports).get(one.id) == ReviewRead.of(one)

    async def test_what_is_not_there_is_not_found(self, ports: StorePorts) -> None:
        with pytest.raises(NotFound):
            await reader(ports).get(new_id())

    async def test_a_deleted_one_is_found_only_when_asked_for(self, ports: StorePorts, load: Load) -> None:
        book, customer = a_book(), a_customer()
        gone = deleted(a_review(book, customer))
        await load(HistoryBatch(customers=[customer], books=[book], reviews=[gone]))
        with pytest.raises(NotFound):
            await reader(ports).get(gone.id)
        assert await reader(ports).get(gone.id, include_deleted=True) == ReviewRead.of(gone)


class TestListing:
    async def test_filters_narrow(self, ports: StorePorts, load: Load) -> None:
        books, customers = [a_book(), a_book()], [a_customer() for _ in range(3)]
        reviews = [
            a_review(books[0], customers[0], stars=1, at=MORNING),
            published(a_review(books[0], customers[1], stars=3, at=MORNING + minutes(1))),
            a_review(books[1], customers[1], stars=5, at=MORNING + minutes(2)),
            rejected(a_review(books[1], customers[2], stars=5, at=MORNING + minutes(3))),
        ]
        shown = [replace(books[0], rating=reviews[1].counted), books[1]]
        await load(HistoryBatch(customers=customers, books=shown, reviews=reviews))

        async def found(**asked: str) -> list[int]:
            ids = [one.id for one in reviews]
            return [ids.index(ReviewId(one.id)) for one in await walked(REVIEW_LIST, reader(ports).list, **asked)]

        assert await found() == [3, 2, 1, 0]
        assert await found(book_id=str(books[0].id)) == [1, 0]
        assert await found(customer_id=str(customers[1].id), sort="rating") == [1, 2]
        assert await found(status="published") == [1]
        assert await found(status="pending", rating="5") == [2]
        assert await found(rating__gte="3", sort="-rating,id") == [2, 3, 1]
        assert await found(rating__lt="3") == [0]
        assert await found(created_at__gt="2026-03-01T09:00:00Z", updated_at__lte="2026-03-01T09:02:00Z") == [2]
        page = await asked(REVIEW_LIST, reader(ports).list, rating__gte="3", limit="1", include="total")
        assert (page.total, page.has_more) == (3, True)

    async def test_what_is_deleted_is_left_out_unless_asked_for(self, ports: StorePorts, load: Load) -> None:
        book, customers = a_book(), [a_customer(), a_customer()]
        here, gone = a_review(book, customers[0]), deleted(a_review(book, customers[1]))
        await load(HistoryBatch(customers=customers, books=[book], reviews=[here, gone]))
        assert [one.id for one in await walked(REVIEW_LIST, reader(ports).list)] == [here.id]
        every = await walked(REVIEW_LIST, reader(ports).list, include_deleted="true")
        assert {one.id for one in every} == {here.id, gone.id}


@pytest.mark.needs("writes")
class TestRating:
    async def test_a_book_without_published_reviews_has_none(self, ports: StorePorts) -> None:
        book, customer = a_book(), a_customer()
        await added(ports, book, customer)
        assert await rated(ports, book) == (0, None)
        await added(ports, a_review(book, customer))
        assert await rated(ports, book) == (0, None)

    async def test_it_goes_with_the_reviews(self, ports: StorePorts) -> None:
        book, other, customers = a_book(), a_book(), [a_customer() for _ in range(3)]
        reviews = [a_review(book, one, stars=stars) for one, stars in zip(customers, (5, 4, 4), strict=True)]
        await added(ports, book, other, *customers)
        await added(ports, *reviews)
        kept = [await saved(ports, published(one)) for one in reviews]
        assert await rated(ports, book) == (3, "4.33")
        kept[0] = await saved(ports, starred(kept[0], 1))
        assert await rated(ports, book) == (3, "3.00")
        kept[1] = await saved(ports, rejected(kept[1]))
        assert await rated(ports, book) == (2, "2.50")
        kept[2] = await saved(ports, deleted(kept[2]))
        assert await rated(ports, book) == (1, "1.00")
        kept[2] = await saved(ports, restored(kept[2]))
        assert await rated(ports, book) == (2, "2.50")
        kept[0] = await saved(ports, kept[0].edit(replace(kept[0].details, text="New."), at=LATER, by="bob")[0])
        assert await rated(ports, book) == (1, "4.00")
        assert await rated(ports, other) == (0, None)

    async def test_reviews_that_come_published_count_at_once(self, ports: StorePorts) -> None:
        book, other, customers = a_book(), a_book(), [a_customer() for _ in range(3)]
        reviews = [published(a_review(book, one, stars=2)) for one in customers]
        await added(ports, book, *customers, *reviews, other, published(a_review(other, customers[0], stars=5)))
        assert await rated(ports, book) == (3, "2.00")
        assert await rated(ports, other) == (1, "5.00")

    async def test_a_book_and_its_review_may_be_written_in_one_unit(self, ports: StorePorts) -> None:
        book, customers = a_book(), [a_customer(), a_customer()]
        await added(ports, *customers)
        await added(ports, book, published(a_review(book, customers[0], stars=2)))
        assert await rated(ports, book) == (1, "2.00")
        async with ports.units(CALLER) as uow:
            loaded = await uow.books.get(book.id)
            uow.books.save(loaded.edit(replace(loaded.details, title="New"), at=LATER, by="bob")[0])
            uow.reviews.add(published(a_review(book, customers[1], stars=5)))
            await uow.commit()
        assert await rated(ports, book) == (2, "3.50")
        assert (await ports.books.get(book.id)).title == "New"

    async def test_a_unit_may_change_many_and_the_book_itself(self, ports: StorePorts) -> None:
        book, customers = a_book(), [a_customer(), a_customer()]
        reviews = [a_review(book, one, stars=3) for one in customers]
        await added(ports, book, *customers, *reviews)
        async with ports.units(CALLER) as uow:
            loaded = await uow.books.get(book.id)
            uow.reviews.save(published(reviews[0]))
            uow.books.save(loaded.edit(replace(loaded.details, title="New"), at=LATER, by="bob")[0])
            uow.reviews.save(published(reviews[1]))
            await uow.commit()
        assert await rated(ports, book) == (2, "3.00")
        assert (await ports.books.get(book.id)).title == "New"

    async def test_a_save_of_the_book_leaves_it_alone(self, ports: StorePorts) -> None:
        book, customer = a_book(), a_customer()
        review = a_review(book, customer)
        await added(ports, book, customer, review)
        async with ports.units(CALLER) as uow:
            loaded = await uow.books.get(book.id)
            await saved(ports, published(review))
            uow.books.save(loaded.edit(replace(loaded.details, title="New"), at=LATER, by="bob")[0])
            await uow.commit()
        assert await rated(ports, book) == (1, "4.00")

    async def test_it_does_not_change_the_version_of_the_book(self, ports: StorePorts) -> None:
        book, customer = a_book(), a_customer()
        review = a_review(book, customer)
        await added(ports, book, customer, review)
        await saved(ports, published(review))
        assert (await ports.books.get(book.id)).version == 1


Change = Callable[[Review], Review]
CHANGES: dict[str, Change] = {
    "publish": published,
    "reject": rejected,
    "delete": deleted,
    "restore": restored,
    "praise": lambda one: starred(one, 5),
    "scold": lambda one: starred(one, 1),
    "reword": lambda one: one.edit(replace(one.details, text=f"{one.details.text}!"), at=LATER, by="bob")[0],
}
STEPS = st.tuples(st.integers(0, 1), st.integers(0, 2), st.sampled_from(["write", "publish", *CHANGES]), st.booleans())


async def recounted(ports: StorePorts, list_page: Callable[[Any], Awaitable[Page[ReviewRead]]]) -> Counter[Any]:
    """What a count of the living, published reviews finds, as counts and sums by book."""
    counts: Counter[Any] = Counter()
    for one in await walked(REVIEW_LIST, list_page, status=ReviewStatus.PUBLISHED, limit="100"):
        counts[one.book_id, "count"] += 1
        counts[one.book_id, "sum"] += one.rating
    return counts


@pytest.mark.needs("writes")
@settings(
    max_examples=how_many_histories(60),
    deadline=None,
    derandomize=not drawn_anew(),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=3, max_size=25))
async def test_a_rating_is_always_what_a_recount_finds(
    case: StoreCase, server: Any, steps: Sequence[tuple[int, int, str, bool]]
) -> None:
    books, customers = [a_book(), a_book()], [a_customer() for _ in range(3)]
    async with case.open(server) as ports:
        await added(ports, *books, *customers)
        present: dict[tuple[int, int], Review] = {}
        stale: list[Review] = []
        for book, customer, verb, of_old in steps:
            at = (book, customer)
            try:
                if verb == "write":
                    new = a_review(books[book], customers[customer], stars=1 + (book + customer) % 5)
                    new = published(new) if of_old else new
                    await added(ports, new)
                    present[at] = new
                elif at in present:
                    before = stale[-1] if of_old and stale else present[at]
                    kept = await saved(ports, CHANGES[verb](before))
                    stale.append(before)
                    present[at if before is present[at] else (-1, -1)] = kept
            except (DomainError, Conflict, ReviewExists):
                pass
            counts = await recounted(ports, reader(ports).list)
            for one in books:
                rating = (await ports.books.get(one.id)).rating
                assert rating.count == counts[one.id, "count"]
                async with ports.units(CALLER) as uow:
                    assert (await uow.books.get(one.id)).rating.sum == counts[one.id, "sum"]
