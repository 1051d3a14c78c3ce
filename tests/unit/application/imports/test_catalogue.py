"""Customers and books in Daybook's own CSV: told apart by a key, made, changed or left alone."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.system.system import SystemClock, Uuid7Generator
from application.authors.directory import AuthorDirectory
from application.caller import Caller
from application.imports.models import ImportOptions, Mode
from application.imports.service import ImportService
from domain.books.book import BookDetails
from domain.customers.customer import CustomerDetails, CustomerStatus
from domain.shared.money import Money
from tests.support.builders import a_customer, isbn
from tests.support.importing import CALLER, Imports, MeddlingUnits, source

ISBN = isbn(1).value
CUSTOMERS = "reference,name,email,phone,status,tags,metadata"
BOOKS = "isbn,title,author,published_date,description,language,price,currency,categories"
ADA = 'K-1,Ada Lovelace,Ada@Example.org,+44 20 7946 0958,inactive,newsletter;B2B,"{""shelf"":""A3""}"'


def customers(*rows: str) -> str:
    return "\n".join([CUSTOMERS, *rows, ""])


def books(*rows: str) -> str:
    return "\n".join([BOOKS, *rows, ""])


def names(imports: Imports) -> dict[str | None, str | None]:
    return {one.details.reference: one.details.name for one in imports.store.customers.values()}


def only_customer(imports: Imports) -> CustomerDetails:
    (customer,) = imports.store.customers.values()
    return customer.details


def only_book(imports: Imports) -> BookDetails:
    (book,) = imports.store.books.values()
    return book.details


class TestCustomers:
    async def test_every_field_is_taken(self, imports: Imports) -> None:
        assert await imports.take(customers(ADA)) == ["2 created"]
        ada = only_customer(imports)
        assert (ada.name, ada.reference, ada.status) == ("Ada Lovelace", "K-1", CustomerStatus.INACTIVE)
        assert ada.email is not None
        assert ada.email.value == "ada@example.org"
        assert ada.phone is not None
        assert ada.phone.value == "+442079460958"
        assert (ada.tags, dict(ada.metadata)) == (("newsletter", "B2B"), {"shelf": "A3"})

    async def test_a_second_run_changes_nothing(self, imports: Imports) -> None:
        file = customers(ADA, "K-2,Bob,,,,,", ",,c@example.org,,,,")
        assert await imports.take(file) == ["2 created", "3 created", "4 created"]
        before = imports.store.watermark
        assert await imports.take(file) == ["2 unchanged", "3 unchanged", "4 unchanged"]
        assert imports.store.watermark == before

    async def test_what_changed_is_updated_with_an_event_that_holds_no_value(self, imports: Imports) -> None:
        await imports.take(customers(ADA))
        assert await imports.take(customers(ADA.replace("Lovelace", "King"))) == ["2 updated"]
        assert only_customer(imports).name == "Ada King"
        event = imports.store.events[-1]
        assert (event.event.type, event.event.changed, event.event.by) == ("customer.updated", ("name",), CALLER.actor)
        assert event.request_id == CALLER.request_id

    async def test_a_column_that_is_not_there_leaves_its_field_and_an_empty_cell_clears_it(
        self, imports: Imports
    ) -> None:
        await imports.take(customers(ADA))
        assert await imports.take("reference,name\nK-1,Ada\n") == ["2 updated"]
        assert only_customer(imports).phone is not None
        assert await imports.take("reference,phone,tags\nK-1,,\n") == ["2 updated"]
        assert only_customer(imports).phone is None
        assert only_customer(imports).tags == ()
        assert only_customer(imports).name == "Ada"

    async def test_an_e_mail_address_tells_apart_who_has_no_reference(self, imports: Imports) -> None:
        await imports.take("email,name\nada@example.org,Ada\n")
        assert await imports.take("email,name\nADA@example.org,Ada King\n") == ["2 updated"]
        assert only_customer(imports).name == "Ada King"

    async def test_a_row_without_a_reference_takes_none_away(self, imports: Imports) -> None:
        await imports.take(customers(ADA))
        assert await imports.take("reference,email,name\n,ada@example.org,Ada King\n") == ["2 updated"]
        assert only_customer(imports).reference == "K-1"

    async def test_an_address_of_somebody_else_is_refused_whoever_is_first(self, imports: Imports) -> None:
        await imports.take(customers(ADA))
        found = await imports.take("reference,email\nK-2,ada@example.org\nK-3,c@example.org\nK-4,c@example.org\n")
        assert found == ["2 email-exists", "3 created", "4 email-exists"]
        assert imports.messages == ["e-mail exists", "e-mail exists"]

    async def test_an_address_that_was_given_up_further_up_is_free(self, imports: Imports) -> None:
        await imports.take(customers(ADA))
        assert await imports.take("reference,email\nK-1,new@example.org\nK-2,ada@example.org\n") == [
            "2 updated",
            "3 created",
        ]

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (",Ada,,,,,", "no-identity"),
            ("K-1,Ada,ada,,,,", "invalid-email"),
            ("K-1,Ada,,12345,,,", "invalid-phone"),
            ("K-1,Ada,,,asleep,,", "unknown-status"),
            ("K-1,Ada,,,,,{", "invalid-json"),
            ('K-1,Ada,,,,,"[1]"', "invalid-json"),
            ('K-1,Ada,,,,"[1]",', "invalid-json"),
            (f"{'x' * 65},Ada,,,,,", "too-long"),
            (f"K-1,{'x' * 256},,,,,", "too-long"),
            ("K-1,A\x00da,,,,,", "control-character"),
            (f"K-1,Ada,,,,{'x' * 51},", "too-long"),
        ],
    )
    async def test_what_cannot_be_kept_is_refused_with_its_reason(self, imports: Imports, row: str, code: str) -> None:
        assert await imports.take(customers(row, "K-9,Nine,,,,,")) == [f"2 {code}", "3 created"]

    async def test_all_faults_of_a_row_are_told(self, imports: Imports) -> None:
        assert await imports.take(customers("K-1,Ada,ada,,asleep,,{")) == ["2 invalid-email"]
        assert imports.messages == [
            (
                "email must be an e-mail address such as ada@example.org; status must be one of: active, inactive; "
                "metadata must be a JSON object of texts"
            )
        ]

    async def test_a_reference_that_comes_twice_is_the_same_customer(self, imports: Imports) -> None:
        assert await imports.take("reference,name\nK-1,Ada\nK-1,Ada King\nK-1,Ada King\n") == [
            "2 created",
            "3 updated",
            "4 unchanged",
        ]

    async def test_an_export_comes_back_unchanged(self, imports: Imports) -> None:
        await imports.take(customers(ADA))
        export = (
            "id,name,reference,email,phone,status,tags,metadata,version,created_at,created_by,updated_at,updated_by,"
            "deleted_at\n"
            "018f0000-0000-7000-8000-000000000000,Ada Lovelace,K-1,ada@example.org,+442079460958,inactive,"
            'newsletter; B2B,"{""shelf"":""A3""}",1,2026-01-01T00:00:00Z,a,2026-01-01T00:00:00Z,a,\n'
        )
        assert await imports.take(export) == ["2 unchanged"]


class TestBooks:
    ROW = '9780141439549,Middlemarch,George Eliot,1871-12,"Study\nof provincial life",en,9.99,GBP,"Fiction;Classics"'

    async def test_every_field_is_taken(self, imports: Imports) -> None:
        assert await imports.take(books(self.ROW)) == ["2 created"]
        book = only_book(imports)
        assert (book.title, book.author, book.isbn.value) == ("Middlemarch", "George Eliot", "9780141439549")
        assert book.published_date is not None
        assert (book.published_date.value, book.description) == ("1871-12", "Study\nof provincial life")
        assert book.price is not None
        assert str(book.price) == "9.99 GBP"
        assert (book.language, book.categories) == ("en", ("Fiction", "Classics"))

    async def test_a_second_run_changes_nothing_in_either_form_of_the_number(self, imports: Imports) -> None:
        await imports.take(books(self.ROW))
        before = imports.store.watermark
        assert await imports.take(books(self.ROW)) == ["2 unchanged"]
        assert await imports.take(books(self.ROW.replace("9780141439549", "0-14-143954-8"))) == ["2 unchanged"]
        assert imports.store.watermark == before

    async def test_a_price_list_changes_prices_and_nothing_else(self, imports: Imports) -> None:
        await imports.take(books(self.ROW))
        prices = f"isbn,price\n9780141439549,10.50\n{isbn(1)},5\n"
        assert await imports.take(prices, currency="EUR") == ["2 updated", "3 required"]
        assert imports.messages == ["title is required of a new book; author is required of a new book"]
        assert only_book(imports).title == "Middlemarch"
        assert str(only_book(imports).price) == "10.50 EUR"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (("9780141439549", "9780141439540"), "isbn-checksum"),
            (("9780141439549", ""), "isbn-length"),
            (("Middlemarch", ""), "blank"),
            (("Middlemarch", "x" * 256), "too-long"),
            (("1871-12", "1871-13"), "invalid-date"),
            (("1871-12", "December"), "invalid-date"),
            ((",en,", ",english,"), "invalid-language"),
            (("9.99", "-9.99"), "negative"),
            (("9.99", "9,99"), "too-many-columns"),
            (("9.99", "a lot"), "not-a-decimal"),
            (("GBP", "gbp"), "unknown-currency"),
            (("GBP", ""), "currency-missing"),
        ],
    )
    async def test_what_cannot_be_kept_is_refused_with_its_reason(
        self, imports: Imports, change: tuple[str, str], code: str
    ) -> None:
        assert await imports.take(books(self.ROW.replace(*change))) == [f"2 {code}"]
        assert not imports.store.books

    async def test_a_decimal_comma_between_semicolons(self, imports: Imports) -> None:
        assert await imports.take(f"isbn;title;author;price;currency\n{isbn(1)};A;B;9,99;EUR\n") == ["2 not-a-decimal"]

    async def test_a_book_without_a_price_needs_no_currency(self, imports: Imports) -> None:
        assert await imports.take(f"isbn,title,author,price\n{isbn(1)},A,B,\n") == ["2 created"]
        assert only_book(imports).price is None


class TestModes:
    FILE = "reference,name\nK-1,Ada King\nK-2,Bob\n"

    @pytest.mark.parametrize(
        ("mode", "verdicts", "kept"),
        [
            (Mode.UPSERT, ["2 updated", "3 created"], {"K-1": "Ada King", "K-2": "Bob"}),
            (Mode.CREATE, ["2 already-exists", "3 created"], {"K-1": "Ada", "K-2": "Bob"}),
            (Mode.UPDATE, ["2 updated", "3 not-found"], {"K-1": "Ada King"}),
        ],
    )
    async def test_what_each_mode_makes_and_changes(
        self, imports: Imports, mode: Mode, verdicts: list[str], kept: dict[str, str]
    ) -> None:
        await imports.take("reference,name\nK-1,Ada\n")
        assert await imports.take(self.FILE, mode=mode) == verdicts
        assert names(imports) == kept
        assert (await imports.take(self.FILE, mode=mode))[1:] == [
            {"3 created": "3 unchanged"}.get(verdicts[1], verdicts[1])
        ]


class TestDryRun:
    FILE = (
        "reference,name,email\nK-1,Ada,a@example.org\nK-2,,a@example.org\nK-1,Ada King,a@example.org\nK-1,Ada King,\n"
    )

    async def test_it_writes_nothing_and_says_the_same(self, imports: Imports) -> None:
        trial = await imports.take(self.FILE, dry_run=True)
        assert imports.store.watermark == 0
        assert not imports.store.customers
        assert imports.summary.dry_run
        stored = imports.summary.stored
        assert await imports.take(self.FILE) == trial
        assert trial == ["2 created", "3 email-exists", "4 updated", "5 updated"]
        assert imports.summary.stored == stored == {"customers": 1}

    async def test_it_commits_no_unit_of_work(self, imports: Imports) -> None:
        imports.units = meddling = MeddlingUnits(imports.units, [])
        await imports.take(self.FILE, dry_run=True)
        assert meddling.commits == 0


class TestRaces:
    async def test_whoever_was_faster_with_the_same_is_no_fault(self, imports: Imports) -> None:
        other = a_customer(name="Ada", reference="K-1")
        imports.units = self.late(imports, lambda uow: uow.customers.add(other))
        assert await imports.take("reference,name\nK-1,Ada\nK-2,Bob\nK-3,Eve\n") == [
            "2 unchanged",
            "3 created",
            "4 created",
        ]
        assert names(imports) == {"K-1": "Ada", "K-2": "Bob", "K-3": "Eve"}

    async def test_whoever_took_the_address_costs_one_row_only(self, imports: Imports) -> None:
        other = a_customer(name="Eve", email="ada@example.org")
        imports.units = self.late(imports, lambda uow: uow.customers.add(other))
        found = await imports.take("reference,email\nK-1,ada@example.org\nK-2,b@example.org\n")
        assert found == ["2 email-exists", "3 created"]
        assert imports.summary.stored == {"customers": 1}

    async def test_a_change_in_between_is_not_lost(self, imports: Imports) -> None:
        await imports.take("reference,name\nK-1,Ada\nK-2,Bob\n")
        ada = next(one for one in imports.store.customers.values() if one.details.reference == "K-1")

        def renamed(uow: Any) -> None:
            uow.customers.save(ada.delete(at=ada.lifecycle.created_at, by="eve")[0])

        imports.units = self.late(imports, renamed)
        # The customer was put away while the batch was under way, so the number belongs to nobody living.
        assert await imports.take("reference,name\nK-1,Ada King\nK-2,Bobby\n") == ["2 created", "3 updated"]

    @staticmethod
    def late(imports: Imports, change: Any) -> MeddlingUnits:
        units = imports.units

        async def somebody() -> None:
            async with units(CALLER) as uow:
                change(uow)
                await uow.commit()

        return MeddlingUnits(units, [somebody])


async def test_a_book_may_come_with_all_that_a_shop_shows(imports: Imports) -> None:
    header = "isbn,title,author,subtitle,publisher,edition,format,pages,series,series_position,availability,authors"
    credits_cell = '"[{""name"": ""Leo Tolstoy""}, {""name"": ""A. Briggs"", ""role"": ""translator"", ""id"": ""x""}]"'
    line = f"{ISBN},War and Peace,Tolstoy,A novel,Penguin,2nd,paperback,1392,Classics,2.0,in_stock,{credits_cell}"
    assert await imports.take(f"{header}\n{line}\n") == ["2 created"]
    (book,) = imports.store.books.values()
    details = book.details
    assert (details.subtitle, details.publisher, details.edition) == ("A novel", "Penguin", "2nd")
    assert (details.format, details.pages, details.availability) == ("paperback", 1392, "in_stock")
    assert (details.series, details.series_position) == ("Classics", "2")
    assert [(one.name, one.role) for one in details.authors] == [("Leo Tolstoy", "author"), ("A. Briggs", "translator")]
    assert await imports.take(f"{header}\n{line}\n") == ["2 unchanged"]
    assert await imports.take(f"isbn,authors\n{ISBN},Leo Tolstoy; Anthony Briggs\n") == ["2 updated"]
    (book,) = imports.store.books.values()
    assert ([one.name for one in book.details.authors], book.details.author) == (
        ["Leo Tolstoy", "Anthony Briggs"],
        "Tolstoy",
    )
    assert await imports.take(f"isbn,pages,series\n{ISBN},,\n") == ["2 series-missing"]
    assert await imports.take(f"isbn,pages,series,series_position\n{ISBN},,,\n") == ["2 updated"]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("format", "scroll", "not-an-option"),
        ("availability", "soon", "not-an-option"),
        ("pages", "many", "not-a-whole-number"),
        ("pages", "0", "out-of-range"),
        ("series_position", "2", "series-missing"),
        ("authors", "[1", "invalid-json"),
        ("authors", '"[{""name"": ""x"", ""role"": ""friend""}]"', "invalid-json"),
        ("authors", "A; A", "repeated"),
    ],
)
async def test_a_cell_of_a_book_that_cannot_be_kept(imports: Imports, column: str, cell: str, code: str) -> None:
    assert await imports.take(f"isbn,title,author,{column}\n{ISBN},T,A,{cell}\n") == [f"2 {code}"]


async def test_an_author_who_is_renamed_between_two_batches_is_looked_up_again(imports: Imports) -> None:
    directory, clock = AuthorDirectory(), SystemClock()
    service = ImportService(units=imports.units, clock=clock, ids=Uuid7Generator(clock), directory=directory)

    async def take(number: int) -> list[str]:
        file = source(f"isbn,title,author\n{isbn(number).value},T,George Eliot\n")
        run = service.start(file, ImportOptions(), Caller("bob"))
        return [one.verdict for verdicts in [part async for part in run] for one in verdicts]

    assert await take(1) == ["created"]
    (eliot,) = imports.store.authors.values()
    async with imports.units(Caller("eve")) as uow:
        details = replace(eliot.details, name="Mary Ann Evans")
        uow.authors.rename(eliot.edit(details, at=eliot.lifecycle.created_at, by="eve")[0])
        await uow.commit()
    assert directory.find("George Eliot") is not None
    assert await take(2) == ["created"]
    assert sorted(one.details.name for one in imports.store.authors.values()) == ["George Eliot", "Mary Ann Evans"]


async def test_more_rows_than_a_batch(imports: Imports) -> None:
    rows = 1_234
    file = "isbn,title,author\n" + "".join(f"{isbn(n)},Title {n},Author\n" for n in range(rows))
    imports.units = meddling = MeddlingUnits(imports.units, [])
    assert await imports.take(file) == [f"{n} created" for n in range(2, rows + 2)]
    assert meddling.commits == 3
    assert len(imports.store.books) == rows
    assert imports.summary.rows == imports.summary.created == rows


async def test_money_is_compared_and_not_its_spelling(imports: Imports) -> None:
    await imports.take(f"isbn,title,author,price,currency\n{isbn(1)},A,B,9.9,EUR\n")
    assert await imports.take(f"isbn,title,author,price,currency\n{isbn(1)},A,B,9.9000,EUR\n") == ["2 unchanged"]
    price = only_book(imports).price
    assert price is not None
    assert price == Money.of(price.amount, "EUR")
