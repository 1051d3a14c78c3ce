import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.books.models import BOOK_LIST
from application.caller import Caller
from application.categories.models import CATEGORY_LIST, CategoryBooks, CategoryRead
from application.errors import AlreadyExists, Conflict, NotFound
from application.listing import Filter, Listing
from application.ports.categories import CategoriesChanged, CategoryCodeExists, CategoryReader, SlugExists
from application.ports.history import HistoryBatch
from domain.books.book import Book
from domain.books.category import (
    MAX_DEPTH,
    Category,
    CategoryCycle,
    CategoryHasChildren,
    CategoryTooDeep,
    is_within,
)
from domain.books.filing import category_key
from domain.shared.errors import DomainError
from domain.shared.ids import CategoryId
from domain.shared.search import beginnings
from tests.contract.conftest import Load
from tests.support.builders import MORNING, a_book, a_category, minutes, new_id
from tests.support.definition import drawn_anew, how_many_histories
from tests.support.lists import asked, walked
from tests.support.store_case import StoreCase, StorePorts

pytestmark = pytest.mark.needs("reads_records")

CALLER = Caller("bob", request_id="req-7")
LATER = MORNING + minutes(5)
ODD = ('it\'s \\ "so"', "第一部", "C++", "a | b & !c:*", "Ümläut", "x' || 'y")


def reader(ports: StorePorts) -> CategoryReader:
    assert ports.categories is not None
    return ports.categories


async def added(ports: StorePorts, *things: Book | Category) -> None:
    async with ports.units(CALLER) as uow:
        uow.categories.add_many([one for one in things if isinstance(one, Category)])
        uow.books.add_many([one for one in things if isinstance(one, Book)])
        await uow.commit()


async def saved(ports: StorePorts, *categories: Category) -> Category:
    async with ports.units(CALLER) as uow:
        kept = [uow.categories.save(one) for one in categories]
        await uow.commit()
    return kept[-1]


async def fetched(ports: StorePorts, category: Category) -> Category:
    async with ports.units(CALLER) as uow:
        return await uow.categories.get(category.id)


def moved(category: Category, parent: Category | None) -> Category:
    return category.move(parent, at=LATER, by="eve")[0]


def renamed(category: Category, name: str) -> Category:
    return category.edit(replace(category.details, name=name), at=LATER, by="eve")[0]


def slugged(category: Category, slug: str) -> Category:
    return category.edit(replace(category.details, slug=slug), at=LATER, by="eve")[0]


def deleted(category: Category) -> Category:
    return category.delete(at=LATER, by="eve")[0]


async def texts(ports: StorePorts, book: Book) -> list[str]:
    """The category texts as readers see them; the aggregate must say the same."""
    read = await ports.books.get(book.id, include_deleted=True)
    async with ports.units(CALLER) as uow:
        kept = await uow.books.get(book.id)
    assert (list(kept.details.categories), kept.lifecycle.version) == (read.categories, read.version)
    return read.categories


async def found(ports: StorePorts, category: Category, *, descendants: bool) -> set[UUID]:
    """The books that a list by the keys of the category has; their number must be the one that is counted."""
    keys = await reader(ports).keys(category.id, descendants=descendants)
    page = await ports.books.list(Listing(filters=(Filter("category", "any", tuple(keys)),), limit=100, count=True))
    assert page.total == len(page.items) == await reader(ports).count_books(keys)
    return {one.id for one in page.items}


