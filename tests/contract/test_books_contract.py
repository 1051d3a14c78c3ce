"""What application/ports/books.py promises."""

from dataclasses import replace
from decimal import Decimal

import pytest

from application.books.models import BOOK_LIST, BookResponse
from application.caller import Caller
from application.errors import Conflict, NotFound
from application.ports.books import IsbnExists
from application.ports.history import HistoryBatch
from domain.books.book import Availability, Book, BookFormat
from domain.books.isbn import Isbn
from domain.shared.ids import BookId
from tests.contract.conftest import Load
from tests.support.builders import MORNING, a_book, isbn, minutes, new_id
from tests.support.lists import asked, walked
from tests.support.store_case import StorePorts

pytestmark = pytest.mark.needs("reads_records")

CALLER = Caller("bob")
LATER = MORNING + minutes(5)
FULL = {
    "title": "Wörter & «Sätze»: 第一部 📚",
    "author": "O'Neill; Ünal",
    "isbn_text": "0-8044-2957-X",
    "published": "1871-12",
    "description": 'Line one.\nLine "two"\twith \\ and {braces}.',
    "language": "zh-Hant-TW",
    "price": ("0.001", "GBP"),
    "categories": ["Fiction", "a,b", 'the "best"', "NULL"],
    "subtitle": "A «subtitle», 副",
    "publisher": "O'Neill & Söhne",
    "edition": "2nd, revised",
    "format": BookFormat.AUDIOBOOK,
    "pages": 100_000,
    "series": 'The "series"',
    "series_position": "0.5",
    "availability": Availability.MADE_TO_ORDER,
}


async def added(ports: StorePorts, *books: Book) -> None:
    async with ports.units(CALLER) as uow:
        for book in books:
            uow.books.add(book)
        await uow.commit()


async def saved(ports: StorePorts, book: Book) -> Book:
    async with ports.units(CALLER) as uow:
        kept = uow.books.save(book)
        await uow.commit()
    return kept


async def fetched(ports: StorePorts, book: Book) -> Book:
    async with ports.units(CALLER) as uow:
        return await uow.books.get(book.id)


def retitled(book: Book, title: str) -> Book:
    return book.edit(replace(book.details, title=title), at=LATER, by="bob")[0]


def deleted(book: Book) -> Book:
    return book.delete(at=LATER, by="bob")[0]


class TestReading:
    async def test_every_field_is_read_as_it_was_kept(self, ports: StorePorts, load: Load) -> None:
        full, bare = a_book(**FULL), a_book()  # type: ignore[arg-type]  # a dict of its keyword arguments
        await load(HistoryBatch(books=[full, bare]))
        assert await ports.books.get(full.id) == BookResponse.of(full)
        assert await ports.books.get(bare.id) == BookResponse.of(bare)

    @pytest.mark.parametrize("amount", ["0", "0.0001", "9999999999999.9999", "10000000000000"])
    async def test_a_price_is_exact_at_its_limits(self, ports: StorePorts, load: Load, amount: str) -> None:
        book = a_book(price=(amount, "EUR"))
        await load(HistoryBatch(books=[book]))
        read = await ports.books.get(book.id)
        assert read.price is not None
        assert read.price.amount == Decimal(amount)

    async def test_many_are_read_at_once(self, ports: StorePorts, load: Load) -> None:
        one, gone, other = a_book(), deleted(a_book()), a_book()
        await load(HistoryBatch(books=[one, gone, other]))
        found = await ports.books.get_many({one.id, gone.id, new_id()})
        assert found == {one.id: BookResponse.of(one), gone.id: BookResponse.of(gone)}
        assert await ports.books.get_many([]) == {}
        assert await ports.books.get_many(iter([other.id])) == {other.id: BookResponse.of(other)}

    async def test_what_is_not_there_is_not_found(self, ports: StorePorts) -> None:
        with pytest.raises(NotFound):
            await ports.books.get(new_id())
        with pytest.raises(NotFound):
            await ports.books.get_by_isbn(isbn(404))

    async def test_a_deleted_one_is_found_only_when_asked_for(self, ports: StorePorts, load: Load) -> None:
        gone = deleted(a_book(number=1))
        await load(HistoryBatch(books=[gone]))
        with pytest.raises(NotFound):
            await ports.books.get(gone.id)
        with pytest.raises(NotFound):
            await ports.books.get_by_isbn(isbn(1))
        assert await ports.books.get(gone.id, include_deleted=True) == BookResponse.of(gone)

    async def test_an_isbn_finds_the_living_book(self, ports: StorePorts, load: Load) -> None:
        gone, living = deleted(a_book(number=1)), a_book(number=1)
        await load(HistoryBatch(books=[gone, living, a_book(number=2)]))
        assert await ports.books.get_by_isbn(isbn(1)) == BookResponse.of(living)


