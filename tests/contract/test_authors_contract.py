"""What application/ports/authors.py promises."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.authors.models import AUTHOR_LIST, AuthorRead
from application.books.models import BOOK_LIST, BookResponse
from application.caller import Caller
from application.errors import Conflict, MergedAway, NotFound
from application.ports.authors import AuthorExists, AuthorReader, AuthorsChanged
from application.ports.history import HistoryBatch
from domain.books.author import Author, AuthorHasBooks
from domain.books.book import Book
from domain.books.contributor import Contributor, ContributorRole
from domain.books.rating import Rating
from domain.shared.ids import AuthorId
from tests.contract.conftest import Load
from tests.support.builders import MORNING, a_book, an_author, credited, isbn, minutes, new_id
from tests.support.lists import asked, walked
from tests.support.store_case import StoreCase, StorePorts

pytestmark = pytest.mark.needs("reads_records")

CALLER = Caller("bob")
LATER = MORNING + minutes(5)
EDITOR, TRANSLATOR = ContributorRole.EDITOR, ContributorRole.TRANSLATOR


@pytest.fixture
def reader(ports: StorePorts) -> AuthorReader:
    assert ports.authors is not None
    return ports.authors


async def added(ports: StorePorts, *rows: Author | Book) -> None:
    async with ports.units(CALLER) as uow:
        uow.authors.add_many([one for one in rows if isinstance(one, Author)])
        uow.books.add_many([one for one in rows if isinstance(one, Book)])
        await uow.commit()


async def fetched(ports: StorePorts, author: Author) -> Author:
    async with ports.units(CALLER) as uow:
        return await uow.authors.get(author.id)


async def kept_book(ports: StorePorts, book: Book) -> Book:
    async with ports.units(CALLER) as uow:
        return await uow.books.get(book.id)


def named(author: Author, name: str) -> Author:
    return author.edit(replace(author.details, name=name), at=LATER, by="bob")[0]


async def renamed(ports: StorePorts, author: Author, name: str) -> Author:
    async with ports.units(CALLER) as uow:
        kept = uow.authors.rename(named(author, name))
        await uow.commit()
    return kept


async def deleted(ports: StorePorts, author: Author) -> Author:
    async with ports.units(CALLER) as uow:
        kept = uow.authors.delete(author.delete(at=LATER, by="bob")[0])
        await uow.commit()
    return kept


async def merged(ports: StorePorts, author: Author, into: Author) -> Author:
    async with ports.units(CALLER) as uow:
        kept = uow.authors.merge(author.merge_into(into, at=LATER, by="bob")[0])
        await uow.commit()
    return kept


async def unmerged(ports: StorePorts, author: Author) -> Author:
    async with ports.units(CALLER) as uow:
        kept = uow.authors.unmerge(author.unmerge(at=LATER, by="bob")[0])
        await uow.commit()
    return kept


async def credits_of(ports: StorePorts, book: Book) -> list[tuple[str, str]]:
    read = await ports.books.get(book.id, include_deleted=True)
    return [(one.name, str(one.role)) for one in read.authors]


async def books_of(ports: StorePorts, author: Author, **parameters: str) -> list[str]:
    found = await walked(BOOK_LIST, ports.books.list, author_id=str(author.id), sort="title", **parameters)
    return [one.title for one in found]


class TestReading:
    async def test_every_field_is_read_as_it_was_kept(self, reader: AuthorReader, load: Load) -> None:
        full = an_author(
            "Żółć «Ünal»", sort_name="Unal", other_names=['the "best"', "a,b", "NULL"], born="1819-11-22", died="1880"
        )
        bare = an_author("Homer")
        await load(HistoryBatch(authors=[full, bare]))
        for one in (full, bare):
            assert await reader.get(one.id) == AuthorRead.of(one)

    async def test_what_is_not_there_is_not_found(self, reader: AuthorReader) -> None:
        with pytest.raises(NotFound):
            await reader.get(new_id())

    async def test_a_deleted_one_is_found_only_when_asked_for(self, reader: AuthorReader, load: Load) -> None:
        gone = an_author().delete(at=LATER, by="bob")[0]
        await load(HistoryBatch(authors=[gone]))
        with pytest.raises(NotFound) as caught:
            await reader.get(gone.id)
        assert not isinstance(caught.value, MergedAway)
        assert await reader.get(gone.id, include_deleted=True) == AuthorRead.of(gone)

    async def test_a_merged_one_leads_to_the_other(self, reader: AuthorReader, load: Load) -> None:
        stays = an_author("George Eliot")
        gone = an_author("G. Eliot").merge_into(stays, at=LATER, by="bob")[0]
        await load(HistoryBatch(authors=[gone, stays]))
        with pytest.raises(MergedAway) as caught:
            await reader.get(gone.id)
        assert (caught.value.key, caught.value.into) == (gone.id, stays.id)
        assert await reader.get(gone.id, include_deleted=True) == AuthorRead.of(gone)
        assert [one.id for one in await walked(AUTHOR_LIST, reader.list, q="eliot")] == [stays.id]

    async def test_words_of_all_names_find_one_and_filters_narrow(self, reader: AuthorReader, load: Load) -> None:
        eliot = an_author("George Eliot", other_names=["Mary Ann Evans"], born="1819-11-22", died="1880")
        zola, homer = an_author("Émile Zola", born="1840"), an_author("Homer", at=LATER)
        gone = an_author("Nobody", born="1840").delete(at=LATER, by="bob")[0]
        await load(HistoryBatch(authors=[eliot, zola, homer, gone]))

        async def names(**parameters: str) -> list[str]:
            found = await walked(AUTHOR_LIST, reader.list, **{"sort": "sort_name", **parameters})
            return [one.name for one in found]

        assert await names() == ["George Eliot", "Homer", "Émile Zola"]
        assert await names(q="evans") == ["George Eliot"]
        assert await names(q="EMILE zol") == ["Émile Zola"]
        assert await names(q="vans") == []
        assert await names(name="Homer") == ["Homer"]
        assert await names(name="homer") == []
        assert await names(born__lte="1819") == ["George Eliot"]
        assert await names(born__gt="1819") == ["Émile Zola"]
        assert await names(died="1880") == ["George Eliot"]
        assert await names(created_at__gt="2026-03-01T09:00:00Z") == ["Homer"]
        assert await names(sort="-born") == ["Émile Zola", "George Eliot", "Homer"]
        assert await names(sort="died,-name") == ["Émile Zola", "Homer", "George Eliot"]
        latest = await names(sort="-updated_at,name", include_deleted="true")
        assert latest == ["Homer", "Nobody", "George Eliot", "Émile Zola"]
        assert (await asked(AUTHOR_LIST, reader.list, include="total")).total == 3
        assert (await asked(AUTHOR_LIST, reader.list, include="total", include_deleted="true")).total == 4

    async def test_what_fits_the_name_comes_before_what_fits_another(self, reader: AuthorReader, load: Load) -> None:
        other, exact = an_author("Stephen King", other_names=["Richard Bachman"]), an_author("Richard")
        begun = an_author("Richards", at=MORNING - minutes(1))
        await load(HistoryBatch(authors=[exact, other, begun]))
        found = await walked(AUTHOR_LIST, reader.list, q="richard")
        assert [one.name for one in found] == ["Richard", "Stephen King", "Richards"]


@pytest.mark.needs("writes")
class TestFinding:
    async def test_a_key_finds_the_living_one(self, ports: StorePorts) -> None:
        one, gone = an_author("J.K. Rowling"), an_author("Nobody")
        await added(ports, one, gone)
        await deleted(ports, gone)
        async with ports.units(CALLER) as uow:
            assert await uow.authors.find_by_keys(["j k rowling", "nobody", "x"]) == {"j k rowling": one}
            assert await uow.authors.find_by_ids([one.id, gone.id, AuthorId(new_id())]) == {one.id: one}
            assert await uow.authors.find_by_keys([]) == {}
            assert await uow.authors.find_by_ids([]) == {}

    async def test_merged_names_and_ids_lead_to_who_lives(self, ports: StorePorts) -> None:
        first, second, third = an_author("A"), an_author("B"), an_author("C")
        await added(ports, first, second, third)
        await merged(ports, first, second)
        await merged(ports, second, third)
        async with ports.units(CALLER) as uow:
            assert await uow.authors.find_by_keys(["a", "b", "c"]) == dict.fromkeys("abc", third)
            assert await uow.authors.find_by_ids([first.id, second.id]) == dict.fromkeys([first.id, second.id], third)
        await added(ports, namesake := an_author("A"))
        async with ports.units(CALLER) as uow:
            assert await uow.authors.find_by_keys(["a"]) == {"a": namesake}, "the living come first"
        await deleted(ports, third)
        async with ports.units(CALLER) as uow:
            assert await uow.authors.find_by_ids([first.id]) == {}
            assert await uow.authors.find_by_keys(["b"]) == {}


@pytest.mark.needs("writes")
class TestWriting:
    async def test_an_author_is_fetched_as_it_was_kept(self, ports: StorePorts) -> None:
        full = an_author("Żółć", sort_name="Unal", other_names=['the "best"', "a,b", "NULL"], born="1819-11-22")
        bare = an_author("Homer")
        await added(ports, full, bare)
        for one in (full, bare):
            assert await fetched(ports, one) == one
        with pytest.raises(NotFound):
            await fetched(ports, an_author())

    async def test_a_save_gives_the_next_version_and_takes_values_away(
        self, ports: StorePorts, reader: AuthorReader
    ) -> None:
        author = an_author("George Eliot", sort_name="x", other_names=["y"], born="1819", died="1880")
        await added(ports, author)
        bare = replace(an_author("George Eliot").details, sort_name="Eliot, George")
        async with ports.units(CALLER) as uow:
            kept = uow.authors.save(author.edit(bare, at=LATER, by="bob")[0])
            await uow.commit()
        assert (kept.lifecycle.version, kept.details) == (2, bare)
        assert await reader.get(author.id) == AuthorRead.of(kept)
        with pytest.raises(Conflict):
            await renamed(ports, author, "of a version that is gone")

    async def test_names_are_unique_among_the_living(self, ports: StorePorts) -> None:
        author = an_author("J.K. Rowling")
        await added(ports, author)
        with pytest.raises(AuthorExists) as caught:
            await added(ports, an_author("j. k. ROWLING"))
        assert (caught.value.code, caught.value.field) == ("author-exists", "/name")
        with pytest.raises(AuthorExists):
            await added(ports, an_author("Same"), an_author("same"))
        gone = await deleted(ports, author)
        await added(ports, an_author("J K Rowling"))
        async with ports.units(CALLER) as uow:
            uow.authors.save(gone.restore(at=LATER, by="bob")[0])
            with pytest.raises(AuthorExists):
                await uow.commit()


class TestBooksOfAuthors:
    async def test_they_are_listed_as_they_were_loaded(self, ports: StorePorts, load: Load) -> None:
        one, other = an_author("A"), an_author("B")
        both = a_book(title="both", authors=[credited(one), credited(other, EDITOR)])
        first = a_book(title="first", author="Printed", authors=[credited(one)])
        await load(HistoryBatch(authors=[one, other], books=[both, first, a_book(title="nobody's")]))
        assert await books_of(ports, one) == ["both", "first"]
        assert await books_of(ports, other) == ["both"]
        assert await books_of(ports, one, q="first") == ["first"]
        assert await ports.books.get(both.id) == BookResponse.of(both)


@pytest.mark.needs("writes")
class TestBooks:
    async def test_books_keep_their_authors_in_order(self, ports: StorePorts) -> None:
        one, other = an_author("A"), an_author("B")
        book = a_book(authors=[credited(other, TRANSLATOR), credited(one), credited(other)])
        await added(ports, one, other, book)
        assert await kept_book(ports, book) == book
        assert await ports.books.get(book.id) == BookResponse.of(book)
        turned = replace(book.details, authors=(credited(one, EDITOR), credited(other)))
        async with ports.units(CALLER) as uow:
            uow.books.save(book.edit(turned, at=LATER, by="bob")[0])
            await uow.commit()
        assert await credits_of(ports, book) == [("A", "editor"), ("B", "author")]

    async def test_the_books_of_an_author_are_listed(self, ports: StorePorts) -> None:
        one, other = an_author("A"), an_author("B")
        both = a_book(title="both", authors=[credited(one), credited(other, EDITOR)])
        first, second = (
            a_book(title="first", authors=[credited(one)]),
            a_book(title="second", authors=[credited(other)]),
        )
        await added(ports, one, other, both, first, second, a_book(title="nobody's"))
        assert await books_of(ports, one) == ["both", "first"]
        assert await books_of(ports, other) == ["both", "second"]
        assert await books_of(ports, other, q="second") == ["second"]
        async with ports.units(CALLER) as uow:
            details = replace(both.details, authors=(credited(other),))
            uow.books.save(both.edit(details, at=LATER, by="bob")[0])
            await uow.commit()
        assert await books_of(ports, one) == ["first"]

    @pytest.mark.parametrize("many", [1, 2])
    async def test_a_book_may_name_only_who_lives_under_that_name(self, ports: StorePorts, many: int) -> None:
        author, gone, nobody = an_author("A"), an_author("B"), an_author("C")
        await added(ports, author, gone)
        await deleted(ports, gone)
        misnamed = replace(credited(author), name="Old name")
        for contributor in (misnamed, credited(gone), credited(nobody)):
            books = [a_book(authors=[credited(author, EDITOR), contributor]) for _ in range(many)]
            async with ports.units(CALLER) as uow:
                uow.books.add_many(books)
                with pytest.raises(AuthorsChanged):
                    await uow.commit()
            assert await walked(BOOK_LIST, ports.books.list) == []

    async def test_a_save_is_held_to_it_too(self, ports: StorePorts) -> None:
        author = an_author("A")
        book = a_book(authors=[credited(author)])
        await added(ports, author, book)
        await renamed(ports, author, "B")
        with pytest.raises(AuthorsChanged):
            async with ports.units(CALLER) as uow:
                uow.books.save(book.edit(replace(book.details, title="x"), at=LATER, by="bob")[0])
                await uow.commit()
        assert (await ports.books.get(book.id)).title == book.details.title

    async def test_a_deleted_book_may_name_a_deleted_author(self, ports: StorePorts) -> None:
        author = an_author("A")
        book = a_book(authors=[credited(author)])
        await added(ports, author, book)
        with pytest.raises(AuthorHasBooks):
            await deleted(ports, author)
        async with ports.units(CALLER) as uow:
            gone = uow.books.save(book.delete(at=LATER, by="bob")[0])
            await uow.commit()
        await deleted(ports, author)
        with pytest.raises(AuthorsChanged):
            async with ports.units(CALLER) as uow:
                uow.books.save(gone.restore(at=LATER, by="bob")[0])
                await uow.commit()

    async def test_authors_and_their_books_come_in_one_unit(self, ports: StorePorts) -> None:
        author = an_author("A")
        async with ports.units(CALLER) as uow:
            uow.authors.add(author)
            uow.books.add_many([a_book(title="x", authors=[credited(author)]), a_book(title="y")])
            await uow.commit()
        assert await books_of(ports, author) == ["x"]


@pytest.mark.needs("writes")
class TestRenaming:
    async def test_books_show_the_new_name_without_a_new_version(self, ports: StorePorts) -> None:
        author, other = an_author("Mary Ann Evans"), an_author("Somebody")
        book = a_book(author="George Eliot", authors=[credited(author), credited(other, EDITOR)])
        gone = a_book(authors=[credited(author)]).delete(at=LATER, by="bob")[0]
        await added(ports, author, other, book, gone)
        kept = await renamed(ports, author, "Marian Lewes")
        read = await ports.books.get(book.id)
        assert (read.version, read.author) == (1, "George Eliot")
        assert await credits_of(ports, book) == [("Marian Lewes", "author"), ("Somebody", "editor")]
        assert await credits_of(ports, gone) == [("Marian Lewes", "author")]
        for words, found in (("lewes", [book.id]), ("evans", []), ("eliot", [book.id])):
            assert [one.id for one in await walked(BOOK_LIST, ports.books.list, q=words)] == found
        assert (await kept_book(ports, book)).details.authors[0] == credited(kept)

    async def test_a_rename_that_loses_leaves_the_books_alone(self, ports: StorePorts) -> None:
        author = an_author("A")
        book = a_book(authors=[credited(author)])
        await added(ports, author, an_author("Taken"), book)
        with pytest.raises(AuthorExists):
            await renamed(ports, author, "taken")
        assert await credits_of(ports, book) == [("A", "author")]

    @pytest.mark.needs("transactions")
    async def test_no_book_is_missed_that_comes_in_meanwhile(self, ports: StorePorts) -> None:
        author = an_author("A")
        await added(ports, author)

        async def catalogue(number: int) -> str:
            name = "A"
            while True:
                try:
                    book = a_book(number=number, authors=[replace(credited(author), name=name)])
                    await added(ports, book)
                except AuthorsChanged:
                    name = "B"
                else:
                    return name

        *used, _ = await asyncio.gather(*map(catalogue, range(12)), renamed(ports, author, "B"))
        assert {one.authors[0].name for one in await walked(BOOK_LIST, ports.books.list)} == {"B"}, used


@pytest.mark.needs("writes")
class TestMerging:
    async def test_books_name_the_one_who_stays(self, ports: StorePorts) -> None:
        gone, stays = an_author("G. Eliot"), an_author("George Eliot")
        his, both = (
            a_book(title="his", authors=[credited(gone, EDITOR)]),
            a_book(title="both", authors=[credited(gone), credited(stays), credited(gone, EDITOR)]),
        )
        await added(ports, gone, stays, his, both)
        await merged(ports, gone, stays)
        assert await credits_of(ports, his) == [("George Eliot", "editor")]
        assert await credits_of(ports, both) == [("George Eliot", "author"), ("George Eliot", "editor")]
        assert await books_of(ports, stays) == ["both", "his"]
        assert await books_of(ports, gone) == []
        assert (await ports.books.get(his.id)).version == 1
        assert [one.title for one in await walked(BOOK_LIST, ports.books.list, q="george his")] == ["his"]

    async def test_nobody_is_merged_into_one_who_is_gone(self, ports: StorePorts) -> None:
        gone, stays = an_author("A"), an_author("B")
        await added(ports, gone, stays)
        await deleted(ports, stays)
        with pytest.raises(AuthorsChanged):
            await merged(ports, gone, stays)
        assert (await fetched(ports, gone)).living

    async def test_an_undone_merge_leaves_to_the_other_what_came_since(self, ports: StorePorts) -> None:
        gone, stays = an_author("A"), an_author("B")
        old = a_book(title="old", authors=[credited(gone)])
        await added(ports, gone, stays, old)
        away = await merged(ports, gone, stays)
        new = a_book(title="new", authors=[credited(stays)])
        await added(ports, new)
        renamed_since = await renamed(ports, stays, "C")
        back = await unmerged(ports, away)
        assert (back.lifecycle.version, back.merged_into) == (3, None)
        assert await credits_of(ports, old) == [("A", "author")]
        assert await credits_of(ports, new) == [("C", "author")]
        assert await books_of(ports, back) == ["old"]
        assert await books_of(ports, renamed_since) == ["new"]

    async def test_an_undone_merge_follows_the_book_through_edits(self, ports: StorePorts) -> None:
        gone, stays, editor = an_author("A"), an_author("B"), an_author("E")
        book, other = a_book(authors=[credited(gone)]), a_book(authors=[credited(gone)])
        await added(ports, gone, stays, editor, book, other)
        away = await merged(ports, gone, stays)
        for one, kept in ((book, True), (other, False)):
            present = await kept_book(ports, one)
            before = present.details.authors if kept else ()
            async with ports.units(CALLER) as uow:
                details = replace(present.details, authors=(*before, credited(editor, EDITOR)))
                uow.books.save(present.edit(details, at=LATER, by="bob")[0])
                await uow.commit()
        await unmerged(ports, away)
        assert await credits_of(ports, book) == [("A", "author"), ("E", "editor")]
        assert await credits_of(ports, other) == [("E", "editor")]

    async def test_merges_can_be_undone_in_any_order(self, ports: StorePorts) -> None:
        first, second, third = an_author("A"), an_author("B"), an_author("C")
        ofs = [a_book(authors=[credited(one)]) for one in (first, second, third)]
        await added(ports, first, second, third, *ofs)
        one = await merged(ports, first, second)
        two = await merged(ports, second, third)
        assert [await credits_of(ports, book) for book in ofs] == [[("C", "author")]] * 3
        await unmerged(ports, one)
        assert [await credits_of(ports, book) for book in ofs] == [[(name, "author")] for name in "ACC"]
        await unmerged(ports, two)
        assert [await credits_of(ports, book) for book in ofs] == [[(name, "author")] for name in "ABC"]

    async def test_the_last_merge_undone_takes_those_before_it_along(self, ports: StorePorts) -> None:
        first, second, third = an_author("A"), an_author("B"), an_author("C")
        ofs = [a_book(authors=[credited(one)]) for one in (first, second, third)]
        await added(ports, first, second, third, *ofs)
        await merged(ports, first, second)
        await unmerged(ports, await merged(ports, second, third))
        assert [await credits_of(ports, book) for book in ofs] == [[(name, "author")] for name in "BBC"]

    async def test_a_name_that_was_taken_keeps_a_merge_from_being_undone(self, ports: StorePorts) -> None:
        gone, stays = an_author("A"), an_author("B")
        book = a_book(authors=[credited(gone)])
        await added(ports, gone, stays, book)
        away = await merged(ports, gone, stays)
        await added(ports, an_author("a."))
        with pytest.raises(AuthorExists):
            await unmerged(ports, away)
        assert await credits_of(ports, book) == [("B", "author")]

    @pytest.mark.needs("transactions")
    async def test_of_two_merges_that_would_make_a_ring_one_loses(self, ports: StorePorts) -> None:
        one, other = an_author("A"), an_author("B")
        await added(ports, one, other)
        outcomes = await asyncio.gather(merged(ports, one, other), merged(ports, other, one), return_exceptions=True)
        assert sum(isinstance(outcome, Author) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, AuthorsChanged) for outcome in outcomes) == 1


ROLES = st.sampled_from([ContributorRole.AUTHOR, EDITOR])
PLACES = st.lists(st.tuples(st.integers(0, 3), ROLES), max_size=4, unique=True)
Shelf = Sequence[tuple[int, ContributorRole]]


@pytest.mark.needs("writes", "transactions")
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    shelves=st.lists(PLACES, min_size=1, max_size=4),
    merges=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=3),
    order=st.randoms(use_true_random=False),
)
async def test_merging_and_undoing_is_as_if_nothing_had_been(
    case: StoreCase, server: object, shelves: Sequence[Shelf], merges: Sequence[tuple[int, int]], order: Random
) -> None:
    async with case.open(server) as ports:
        authors = [an_author(name) for name in "ABCD"]
        books = [
            replace(
                a_book(number=number, authors=[credited(authors[place], role) for place, role in shelf]),
                rating=Rating(0, 0),
            )
            for number, shelf in enumerate(shelves)
        ]
        await added(ports, *authors, *books)
        before = [await ports.books.get(one.id) for one in books]
        away: list[Author] = []
        for gone, stays in merges:
            present = [await fetched(ports, authors[place]) for place in (gone, stays)]
            if gone != stays and all(one.living for one in present):
                away.append(await merged(ports, *present))
        order.shuffle(away)
        for one in away:
            await unmerged(ports, await fetched(ports, one))
        assert [await ports.books.get(one.id) for one in books] == before
        assert [await kept_book(ports, one) for one in books] == books
        for author in authors:
            of = {n for n, shelf in enumerate(shelves) for place, _ in shelf if authors[place] is author}
            found = await walked(BOOK_LIST, ports.books.list, author_id=str(author.id))
            assert {one.id for one in found} == {books[n].id for n in of}


async def test_books_are_loaded_with_their_authors(ports: StorePorts, load: Load) -> None:
    author = an_author("A")
    book = a_book(number=7, authors=[credited(author), Contributor(id=author.id, name="A", role=EDITOR)])
    await load(HistoryBatch(authors=[author], books=[book]))
    assert await ports.books.get_by_isbn(isbn(7)) == BookResponse.of(book)