@pytest.mark.needs("writes")
class TestWriting:
    async def test_a_category_is_fetched_as_it_was_kept(self, ports: StorePorts) -> None:
        root = a_category("Fiction")
        full = a_category(
            "Ünal; O'Neill", parent=root, slug="x-1", position=7, code="FV.1", description='Line\n"two" \\ {x}, 第一部.'
        )
        await added(ports, root, full)
        for one in (root, full):
            assert await fetched(ports, one) == one

    async def test_a_save_gives_the_next_version_and_keeps_all_of_it(self, ports: StorePorts) -> None:
        category = a_category("Before", code="B", description="Words.")
        await added(ports, category)
        details = replace(category.details, name="After", slug="after", position=3, code=None, description=None)
        kept = await saved(ports, category.edit(details, at=LATER, by="eve")[0])
        assert (kept.lifecycle.version, kept.details, kept.path) == (2, details, "after")
        assert await fetched(ports, category) == kept

    async def test_a_deleted_one_is_fetched_and_nothing_else_is(self, ports: StorePorts) -> None:
        category = a_category()
        await added(ports, category)
        gone = await saved(ports, deleted(category))
        assert await fetched(ports, category) == gone
        with pytest.raises(NotFound):
            await fetched(ports, a_category())

    async def test_a_save_of_an_old_version_is_a_conflict_and_changes_nothing(self, ports: StorePorts) -> None:
        category, book = a_category("Fiction"), a_book(categories=["Fiction"])
        await added(ports, category, book)
        await saved(ports, renamed(category, "Novels"))
        for stale in (renamed(category, "Poems"), deleted(category)):
            with pytest.raises(Conflict):
                await saved(ports, stale)
        assert await texts(ports, book) == ["Novels"]

    async def test_all_living_ones_come_behind_their_parents(self, ports: StorePorts) -> None:
        one, two = a_category("B-2"), a_category("B")
        child, grandchild, gone = a_category("Z", parent=two), None, a_category("A")
        grandchild = a_category("A", parent=child)
        await added(ports, one, two, child, grandchild, gone)
        await saved(ports, deleted(gone))
        async with ports.units(CALLER) as uow:
            assert [one.path for one in await uow.categories.living()] == ["b", "b/z", "b/z/a", "b-2"]


@pytest.mark.needs("writes", "enforces_unique")
class TestUniqueness:
    async def test_a_slug_is_unique_among_living_siblings(self, ports: StorePorts) -> None:
        fiction, other = a_category("Fiction"), a_category("Other")
        await added(ports, fiction, other, a_category("History", parent=fiction))
        await added(ports, a_category("History"), under := a_category("History", parent=other))
        for again in (a_category("Fiction"), a_category("Past", slug="history", parent=fiction)):
            with pytest.raises(SlugExists) as caught:
                await added(ports, again)
            assert (caught.value.code, caught.value.field) == ("slug-exists", "/slug")
        with pytest.raises(SlugExists):
            await saved(ports, moved(under, fiction))
        with pytest.raises(SlugExists):
            await saved(ports, slugged(other, "fiction"))

    async def test_a_code_is_unique_among_living_ones(self, ports: StorePorts) -> None:
        first, second = a_category("One", code="FV"), a_category("Two")
        await added(ports, first, second, a_category("Three"))
        with pytest.raises(CategoryCodeExists) as caught:
            await added(ports, a_category("Four", code="FV", parent=second))
        assert (caught.value.code, caught.value.field) == ("code-exists", "/code")
        await saved(ports, deleted(first))
        await added(ports, a_category("Four", code="FV", parent=second))
        with pytest.raises(AlreadyExists):
            await saved(ports, (await fetched(ports, first)).restore(None, at=LATER, by="eve")[0])