class TestListing:
    async def titles(self, ports: StorePorts, **parameters: str) -> list[str]:
        return [one.title for one in await walked(BOOK_LIST, ports.books.list, **parameters)]

    async def test_the_newest_come_first(self, ports: StorePorts, load: Load) -> None:
        await load(HistoryBatch(books=[a_book(title=str(n), at=MORNING + minutes(n)) for n in range(5)]))
        assert await self.titles(ports) == ["4", "3", "2", "1", "0"]

    @pytest.mark.parametrize("field", ["title", "author", "published_date", "isbn"])
    @pytest.mark.parametrize("reverse", [False, True])
    async def test_every_order_is_total(self, ports: StorePorts, load: Load, field: str, reverse: bool) -> None:
        texts = ["Zoe", "_", "adam", "Émile", "\uffff", "\U0001f4da", "adam", "adam b"]
        dates = ["1815", None, "1815-12", "1815-12-10", "0044", None, "1816", "1815"]
        books = [
            a_book(title=text, author=text[::-1], published=date, number=(n * 37) % 90)
            for n, (text, date) in enumerate(zip(texts, dates, strict=True))
        ]
        await load(HistoryBatch(books=books))
        reads = [BookResponse.of(book) for book in books]
        expected = sorted(reads, key=lambda one: ((getattr(one, field) or "").encode(), one.id), reverse=reverse)
        found = await walked(BOOK_LIST, ports.books.list, sort=f"-{field}" if reverse else field)
        assert [one.id for one in found] == [one.id for one in expected]

    async def test_three_fields_sort_one_after_another(self, ports: StorePorts, load: Load) -> None:
        books = [a_book(title=t, author=a, published=d) for t in "ab" for a in "xy" for d in ("1815", None, "1816")]
        await load(HistoryBatch(books=books))
        found = await walked(BOOK_LIST, ports.books.list, sort="-author,published_date,-title", limit="5")
        assert [(one.author, one.published_date, one.title) for one in found] == [
            (author, date, title) for author in "yx" for date in (None, "1815", "1816") for title in "ba"
        ]

    async def test_what_is_deleted_is_left_out_unless_asked_for(self, ports: StorePorts, load: Load) -> None:
        await load(HistoryBatch(books=[a_book(title="here"), deleted(a_book(title="gone"))]))
        assert await self.titles(ports) == ["here"]
        assert await self.titles(ports, include_deleted="true") == ["gone", "here"]

    @pytest.mark.parametrize(
        ("parameters", "expected"),
        [
            ({"author": "George Eliot"}, ["day", "month", "year"]),
            ({"author": "george eliot"}, []),
            ({"category": "Fiction"}, ["day", "year"]),
            ({"category": "Fiction", "language": "EN"}, ["day"]),
            ({"language": "pt-br"}, ["year"]),
            ({"publisher": "Penguin"}, ["day"]),
            ({"series": "Lives", "format": "ebook"}, ["month"]),
            ({"availability": "in_stock"}, ["day", "month"]),
            ({"format": "paperback", "availability": "in_stock"}, []),
            ({"published_date": "1871"}, ["year"]),
            ({"published_date__gte": "1871"}, ["day", "month", "year"]),
            ({"published_date__gte": "1871-12"}, ["day", "month"]),
            ({"published_date__lte": "1871"}, ["day", "month", "old", "year"]),
            ({"published_date__lt": "1871"}, ["old"]),
            ({"published_date__gt": "1871"}, []),
            ({"published_date__gt": "1815"}, ["day", "month", "year"]),
            ({"published_date__gt": "1871-12-22"}, ["day"]),
            ({"created_at__lt": "2026-03-01T09:00:00Z"}, []),
            ({"updated_at__lte": "2026-03-01T09:00:00Z"}, ["day", "month", "none", "old", "year"]),
        ],
        ids=str,
    )
    async def test_filters_narrow(
        self, ports: StorePorts, load: Load, parameters: dict[str, str], expected: list[str]
    ) -> None:
        books = [
            a_book(title="none", author="x"),
            a_book(title="old", author="x", published="1815-01-31", categories=["Non-Fiction"]),
            a_book(title="year", published="1871", language="pt-BR", categories=["Drama", "Fiction"]),
            a_book(
                title="month",
                published="1871-12",
                series="Lives",
                format=BookFormat.EBOOK,
                availability=Availability.IN_STOCK,
            ),
            a_book(
                title="day",
                published="1871-12-23",
                language="en",
                categories=["Fiction"],
                publisher="Penguin",
                series="Lives",
                availability=Availability.IN_STOCK,
            ),
        ]
        await load(HistoryBatch(books=books))
        assert await self.titles(ports, sort="title", **parameters) == expected

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("middlemarch", ["Middlemarch"]),
            ("ELIOT march", []),
            ("eliot middlemarch", ["Middlemarch"]),
            ("emile", ["L'Émile"]),
            ("émile jean", ["L'Émile"]),
            ("9780804429573", ["L'Émile"]),
            ("080442957x", ["L'Émile"]),
            ("provincial", ["Middlemarch"]),
            ("treatise", ["L'Émile"]),
            ("oeuvres completes", ["L'Émile"]),
            ("study of", ["Middlemarch"]),
            ("middle", ["Middlemarch"]),
            ("midd eli", ["Middlemarch"]),
            ("97808044", ["L'Émile"]),
            ("march", []),
            ("=middlemarch +eliot", ["Middlemarch"]),
        ],
    )
    async def test_words_begin_those_of_anything_that_is_told_of_a_book(
        self, ports: StorePorts, load: Load, words: str, expected: list[str]
    ) -> None:
        march = a_book(description="A study of it.", categories=["Provincial life"])
        emile = a_book(
            title="L'Émile",
            author="Jean-Jacques Rousseau",
            isbn_text="080442957X",
            subtitle="A treatise",
            series="Œuvres complètes",
        )
        await load(HistoryBatch(books=[march, emile]))
        assert await self.titles(ports, q=words) == expected

    async def test_what_fits_better_comes_first_and_newer_ones_before_older(
        self, ports: StorePorts, load: Load
    ) -> None:
        books = [
            a_book(title="Emma", author="Jane Austen", at=MORNING + minutes(1)),
            a_book(title="Told", description="Emma again", at=MORNING + minutes(9)),
            a_book(title="By", author="Emma Donoghue", at=MORNING + minutes(8)),
            a_book(title="Emmaus", at=MORNING + minutes(7)),
            a_book(title="Again", subtitle="Emma", at=MORNING + minutes(2)),
            a_book(title="Gone", description="nothing of it", at=MORNING + minutes(6)),
            deleted(a_book(title="Emma", at=MORNING + minutes(5))),
            a_book(title="Shelved", categories=["Emma studies"], at=MORNING + minutes(3)),
        ]
        await load(HistoryBatch(books=books))
        ranked = ["Again", "Emma", "By", "Emmaus", "Told", "Shelved"]
        assert await self.titles(ports, q="emma") == ranked
        for limit in ("1", "2", "3", "4"):
            found = await walked(BOOK_LIST, ports.books.list, q="emma", limit=limit)
            assert [book.title for book in found] == ranked, limit
        page = await asked(BOOK_LIST, ports.books.list, q="emma", limit="1", include="total")
        assert page.total == len(ranked)
        by_date = ["Told", "By", "Emmaus", "Shelved", "Again", "Emma"]
        assert await self.titles(ports, q="emma", sort="-created_at") == by_date
        assert await self.titles(ports, q="emma jane") == ["Emma"]

    async def test_a_total_is_counted_over_all_pages(self, ports: StorePorts, load: Load) -> None:
        await load(HistoryBatch(books=[*(a_book(author="x") for _ in range(3)), a_book(), deleted(a_book(author="x"))]))
        page = await asked(BOOK_LIST, ports.books.list, limit="1", author="x", include="total")
        assert (len(page.data), page.total, page.has_more) == (1, 3, True)

    async def test_an_empty_store_has_an_empty_page(self, ports: StorePorts) -> None:
        page = await asked(BOOK_LIST, ports.books.list, include="total")
        assert (list(page.data), page.has_more, page.total) == ([], False, 0)


