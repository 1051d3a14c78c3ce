"""What application/ports/history.py promises."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import fields, replace

import pytest

from adapters.memory.store import MemoryStore
from application.authors.models import AUTHOR_LIST, AuthorCreate, AuthorMerge, AuthorRead, AuthorUpdate
from application.books.models import BOOK_LIST, BookCreate, BookResponse, RatingRead
from application.caller import Caller
from application.categories.models import (
    CATEGORY_LIST,
    CategoryBooks,
    CategoryCreate,
    CategoryMove,
    CategoryRead,
    CategoryUpdate,
)
from application.customers.merge_models import MergeCommand
from application.customers.models import CUSTOMER_LIST, CustomerCreate, CustomerRead
from application.errors import Conflict, Erased, NotFound
from application.ports.history import History, HistoryBatch, HistorySink, HistorySource
from application.ports.unit_of_work import UnitsOfWork
from application.reviews.models import REVIEW_LIST, ReviewCreate, ReviewRead
from domain.books.contributor import ContributorRole
from domain.books.rating import Rating
from domain.customers.email_address import EmailAddress
from domain.shared.events import Event
from tests.contract.conftest import Load, keep
from tests.support.builders import (
    MORNING,
    a_book,
    a_category,
    a_customer,
    a_line,
    a_lone_return,
    a_review,
    an_author,
    an_order,
    credited,
    minutes,
    some_returned,
)
from tests.support.lists import walked
from tests.support.memory_case import memory_ports
from tests.support.services import services_on
from tests.support.store_case import StorePorts, told

CALLER = Caller("bob")
LATER = MORNING + minutes(5)
BOOKS_OF = {"Fiction": CategoryBooks(own=1, branch=1), "Crime": CategoryBooks(own=0, branch=0)}


class Stopped(Exception):
    """A source that failed half way."""


@pytest.fixture
def source(ports: StorePorts) -> HistorySource:
    assert ports.source is not None
    return ports.source


@pytest.fixture
def sink(ports: StorePorts) -> HistorySink:
    assert ports.sink is not None
    return ports.sink


def a_shop() -> HistoryBatch:
    """A bit of everything: deleted, cancelled, returned, standing alone."""
    ada, gone = a_customer(email="ada@example.org", tags=["x"]), a_customer().delete(at=LATER, by="bob")[0]
    author, editor = an_author("George Eliot", other_names=["Mary Ann Evans"], born="1819"), an_author("Somebody Else")
    merged = an_author("G. Eliot").merge_into(author, at=LATER, by="bob")[0]
    names = [credited(author), credited(editor, ContributorRole.EDITOR)]
    book = a_book(price=("9.99", "EUR"), categories=["Fiction"], authors=names)
    old = a_book().delete(at=LATER, by="bob")[0]
    bought = an_order(a_line(1, book=book, quantity=3), a_line(2), customer=ada, reference="R1")
    changed, recorded = some_returned(bought, {1: 2}, reference="C1")
    never = an_order(a_line(1, book=old), customer=gone).cancel(at=LATER, by="bob")[0]
    alone = a_lone_return(customer=ada)
    fiction = a_category("Fiction", code="F", description="Made up.")
    crime = a_category("Crime", parent=fiction, position=3)
    closed = a_category("Closed", parent=crime).delete(at=LATER, by="bob")[0]
    praise = a_review(old, gone, stars=5, title="Twice", language="en").publish(at=LATER, by="bob")[0]
    blame = a_review(book, gone, stars=1).reject("not of the book", at=LATER, by="bob")[0]
    taken_back = a_review(book, ada).delete(at=LATER, by="bob")[0]
    return HistoryBatch(
        customers=[ada, gone],
        authors=[merged, author, editor],
        categories=[fiction, crime, closed],
        books=[book, replace(old, rating=Rating(1, 5))],
        reviews=[praise, blame, taken_back, a_review(book, ada, stars=3)],
        orders=[changed, never],
        returns=[recorded, alone],
    )


async def whole(history: History) -> HistoryBatch:
    batches = [batch async for batch in history.batches]
    return HistoryBatch(
        customers=[one for batch in batches for one in batch.customers],
        authors=[one for batch in batches for one in batch.authors],
        categories=[one for batch in batches for one in batch.categories],
        books=[one for batch in batches for one in batch.books],
        reviews=[one for batch in batches for one in batch.reviews],
        orders=[one for batch in batches for one in batch.orders],
        returns=[one for batch in batches for one in batch.returns],
    )


def by_id(batch: HistoryBatch) -> dict[str, dict[object, object]]:
    return {
        "customers": {one.id: one for one in batch.customers},
        "authors": {one.id: one for one in batch.authors},
        "categories": {one.id: one for one in batch.categories},
        "books": {one.id: one for one in batch.books},
        "reviews": {one.id: one for one in batch.reviews},
        "orders": {one.id: one for one in batch.orders},
        "returns": {one.id: one for one in batch.returns},
    }


async def record_an_event(units: UnitsOfWork) -> None:
    async with units(CALLER) as uow:
        uow.record(Event(type="book.created", aggregate_id=a_book().id, version=1, at=MORNING, by="bob"))
        await uow.commit()


async def catalogue(ports: StorePorts) -> list[Sequence[object]]:
    """All that readers show of the catalogue, deleted things too, and the customers who are not deleted."""
    assert ports.authors is not None
    assert ports.categories is not None
    assert ports.reviews is not None
    asked = {"sort": "id", "limit": "100"}
    authors = await walked(AUTHOR_LIST, ports.authors.list, include_deleted="true", **asked)
    categories = await walked(CATEGORY_LIST, ports.categories.list, include_deleted="true", **asked)
    books = await walked(BOOK_LIST, ports.books.list, include_deleted="true", **asked)
    reviews = await walked(REVIEW_LIST, ports.reviews.list, include_deleted="true", **asked)
    customers = await walked(CUSTOMER_LIST, ports.customers.list, **asked)
    return [authors, categories, books, reviews, customers]


@pytest.mark.needs("tells_history")
class TestTelling:
    async def test_all_of_it_is_told_once(self, source: HistorySource, load: Load) -> None:
        shop = a_shop()
        await load(shop)
        told_again = await whole(await source.read())
        assert by_id(told_again) == by_id(shop)
        assert [len(rows) for rows in (told_again.customers, told_again.books, told_again.orders)] == [2, 2, 2]
        assert len(told_again.returns) == 2

    async def test_an_empty_store_has_an_empty_history(self, source: HistorySource) -> None:
        history = await source.read()
        assert history.watermark == 0
        assert by_id(await whole(history)) == by_id(HistoryBatch())

    async def test_references_point_backwards_and_batches_are_bounded(self, source: HistorySource, load: Load) -> None:
        customers = [a_customer() for _ in range(2_500)]
        many = HistoryBatch(
            customers=customers,
            authors=[an_author(f"Author {n}") for n in range(3)],
            categories=[(above := a_category("Above")), a_category("Beneath", parent=above)],
            books=[(book := a_book()), a_book()],
            reviews=[a_review(book, customer) for customer in customers[:3]],
            orders=[an_order() for _ in range(3)],
            returns=[a_lone_return()],
        )
        await load(many)
        kinds: list[int] = []
        async for batch in (await source.read()).batches:
            sizes = [len(getattr(batch, field.name)) for field in fields(batch)]
            assert sum(sizes) <= 2_000
            kinds.extend(kind for kind, size in enumerate(sizes) if size)
        assert kinds == sorted(kinds)
        assert len(set(kinds)) == len(fields(HistoryBatch))
        assert kinds.count(0) > 1

    @pytest.mark.needs("writes")
    async def test_it_is_of_the_moment_of_reading(self, ports: StorePorts, source: HistorySource) -> None:
        first = a_customer()
        async with ports.units(CALLER) as uow:
            uow.customers.add(first)
            await uow.commit()
        await record_an_event(ports.units)
        history = await source.read()
        assert history.watermark == await ports.watermark()
        async with ports.units(CALLER) as uow:
            uow.customers.add(a_customer())
            uow.customers.save(first.delete(at=LATER, by="bob")[0])
            await uow.commit()
        await record_an_event(ports.units)
        assert by_id(await whole(history)) == by_id(HistoryBatch(customers=[first]))
        later = await source.read()
        await whole(later)
        assert later.watermark > history.watermark


@pytest.mark.needs("takes_history")
class TestTakingOver:
    async def test_what_a_shop_has_can_be_read_there(self, ports: StorePorts, sink: HistorySink) -> None:
        other = memory_ports(MemoryStore())
        shop = a_shop()
        await keep(other.units, shop)
        for _ in range(3):
            await record_an_event(other.units)
        assert other.source is not None
        assert await sink.write(await other.source.read()) > 0
        assert await ports.watermark() == 3
        for customer in shop.customers:
            assert await ports.customers.get(customer.id, include_deleted=True) == CustomerRead.of(customer)
        assert ports.authors is not None
        for author in shop.authors:
            assert await ports.authors.get(author.id, include_deleted=True) == AuthorRead.of(author)
        assert ports.categories is not None
        for category in shop.categories:
            in_it = CategoryBooks(own=0, branch=0) if category.lifecycle.deleted else BOOKS_OF[category.details.name]
            assert await ports.categories.get(category.id, include_deleted=True) == CategoryRead.of(category, in_it)
        for book in shop.books:
            assert await ports.books.get(book.id, include_deleted=True) == BookResponse.of(book)
        assert ports.reviews is not None
        for review in shop.reviews:
            assert await ports.reviews.get(review.id, include_deleted=True) == ReviewRead.of(review)

    async def test_whatever_was_done_between_two_loads_is_taken(self, ports: StorePorts, sink: HistorySink) -> None:
        other = memory_ports(MemoryStore())
        shop = services_on(other)
        source = other.source
        assert source is not None

        async def load() -> None:
            await sink.write(await source.read())
            for recorded, taken in zip(await catalogue(other), await catalogue(ports), strict=True):
                assert taken == recorded
            assert await ports.watermark() == await other.watermark() > 0
            assert await sink.write(await source.read()) == 0

        fiction = await shop.categories.create(CategoryCreate(name="Fiction"), CALLER)
        crime = await shop.categories.create(CategoryCreate(name="Crime", parent_id=fiction.id), CALLER)
        await shop.categories.create(CategoryCreate(name="Noir", parent_id=crime.id), CALLER)
        book = await shop.books.create(
            BookCreate(title="Emma", author="Jane Austen", isbn="9780141439587", categories=["fiction/crime"]), CALLER
        )
        (austen,) = book.authors
        twin_author = await shop.authors.create(AuthorCreate(name="Miss Austen"), CALLER)
        ada, twin, gone = [
            await shop.customers.create(CustomerCreate(name=name, reference=name), CALLER)
            for name in ("Ada", "Twin", "Gone")
        ]
        ids = [
            (
                await shop.reviews.create(
                    ReviewCreate(book_id=book.id, customer_id=one.id, rating=4, text=words), CALLER
                )
            ).id
            for one, words in ((twin, "Good."), (gone, "Mine."))
        ]
        await load()

        await shop.authors.update(austen.id, AuthorUpdate(name="Jane Austen of Steventon"), CALLER)
        for review in ids:
            await shop.reviews.publish(review, CALLER)
        await shop.categories.update(fiction.id, CategoryUpdate(name="Novels", slug="novels"), CALLER)
        await load()

        await shop.authors.merge(twin_author.id, AuthorMerge(from_id=austen.id), CALLER)
        await shop.categories.move(crime.id, CategoryMove(parent_id=None), CALLER)
        await shop.merges.merge(ada.id, MergeCommand(from_id=twin.id), CALLER)
        await shop.erasures.erase(gone.id, CALLER)
        await load()
        with pytest.raises(NotFound):
            await ports.customers.get(twin.id)
        with pytest.raises(Erased):
            await ports.customers.get(gone.id)

        await shop.authors.unmerge(austen.id, CALLER)
        await shop.merges.undo(ada.id, MergeCommand(from_id=twin.id), CALLER)
        await load()
        assert (await ports.customers.get(twin.id)).reference == "Twin"

    async def test_a_rating_comes_with_the_book_and_not_with_its_reviews(
        self, ports: StorePorts, sink: HistorySink
    ) -> None:
        customer, book = a_customer(), a_book()
        review = a_review(book, customer, stars=4).publish(at=LATER, by="bob")[0]
        rated = replace(book, rating=Rating(1, 4))
        first = HistoryBatch(customers=[customer], books=[rated], reviews=[review])
        assert await sink.write(told(first, watermark=2)) == 3
        assert (await ports.books.get(book.id)).rating == RatingRead.of(1, 4)
        better = review.edit(replace(review.details, rating=5), at=LATER, by="bob")[0]
        better = replace(better, lifecycle=review.lifecycle.next_version())
        second = HistoryBatch(customers=[customer], books=[replace(book, rating=Rating(1, 5))], reviews=[better])
        assert await sink.write(told(second, watermark=3)) == 2, "the review, and the book that shows it"
        assert (await ports.books.get(book.id)).rating == RatingRead.of(1, 5)
        assert await sink.write(told(first, watermark=2)) == 0
        assert await sink.write(told(second, watermark=3)) == 0
        assert (await ports.books.get(book.id)).rating == RatingRead.of(1, 5)

    async def test_a_category_that_was_moved_takes_along_what_is_beneath(
        self, ports: StorePorts, sink: HistorySink
    ) -> None:
        fiction, art = a_category("Fiction"), a_category("Art")
        crime = a_category("Crime", parent=fiction)
        noir = a_category("Noir", parent=crime)
        first = HistoryBatch(categories=[fiction, art, crime, noir])
        await sink.write(told(first, watermark=1))
        moved = crime.move(art, at=LATER, by="bob")[0]
        moved = replace(moved, lifecycle=crime.lifecycle.next_version())
        followed = replace(noir, path="art/crime/noir")
        heir = a_category("Crime", parent=fiction)
        second = HistoryBatch(categories=[fiction, art, heir, moved, followed])
        assert await sink.write(told(second, watermark=2)) == 3
        assert await sink.write(told(second, watermark=2)) == 0
        assert await sink.write(told(first, watermark=1)) == 0
        assert ports.categories is not None
        tree = await ports.categories.tree(None, depth=None, limit=10)
        assert [one.path for one in tree] == ["art", "fiction", "art/crime", "fiction/crime", "art/crime/noir"]
        assert [one.id for one in tree[2:]] == [moved.id, heir.id, followed.id]

    @pytest.mark.needs("enforces_references")
    async def test_what_names_what_is_not_there_is_a_conflict(self, ports: StorePorts, sink: HistorySink) -> None:
        book, customer, above = a_book(), a_customer(), a_category("Above")
        nowhere = HistoryBatch(categories=[a_category("Beneath", parent=above)])
        of_nothing = HistoryBatch(customers=[customer], reviews=[a_review(book, customer)])
        by_nobody = HistoryBatch(books=[book], reviews=[a_review(book, customer)])
        for batch in (nowhere, of_nothing, by_nobody):
            with pytest.raises(Conflict):
                await sink.write(told(batch, watermark=1))
        assert await ports.watermark() == 0

    async def test_a_review_that_made_room_for_another_is_taken_in_any_order(
        self, ports: StorePorts, sink: HistorySink
    ) -> None:
        customer, book = a_customer(), a_book()
        first, heir = a_review(book, customer), a_review(book, customer, stars=1)
        await sink.write(told(HistoryBatch(customers=[customer], books=[book], reviews=[first]), watermark=1))
        gone = first.delete(at=LATER, by="bob")[0]
        gone = replace(gone, lifecycle=gone.lifecycle.next_version())
        apart = (HistoryBatch(reviews=[heir]), HistoryBatch(reviews=[gone]))
        assert await sink.write(told(*apart, watermark=2)) == 2
        assert ports.reviews is not None
        found = await walked(REVIEW_LIST, ports.reviews.list, include_deleted="true")
        assert {one.id: one.deleted_at is None for one in found} == {first.id: False, heir.id: True}

    async def test_the_same_history_again_changes_nothing(self, ports: StorePorts, sink: HistorySink) -> None:
        shop = a_shop()
        assert await sink.write(told(shop, watermark=7)) > 0
        before = await ports.customers.get_many([one.id for one in shop.customers])
        assert await sink.write(told(shop, watermark=7)) == 0
        assert await ports.customers.get_many([one.id for one in shop.customers]) == before
        assert await ports.watermark() == 7

    async def test_what_a_book_shows_of_others_is_taken_from_a_history_that_is_no_older(
        self, ports: StorePorts, sink: HistorySink
    ) -> None:
        author = an_author("George Eliot")
        book = a_book(authors=[credited(author)])
        renamed = replace(
            author.edit(replace(author.details, name="Mary Ann Evans"), at=LATER, by="bob")[0],
            lifecycle=author.lifecycle.next_version(),
        )
        details = replace(book.details, authors=(credited(renamed),))
        followed = replace(book, details=details, rating=Rating(2, 9))
        before = told(HistoryBatch(authors=[author], books=[book]), watermark=3)
        after = HistoryBatch(authors=[renamed], books=[followed])
        await sink.write(before)
        assert await sink.write(told(after, watermark=5)) > 0
        assert await ports.books.get(book.id) == BookResponse.of(followed)
        assert await sink.write(told(after, watermark=5)) == 0
        older = told(HistoryBatch(authors=[author], books=[book]), watermark=3)
        assert await sink.write(older) == 0
        assert await ports.books.get(book.id) == BookResponse.of(followed)

    async def test_a_row_that_comes_twice_is_taken_once_at_its_later_version(
        self, ports: StorePorts, sink: HistorySink
    ) -> None:
        customer = a_customer()
        later = replace(
            customer.edit(replace(customer.details, name="Later"), at=LATER, by="bob")[0],
            lifecycle=customer.lifecycle.next_version(),
        )
        batch = HistoryBatch(customers=[later, customer, later])
        await sink.write(told(batch, HistoryBatch(customers=[customer]), watermark=1))
        assert (await ports.customers.get(customer.id)).name == "Later"

    async def test_what_changed_is_taken_and_what_is_older_is_not(self, ports: StorePorts, sink: HistorySink) -> None:
        customer = a_customer()
        older = HistoryBatch(customers=[customer])
        changed = customer.edit(replace(customer.details, name="Later"), at=LATER, by="bob")[0]
        newer = HistoryBatch(customers=[replace(changed, lifecycle=changed.lifecycle.next_version())])
        await sink.write(told(older, watermark=1))
        assert await sink.write(told(newer, watermark=2)) == 1
        assert (await ports.customers.get(customer.id)).name == "Later"
        assert await sink.write(told(older, watermark=1)) == 0
        assert (await ports.customers.get(customer.id)).name == "Later"
        assert await ports.watermark() == 2

    async def test_an_address_that_changed_hands_is_taken_in_any_order(
        self, ports: StorePorts, sink: HistorySink
    ) -> None:
        ada, bob = a_customer(email="ada@example.org"), a_customer(email="bob@example.org")
        await sink.write(told(HistoryBatch(customers=[ada, bob]), watermark=1))
        swapped = [
            replace(
                one.edit(replace(one.details, email=EmailAddress.parse(email)), at=LATER, by="eve")[0],
                lifecycle=one.lifecycle.next_version(),
            )
            for one, email in ((ada, "bob@example.org"), (bob, "ada@example.org"))
        ]
        assert await sink.write(told(HistoryBatch(customers=swapped), watermark=2)) == 2
        assert (await ports.customers.get(ada.id)).email == "bob@example.org"
        assert (await ports.customers.get(bob.id)).email == "ada@example.org"

    async def test_a_history_that_breaks_off_leaves_the_watermark(self, ports: StorePorts, sink: HistorySink) -> None:
        async def broken() -> AsyncIterator[HistoryBatch]:
            yield HistoryBatch(customers=[a_customer()])
            raise Stopped

        await sink.write(told(a_shop(), watermark=3))
        with pytest.raises(Stopped):
            await sink.write(History(watermark=9, batches=broken()))
        assert await ports.watermark() == 3

    async def test_an_empty_history_is_fine(self, ports: StorePorts, sink: HistorySink) -> None:
        assert await sink.write(told(HistoryBatch(), watermark=0)) == 0
        with pytest.raises(NotFound):
            await ports.customers.get(a_customer().id)