@pytest.mark.needs("writes")
class TestTheTree:
    async def test_a_branch_moves_with_all_its_paths(self, ports: StorePorts) -> None:
        a, b = a_category("A"), a_category("B")
        x = a_category("X", parent=a)
        y, gone = a_category("Y", parent=x), a_category("Gone", parent=x)
        beside = a_category("X-ray", parent=a)
        await added(ports, a, b, x, y, gone, beside)
        gone = await saved(ports, deleted(gone))
        kept = await saved(ports, moved(x, b))
        assert (kept.path, kept.parent_id, kept.lifecycle.version) == ("b/x", b.id, 2)
        assert [(await fetched(ports, one)).path for one in (x, y, gone, beside)] == [
            "b/x",
            "b/x/y",
            "b/x/gone",
            "a/x-ray",
        ]
        assert await fetched(ports, y) == replace(y, path="b/x/y")
        await saved(ports, slugged(kept, "z"))
        assert [(await reader(ports).get(one.id)).path for one in (x, y)] == ["b/z", "b/z/y"]
        await saved(ports, moved(await fetched(ports, x), None))
        assert (await reader(ports).get(y.id)).depth == 2
        back = (await fetched(ports, gone)).restore(await fetched(ports, x), at=LATER, by="eve")[0]
        assert (await saved(ports, back)).path == "z/gone"

    async def test_no_category_comes_beneath_itself(self, ports: StorePorts) -> None:
        a = a_category("A")
        b = a_category("B", parent=a)
        c = a_category("C", parent=b)
        await added(ports, a, b, c)
        for parent in (a, b, c):
            with pytest.raises(CategoryCycle):
                moved(a, parent)
            forced = replace(a, parent_id=parent.id, path=f"{parent.path}/a")
            with pytest.raises(CategoryCycle):
                await saved(ports, forced)
        assert [(await fetched(ports, one)) for one in (a, b, c)] == [a, b, c]

    async def test_of_a_parent_that_was_moved_renamed_or_deleted_is_a_conflict(self, ports: StorePorts) -> None:
        a, b, c = a_category("A"), a_category("B"), a_category("C")
        await added(ports, a, b, c)
        await saved(ports, moved(b, a))
        await saved(ports, deleted(c))
        for parent in (b, c, a_category("Nowhere")):
            with pytest.raises(CategoriesChanged):
                await added(ports, a_category("New", parent=parent))
        d = a_category("D")
        await added(ports, d)
        for parent in (b, c):
            with pytest.raises(CategoriesChanged):
                await saved(ports, moved(d, parent))
        assert [one.path for one in await walked(CATEGORY_LIST, reader(ports).list)] == ["a", "a/b", "d"]

    async def test_one_with_living_ones_beneath_is_not_deleted(self, ports: StorePorts) -> None:
        a = a_category("A")
        b = a_category("B", parent=a)
        await added(ports, a, b)
        with pytest.raises(CategoryHasChildren):
            await saved(ports, deleted(a))
        await saved(ports, deleted(b), deleted(a))
        assert await walked(CATEGORY_LIST, reader(ports).list) == []

    async def test_a_branch_does_not_go_deeper_than_there_is_room(self, ports: StorePorts) -> None:
        chain = [a_category("L0")]
        for level in range(1, MAX_DEPTH):
            chain.append(a_category(f"L{level}", parent=chain[-1]))
        top = a_category("Top")
        await added(ports, *chain, top)
        with pytest.raises(CategoryTooDeep):
            a_category("More", parent=chain[-1])
        with pytest.raises(CategoryTooDeep):
            await saved(ports, moved(chain[0], top))
        assert await fetched(ports, chain[-1]) == chain[-1]

    @pytest.mark.needs("transactions")
    async def test_two_moves_at_once_that_would_make_a_cycle_do_not(self, ports: StorePorts) -> None:
        for n in range(25):
            a, b = a_category(f"A{n}"), a_category(f"B{n}")
            a1, b1 = a_category("under", parent=a), a_category("under", parent=b)
            await added(ports, a, b, a1, b1)
            outcomes = await asyncio.gather(
                saved(ports, moved(a, b1)), saved(ports, moved(b, a1)), return_exceptions=True
            )
            refused = [one for one in outcomes if isinstance(one, BaseException)]
            assert len(refused) == 1, outcomes
            assert isinstance(refused[0], Conflict | CategoryCycle), refused
            paths = {(await reader(ports).get(one.id)).path for one in (a, b, a1, b1)}
            first, second = (a, b) if isinstance(outcomes[1], Category) else (b, a)
            assert paths == {
                first.path,
                f"{first.path}/under",
                f"{first.path}/under/{second.path}",
                f"{first.path}/under/{second.path}/under",
            }

    @pytest.mark.needs("transactions")
    async def test_a_category_that_comes_while_its_branch_moves_has_the_right_path(self, ports: StorePorts) -> None:
        kept = 0
        for n in range(25):
            a, b = a_category(f"A{n}"), a_category(f"B{n}")
            a1 = a_category("under", parent=a)
            await added(ports, a, b, a1)
            new = a_category("new", parent=a1)
            outcomes = await asyncio.gather(saved(ports, moved(a, b)), added(ports, new), return_exceptions=True)
            assert isinstance(outcomes[0], Category)
            if outcomes[1] is None:
                kept += 1
                assert (await reader(ports).get(new.id)).path == f"b{n}/a{n}/under/new"
            else:
                assert isinstance(outcomes[1], CategoriesChanged)
                with pytest.raises(NotFound):
                    await reader(ports).get(new.id)
        assert 0 <= kept <= 25