@pytest.mark.needs("writes")
class TestWriting:
    async def test_what_is_added_is_got_back_as_it_was(self, ports: StorePorts) -> None:
        full, bare = a_book(**FULL), a_book()  # type: ignore[arg-type]  # as above
        await added(ports, full, bare)
        assert await fetched(ports, full) == full
        assert await fetched(ports, bare) == bare

    async def test_what_is_not_there_is_not_found(self, ports: StorePorts) -> None:
        async with ports.units(CALLER) as uow:
            with pytest.raises(NotFound):
                await uow.books.get(BookId(new_id()))

    async def test_a_save_gives_the_next_version(self, ports: StorePorts) -> None:
        book = a_book(**FULL)  # type: ignore[arg-type]  # as above
        await added(ports, book)
        kept = await saved(ports, retitled(book, "New"))
        assert kept.lifecycle.version == 2
        assert await fetched(ports, book) == kept
        assert await ports.books.get(book.id) == BookResponse.of(kept)

    async def test_a_save_can_take_every_optional_value_away(self, ports: StorePorts) -> None:
        book, bare = a_book(**FULL), a_book()  # type: ignore[arg-type]  # as above
        await added(ports, book)
        kept = await saved(ports, book.edit(bare.details, at=LATER, by="bob")[0])
        assert await fetched(ports, book) == kept
        assert kept.details == bare.details

    async def test_a_save_of_an_old_version_is_a_conflict(self, ports: StorePorts) -> None:
        book = a_book()
        await added(ports, book)
        await saved(ports, retitled(book, "first"))
        with pytest.raises(Conflict):
            await saved(ports, retitled(book, "second"))
        assert (await ports.books.get(book.id)).title == "first"

    async def test_a_second_save_of_one_object_is_a_conflict(self, ports: StorePorts) -> None:
        book = a_book()
        await added(ports, book)
        with pytest.raises(Conflict):
            async with ports.units(CALLER) as uow:
                uow.books.save(retitled(book, "first"))
                uow.books.save(retitled(book, "second"))
                await uow.commit()
        assert (await ports.books.get(book.id)).version == 1

    async def test_a_new_title_is_found_and_the_old_one_is_not(self, ports: StorePorts) -> None:
        book = a_book(title="Before")
        await added(ports, book)
        await saved(ports, retitled(book, "After"))
        assert [one.id for one in await walked(BOOK_LIST, ports.books.list, q="after")] == [book.id]
        assert await walked(BOOK_LIST, ports.books.list, q="before") == []

    async def test_a_deleted_one_is_got_and_can_come_back(self, ports: StorePorts) -> None:
        book = a_book()
        await added(ports, book)
        gone = await saved(ports, deleted(book))
        assert await fetched(ports, book) == gone
        back = await saved(ports, gone.restore(at=LATER, by="bob")[0])
        assert await ports.books.get(book.id) == BookResponse.of(back)

    async def test_many_are_added_in_one_go(self, ports: StorePorts) -> None:
        books = [a_book(**{**FULL, "isbn_text": isbn(n).value}) for n in range(30)]  # type: ignore[arg-type]  # as above
        async with ports.units(CALLER) as uow:
            uow.books.add_many(iter(books))
            uow.books.add_many([])
            await uow.commit()
        found = await walked(BOOK_LIST, ports.books.list, sort="isbn", limit="100")
        assert found == [BookResponse.of(book) for book in books]

    async def test_many_are_found_by_id_and_saved_in_one_go(self, ports: StorePorts) -> None:
        books = [a_book(number=n) for n in range(5)]
        await added(ports, *books)
        gone = await saved(ports, deleted(books[4]))
        async with ports.units(CALLER) as uow:
            wanted = [books[1].id, gone.id, BookId(new_id()), books[0].id]
            assert await uow.books.find_many(wanted) == {one.id: one for one in (books[0], books[1], gone)}
            assert await uow.books.find_many([]) == {}
            assert list(uow.books.save_many([])) == []
            kept = uow.books.save_many([retitled(one, f"New {n}") for n, one in enumerate(books[:4])])
            await uow.commit()
        assert [one.lifecycle.version for one in kept] == [2] * 4
        for n, (book, one) in enumerate(zip(books, kept, strict=False)):
            assert await fetched(ports, book) == one
            assert one.details.title == f"New {n}"
        assert [one.id for one in await walked(BOOK_LIST, ports.books.list, q="new")] == [
            one.id for one in reversed(books[:4])
        ]

    async def test_one_stale_book_among_many_is_a_conflict_of_all(self, ports: StorePorts) -> None:
        books = [a_book(number=n) for n in range(3)]
        await added(ports, *books)
        await saved(ports, retitled(books[1], "first"))
        for some in (books, [books[0], books[0]]):
            with pytest.raises(Conflict):
                async with ports.units(CALLER) as uow:
                    uow.books.save_many([retitled(one, "second") for one in some])
                    await uow.commit()
        assert [(await ports.books.get(one.id)).version for one in books] == [1, 2, 1]

    async def test_the_living_are_found_by_isbn(self, ports: StorePorts) -> None:
        one, other, gone = a_book(number=1), a_book(number=2), deleted(a_book(number=3))
        await added(ports, one, other, gone)
        wanted = [isbn(1), isbn(3), isbn(4), isbn(1)]
        async with ports.units(CALLER) as uow:
            assert await uow.books.find_by_isbns(wanted) == {isbn(1): one}
            assert await uow.books.ids_by_isbn(wanted) == {isbn(1): one.id}
            assert await uow.books.ids_by_isbn([isbn(2), isbn(1)]) == {isbn(1): one.id, isbn(2): other.id}
            assert await uow.books.find_by_isbns([]) == {}
            assert await uow.books.ids_by_isbn([]) == {}