class TestReading:
    async def test_every_field_is_read_as_it_was_kept(self, ports: StorePorts, load: Load) -> None:
        root = a_category("Fiction")
        full = a_category(
            "Ünal; O'Neill", parent=root, slug="x-1", position=7, code="FV.1", description='Line\n"two" \\ {x}, 第一部.'
        )
        await load(HistoryBatch(categories=[root, full]))
        for one in (root, full):
            assert await reader(ports).get(one.id) == CategoryRead.of(one, CategoryBooks(own=0, branch=0))
        assert (full.path, full.depth) == ("fiction/x-1", 2)

    async def test_what_is_not_there_is_not_found(self, ports: StorePorts, load: Load) -> None:
        gone = deleted(a_category())
        await load(HistoryBatch(categories=[gone]))
        for category_id in (new_id(), gone.id):
            with pytest.raises(NotFound):
                await reader(ports).get(category_id)
            with pytest.raises(NotFound):
                await reader(ports).keys(category_id, descendants=True)
            with pytest.raises(NotFound):
                await reader(ports).keys(category_id, descendants=False)
            with pytest.raises(NotFound):
                await reader(ports).tree(category_id, depth=None, limit=10)
        assert (await reader(ports).get(gone.id, include_deleted=True)).deleted_at == LATER


class TestListing:
    async def test_filters_narrow_and_siblings_stand_in_order(self, ports: StorePorts, load: Load) -> None:
        fiction = a_category("Fiction", code="F", at=MORNING)
        history = a_category("History", position=1, at=MORNING + minutes(1))
        sea = a_category("Sea stories", parent=fiction, code="FJ", description="Ships.", at=MORNING + minutes(2))
        crime = a_category("Crime", parent=fiction, position=2, at=MORNING + minutes(3))
        art = a_category("Art", parent=sea, at=MORNING + minutes(4))
        gone = deleted(a_category("Gone", position=1))
        await load(HistoryBatch(categories=[fiction, history, sea, crime, art, gone]))

        async def paths(**asked: str) -> list[str]:
            return [one.path for one in await walked(CATEGORY_LIST, reader(ports).list, **asked)]

        assert await paths() == [art.path, "fiction", sea.path, "history", crime.path]
        assert await paths(include_deleted="true") == [art.path, "fiction", sea.path, "gone", "history", crime.path]
        assert await paths(parent_id=str(fiction.id)) == [sea.path, crime.path]
        assert await paths(depth="1") == ["fiction", "history"]
        assert await paths(depth__gte="2", sort="path") == [crime.path, sea.path, art.path]
        assert await paths(path="Fiction / Sea-stories") == [sea.path]
        assert await paths(code="FJ") == [sea.path]
        assert await paths(q="SHIP") == [sea.path]
        assert await paths(q="fj") == [sea.path]
        assert await paths(created_at__gt="2026-03-01T09:02:00Z", sort="-created_at") == [art.path, crime.path]
        page = await asked(CATEGORY_LIST, reader(ports).list, parent_id=str(fiction.id), limit="1", include="total")
        assert (page.total, page.has_more) == (2, True)

    async def test_the_tree_comes_by_levels(self, ports: StorePorts, load: Load) -> None:
        a, b = a_category("A"), a_category("B")
        x, a2 = a_category("X", parent=a), a_category("A-2")
        y, gone = a_category("Y", parent=x), deleted(a_category("Gone", parent=a))
        await load(HistoryBatch(categories=[a, b, x, a2, y, gone]))

        async def paths(root: Category | None = None, depth: int | None = None, limit: int = 100) -> list[str]:
            found = await reader(ports).tree(None if root is None else root.id, depth=depth, limit=limit)
            return [one.path for one in found]

        assert await paths() == ["a", "a-2", "b", "a/x", "a/x/y"]
        assert await paths(depth=1) == ["a", "a-2", "b"]
        assert await paths(a) == ["a", "a/x", "a/x/y"]
        assert await paths(x, 1) == ["a/x"]
        assert await paths(a, 2) == ["a", "a/x"]
        assert await paths(limit=4) == ["a", "a-2", "b", "a/x"]


class TestBooksOfCategories:
    async def test_a_book_is_in_what_it_names_by_name_or_path(self, ports: StorePorts, load: Load) -> None:
        fiction = a_category("Fiction")
        past = a_category("Historical Novels", slug="historical", parent=fiction)
        closed = a_category("Closed", parent=fiction).delete(at=LATER, by="eve")[0]
        books = {
            "name": a_book(categories=["historical  NOVELS"]),
            "path": a_book(categories=["Fiction / Historical"]),
            "both": a_book(categories=["Fiction", "Historical Novels"]),
            "accents": a_book(categories=["Fíction"]),
            "closed": a_book(categories=["closed"]),
            "other": a_book(categories=["Historical", "Fictional", "fiction/historical novels", "Novels"]),
        }
        gone = a_book(categories=["Fiction"]).delete(at=LATER, by="bob")[0]
        await load(HistoryBatch(categories=[fiction, past, closed], books=[*books.values(), gone]))

        async def names(category: Category, *, descendants: bool) -> set[str]:
            keys = await reader(ports).keys(category.id, descendants=descendants)
            asked = Listing(filters=(Filter("category", "any", tuple(keys)),), limit=100, count=True)
            page = await ports.books.list(asked)
            assert page.total == len(page.items) == await reader(ports).count_books(keys)
            return {name for name, book in books.items() if book.id in {one.id for one in page.items}}

        assert await names(past, descendants=True) == {"name", "path", "both"}
        assert await names(fiction, descendants=False) == {"both", "accents"}
        assert await names(fiction, descendants=True) == {"name", "path", "both", "accents"}
        assert (await reader(ports).get(fiction.id)).books == CategoryBooks(own=2, branch=4)
        assert (await reader(ports).get(past.id)).books == CategoryBooks(own=3, branch=3)
        assert (await reader(ports).get(closed.id, include_deleted=True)).books == CategoryBooks(own=0, branch=0)
        listed = await walked(CATEGORY_LIST, reader(ports).list, sort="path")
        assert [one.books for one in listed] == [CategoryBooks(own=2, branch=4), CategoryBooks(own=3, branch=3)]
        by_name = await walked(BOOK_LIST, ports.books.list, category="FICTION")
        assert {one.id for one in by_name} == {books[name].id for name in ("both", "accents")}
        assert await reader(ports).count_books([]) == 0

    @pytest.mark.parametrize("name", ODD)
    async def test_whatever_a_name_is_made_of_its_books_are_counted(
        self, ports: StorePorts, load: Load, name: str
    ) -> None:
        category, book = a_category(name, slug="odd"), a_book(categories=[name])
        await load(HistoryBatch(categories=[category], books=[book, a_book(categories=["odd one"]), a_book()]))
        keys = await reader(ports).keys(category.id, descendants=True)
        assert await reader(ports).count_books(keys) == 1
        assert (await reader(ports).get(category.id)).books == CategoryBooks(own=1, branch=1)

    async def test_a_branch_of_very_many_categories_is_counted_and_listed_the_same(
        self, ports: StorePorts, load: Load
    ) -> None:
        root, other = a_category("Root"), a_category("Other")
        shelves = [a_category(f"Shelf {n}", parent=root) for n in range(70)]
        boards = [a_category(odd, slug=f"odd-{n}", parent=shelves[0]) for n, odd in enumerate(ODD)]
        books = [a_book(title=f"Volume {n}", categories=[f"SHELF {n}", f"root/shelf-{n + 1}"]) for n in range(0, 60, 3)]
        odd = [a_book(title="Odd", categories=[name, "Root"]) for name in ODD]
        aside = [a_book(title="Volume 1", categories=["Other"]), a_book(title="Volume 2"), a_book(categories=["Shelf"])]
        gone = a_book(title="Gone", categories=["Root"]).delete(at=LATER, by="bob")[0]
        tree = [root, other, *shelves, *boards]
        await load(HistoryBatch(categories=tree, books=[*books, *odd, *aside, gone]))
        assert await found(ports, root, descendants=True) == {one.id for one in (*books, *odd)}
        counts = {one.id: one.books for one in await reader(ports).tree(None, depth=None, limit=100)}
        assert (counts[root.id], counts[other.id]) == (
            CategoryBooks(own=len(ODD), branch=len(books) + len(ODD)),
            CategoryBooks(own=1, branch=1),
        )
        assert counts[shelves[0].id] == CategoryBooks(own=1, branch=1 + len(ODD))
        assert [counts[one.id].own for one in shelves[1:5]] == [1, 0, 1, 1]
        assert {counts[one.id] for one in boards} == {CategoryBooks(own=1, branch=1)}
        keys = tuple(await reader(ports).keys(root.id, descendants=True))
        words = await asked(BOOK_LIST, ports.books.list, q="volume", limit="100")
        wanted = Listing(words=("volume",), terms=beginnings(("volume",)), filters=(Filter("category", "any", keys),))
        page = await ports.books.list(replace(wanted, limit=100, count=True))
        assert page.total == len(page.items) == len(books) == len(words.data) - 2