@pytest.mark.needs("writes", "enforces_unique")
class TestUniqueness:
    async def test_both_forms_of_an_isbn_are_one_key(self, ports: StorePorts) -> None:
        await added(ports, a_book(isbn_text="0-306-40615-2"))
        with pytest.raises(IsbnExists) as caught:
            await added(ports, a_book(isbn_text="978-0-306-40615-7"))
        assert (caught.value.code, caught.value.field, caught.value.detail) == ("isbn-exists", "/isbn", "ISBN exists")

    async def test_two_in_one_unit_collide_as_well(self, ports: StorePorts) -> None:
        with pytest.raises(IsbnExists):
            await added(ports, a_book(number=1), a_book(number=1))
        with pytest.raises(IsbnExists):
            async with ports.units(CALLER) as uow:
                uow.books.add_many([a_book(number=1), a_book(number=1)])
                await uow.commit()
        assert await walked(BOOK_LIST, ports.books.list) == []

    async def test_a_change_may_not_take_what_another_has(self, ports: StorePorts) -> None:
        one, other = a_book(number=1), a_book(number=2)
        await added(ports, one, other)
        with pytest.raises(IsbnExists):
            await saved(ports, other.edit(replace(other.details, isbn=isbn(1)), at=LATER, by="bob")[0])
        assert await fetched(ports, other) == other

    async def test_a_deleted_one_gives_its_isbn_up_until_it_comes_back(self, ports: StorePorts) -> None:
        book = a_book(number=1)
        await added(ports, book)
        gone = await saved(ports, deleted(book))
        heir = a_book(number=1)
        await added(ports, heir)
        with pytest.raises(IsbnExists):
            await saved(ports, gone.restore(at=LATER, by="bob")[0])
        await saved(ports, deleted(heir))
        await saved(ports, gone.restore(at=LATER, by="bob")[0])
        assert (await ports.books.get_by_isbn(Isbn(isbn(1).value))).id == book.id