@pytest.mark.needs("writes")
class TestBooks:
    async def test_a_deleted_book_is_in_nothing(self, ports: StorePorts) -> None:
        fiction, book = a_category("Fiction"), a_book(categories=["fiction"])
        await added(ports, fiction, book, other := a_book(categories=["Fiction"]))
        assert await found(ports, fiction, descendants=False) == {book.id, other.id}
        async with ports.units(CALLER) as uow:
            uow.books.save(book.delete(at=LATER, by="bob")[0])
            await uow.commit()
        assert await found(ports, fiction, descendants=True) == {other.id}
        assert (await reader(ports).get(fiction.id)).books == CategoryBooks(own=1, branch=1)

    @pytest.mark.parametrize("name", ODD)
    async def test_whatever_a_name_is_made_of_its_books_are_found(self, ports: StorePorts, name: str) -> None:
        category, book = a_category(name, slug="odd"), a_book(categories=[name])
        await added(ports, category, book, a_book(categories=["odd one"]), a_book())
        assert await found(ports, category, descendants=True) == {book.id}
        assert [one.id for one in await walked(BOOK_LIST, ports.books.list, category=name)] == [book.id]
        await saved(ports, renamed(category, f"{name}!"))
        assert await texts(ports, book) == [f"{name}!"]

    async def test_books_follow_a_new_name(self, ports: StorePorts) -> None:
        category = a_category("Fiction", slug="novels")
        book, other = a_book(categories=["Sea", "FICTION", "novels"]), a_book(categories=["Fictions"])
        gone = a_book(categories=["fiction"]).delete(at=MORNING, by="bob")[0]
        await added(ports, category, book, other, gone)
        assert ports.events is not None
        before = len(await ports.events())
        kept, event = category.edit(replace(category.details, name="Long prose"), at=LATER, by="eve")
        assert event is not None
        async with ports.units(CALLER) as uow:
            uow.categories.save(kept)
            uow.record(event)
            await uow.commit()
        assert await texts(ports, book) == ["Sea", "Long prose", "novels"]
        assert await texts(ports, gone) == ["Long prose"]
        assert await texts(ports, other) == ["Fictions"]
        read = await ports.books.get(book.id)
        assert (read.version, read.updated_at, read.updated_by) == (2, LATER, "eve")
        assert [one.id for one in await walked(BOOK_LIST, ports.books.list, q="prose")] == [book.id]
        assert await walked(BOOK_LIST, ports.books.list, category="Fiction") == []
        events = (await ports.events())[before:]
        assert [(one.event.type, one.event.aggregate_id, one.event.changed) for one in events] == [
            *(("book.updated", one.id, ("categories",)) for one in sorted((book, gone), key=lambda one: one.id.int)),
            ("category.updated", category.id, ("name",)),
        ]
        assert {(one.event.version, one.event.at, one.event.by, one.request_id) for one in events} == {
            (2, LATER, "eve", "req-7")
        }

    async def test_books_follow_a_new_path(self, ports: StorePorts) -> None:
        a, b = a_category("A"), a_category("B")
        x = a_category("X", parent=a)
        y = a_category("Y", parent=x)
        by_path, by_name = a_book(categories=["A/X/Y", "a/x"]), a_book(categories=["Y"])
        await added(ports, a, b, x, y, by_path, by_name)
        await saved(ports, moved(x, b))
        assert await texts(ports, by_path) == ["b/x/y", "b/x"]
        assert (await texts(ports, by_name), (await ports.books.get(by_name.id)).version) == (["Y"], 1)
        assert await found(ports, y, descendants=True) == {by_path.id, by_name.id}

    async def test_a_name_of_two_stays_for_the_other_one(self, ports: StorePorts) -> None:
        fiction, facts = a_category("Fiction"), a_category("Facts")
        tales, years = a_category("History", parent=fiction), a_category("History", parent=facts)
        book = a_book(categories=["History"])
        await added(ports, fiction, facts, tales, years, book)
        kept = await saved(ports, renamed(tales, "Old tales"))
        assert await texts(ports, book) == ["History", "Old tales"]
        await saved(ports, renamed(kept, "History"))
        assert await texts(ports, book) == ["History", "fiction/history"]
        assert await found(ports, years, descendants=True) == {book.id}

    @pytest.mark.needs("transactions")
    async def test_a_book_that_was_loaded_before_a_rename_is_not_saved_over_it(self, ports: StorePorts) -> None:
        category, book = a_category("Fiction"), a_book(categories=["Fiction"])
        await added(ports, category, book)
        async with ports.units(CALLER) as uow:
            loaded = await uow.books.get(book.id)
            await saved(ports, renamed(category, "Novels"))
            uow.books.save(loaded.edit(replace(loaded.details, title="New"), at=LATER, by="bob")[0])
            with pytest.raises(Conflict):
                await uow.commit()
        assert await texts(ports, book) == ["Novels"]

    async def test_a_deleted_category_has_no_books_until_it_is_back(self, ports: StorePorts) -> None:
        category, book = a_category("Fiction"), a_book(categories=["Fiction"])
        await added(ports, category, book)
        gone = await saved(ports, deleted(category))
        read = await reader(ports).get(category.id, include_deleted=True)
        assert read.books == CategoryBooks(own=0, branch=0)
        assert await texts(ports, book) == ["Fiction"]
        await saved(ports, gone.restore(None, at=LATER, by="eve")[0])
        assert (await reader(ports).get(category.id)).books == CategoryBooks(own=1, branch=1)


NAMES = ("Fiction", "History", "Sea", "Über", "Novels")
TEXTS = (*NAMES, "fiction/history", "FICTION", "sea/history/fiction", "history/sea", "über", "uber", "Nobody's")
VERBS = ("open", "move", "root", "rename", "slug", "delete", "restore")
STEPS = st.tuples(st.sampled_from(VERBS), st.integers(0, 7), st.integers(0, 7), st.sampled_from(NAMES))


def changed_by(
    verb: str, one: Category, other: Category | None, name: str, present: Mapping[CategoryId, Category]
) -> Category:
    if verb in ("move", "root"):
        return moved(one, other if verb == "move" else None)
    if verb == "rename":
        return renamed(one, name)
    if verb == "slug":
        return slugged(one, category_key(name))
    if verb == "delete":
        return deleted(one)
    return one.restore(None if one.parent_id is None else present[one.parent_id], at=LATER, by="eve")[0]


async def living(ports: StorePorts) -> dict[CategoryId, Category]:
    async with ports.units(CALLER) as uow:
        return {one.id: one for one in await uow.categories.living()}


Membership = Mapping[CategoryId, set[UUID]]


async def counted_naively(ports: StorePorts, tree: Mapping[CategoryId, Category]) -> Membership:
    """The books of each category by the definition; the tree, the counts and the lists of the store must agree."""
    books = (await ports.books.list(Listing(limit=100))).items
    own = {
        one.id: {
            book.id
            for book in books
            if {category_key(text) for text in book.categories} & {category_key(one.details.name), one.path}
        }
        for one in tree.values()
    }
    for one in tree.values():
        slugs, above, seen = [one.details.slug], one.parent_id, {one.id}
        while above is not None:
            assert above not in seen, "a cycle"
            seen.add(above)
            slugs.append(tree[above].details.slug)
            above = tree[above].parent_id
        assert one.path == "/".join(reversed(slugs))
        branch = set().union(*(own[other.id] for other in tree.values() if is_within(other.path, one.path)))
        read = await reader(ports).get(one.id)
        assert (read.path, read.depth) == (one.path, len(slugs))
        assert read.books == CategoryBooks(own=len(own[one.id]), branch=len(branch))
        assert await found(ports, one, descendants=False) == own[one.id]
        assert await found(ports, one, descendants=True) == branch
    return own


@pytest.mark.needs("writes")
@settings(
    max_examples=how_many_histories(50),
    deadline=None,
    derandomize=not drawn_anew(),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    shelves=st.lists(st.lists(st.sampled_from(TEXTS), max_size=3, unique=True), min_size=2, max_size=6),
    steps=st.lists(STEPS, min_size=4, max_size=20),
)
async def test_whatever_is_moved_it_stays_a_tree_and_no_book_falls_out(
    case: StoreCase, server: Any, shelves: Sequence[Sequence[str]], steps: Sequence[tuple[str, int, int, str]]
) -> None:
    async with case.open(server) as ports:
        await added(ports, *(a_book(categories=one) for one in shelves))
        known: list[CategoryId] = []
        before: Membership = {}
        for verb, first, second, name in [("open", 0, 0, "Fiction"), *steps]:
            async with ports.units(CALLER) as uow:
                present = {one: await uow.categories.get(one) for one in known}
            other = present[known[second % len(known)]] if known and second else None
            try:
                if verb == "open":
                    new = a_category(name, parent=other)
                    await added(ports, new)
                    known.append(new.id)
                else:
                    one = present[known[first % len(known)]]
                    change = changed_by(verb, one, other, name, present)
                    if change != one:
                        await saved(ports, change)
            except (DomainError, Conflict, AlreadyExists):
                pass
            after = await counted_naively(ports, await living(ports))
            for category_id in before.keys() & after.keys():
                assert before[category_id] <= after[category_id], "a book fell out of its category"
            before = after
