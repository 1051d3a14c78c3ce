"""Books of goodbooks-10k."""

from dataclasses import replace

import pytest

from application.caller import Caller
from application.imports.languages import catalogue_language
from application.imports.models import Mode
from domain.books.book import BookDetails
from tests.support.importing import Imports

HEADER = "book_id,goodreads_book_id,isbn,isbn13,authors,original_publication_year,title,language_code"


def row(
    isbn: str = "439023483",
    author: str = "Suzanne Collins",
    year: str = "2008.0",
    title: str = "The Hunger Games",
    language: str = "eng",
) -> str:
    return f'{HEADER}\n1,2767052,{isbn},9.78043902348e+12,"{author}",{year},"{title}",{language}\n'


def only_book(imports: Imports) -> BookDetails:
    (book,) = imports.store.books.values()
    return book.details


async def test_a_book_gets_its_zeros_back(imports: Imports) -> None:
    assert await imports.take(row()) == ["2 created"]
    book = only_book(imports)
    assert book.isbn.value == "9780439023481"
    assert (book.title, book.author, book.language) == ("The Hunger Games", "Suzanne Collins", "en")
    assert book.published_date is not None
    assert book.published_date.value == "2008"


@pytest.mark.parametrize(("isbn", "thirteen"), [("043965548X", "9780439655484"), ("60935464", "9780060935467")])
async def test_short_and_x_ended_numbers(imports: Imports, isbn: str, thirteen: str) -> None:
    assert await imports.take(row(isbn=isbn)) == ["2 created"]
    assert only_book(imports).isbn.value == thirteen


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"isbn": ""}, "isbn-missing"),
        ({"isbn": "439023484"}, "isbn-checksum"),
        ({"isbn": "0"}, "isbn-zero"),
        ({"isbn": "12345678901"}, "isbn-length"),
        ({"year": "-720.0"}, "year-before-1"),
        ({"year": "0.0"}, "year-before-1"),
        ({"year": "10000.0"}, "invalid-date"),
        ({"year": "1997.5"}, "invalid-date"),
        ({"year": "soon"}, "invalid-date"),
        ({"title": "x" * 256}, "too-long"),
        ({"author": "x" * 256}, "too-long"),
        ({"title": " "}, "blank"),
        ({"author": ""}, "blank"),
    ],
)
async def test_what_cannot_be_kept_is_refused_with_its_reason(
    imports: Imports, change: dict[str, str], code: str
) -> None:
    assert await imports.take(row(**change)) == [f"2 {code}"]
    assert not imports.store.books


async def test_a_message_names_the_columns_of_the_file(imports: Imports) -> None:
    await imports.take(row(isbn="439023484", year="-720.0"))
    assert imports.messages == [
        (
            "isbn has a wrong check digit: look for a mistyped digit; "
            "original_publication_year is -720: years before 1 cannot be kept as a date"
        )
    ]


async def test_a_year_of_three_digits_is_a_year(imports: Imports) -> None:
    await imports.take(row(year="975.0"))
    published = only_book(imports).published_date
    assert published is not None
    assert published.value == "0975"


async def test_a_missing_year_and_language_are_no_fault_and_take_nothing_away(imports: Imports) -> None:
    assert await imports.take(row(year="", language="")) == ["2 created"]
    assert only_book(imports).published_date is None
    assert only_book(imports).language is None
    await imports.take(row())
    assert await imports.take(row(year="", language="")) == ["2 unchanged"]
    assert only_book(imports).language == "en"


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("eng", "en"),
        ("en-US", "en-US"),
        ("EN-gb", "en-GB"),
        ("fre", "fr"),
        ("fra", "fr"),
        ("spa", "es"),
        ("nl", "nl"),
        ("msa", "ms"),
        ("fil", "fil"),
        ("zh_TW", "zh-TW"),
        ("mul", None),
        ("und", None),
        ("??", None),
        ("english", None),
    ],
)
def test_language_codes_of_libraries(code: str, tag: str | None) -> None:
    assert catalogue_language(code) == tag


def names_in(imports: Imports) -> list[str]:
    return [one.name for one in only_book(imports).authors]


@pytest.mark.parametrize(
    ("credit", "names"),
    [
        ("J.K. Rowling, Mary GrandPré", ["J.K. Rowling", "Mary GrandPré"]),
        ("Henry Louis Gates, Jr., Nellie Y. McKay", ["Henry Louis Gates, Jr.", "Nellie Y. McKay"]),
        ("A, A", ["A"]),
        ("Jr.", ["Jr."]),
        ("Orson Scott Card,", ["Orson Scott Card,"]),
    ],
)
async def test_several_authors_become_one_each(imports: Imports, credit: str, names: list[str]) -> None:
    assert await imports.take(row(author=credit)) == ["2 created"]
    assert (only_book(imports).author, names_in(imports)) == (credit, names)
    assert imports.summary.stored == {"authors": len(names), "books": 1}


async def test_whom_the_catalogue_means_by_a_printed_name_stays(imports: Imports) -> None:
    await imports.take(row(author="J.K. Rowling, Mary GrandPré"))
    rowling = next(one for one in imports.store.authors.values() if one.key == "j k rowling")
    async with imports.units(Caller("bob")) as uow:
        details = replace(rowling.details, name="Joanne Murray")
        uow.authors.rename(rowling.edit(details, at=rowling.lifecycle.created_at, by="bob")[0])
        await uow.commit()
    assert await imports.take(row(author="J.K. Rowling, Mary GrandPré")) == ["2 unchanged"]
    assert names_in(imports) == ["Joanne Murray", "Mary GrandPré"]
    assert await imports.take(row(author="J.K. Rowling")) == ["2 updated"]
    assert (names_in(imports), len(imports.store.authors)) == (["J.K. Rowling"], 3)


async def test_a_refused_row_makes_no_author(imports: Imports) -> None:
    assert await imports.take(row(author="Nobody", title="x" * 256)) == ["2 too-long"]
    await imports.take(row())
    assert await imports.take(row(author="Somebody Else"), mode=Mode.CREATE) == ["2 already-exists"]
    assert [one.details.name for one in imports.store.authors.values()] == ["Suzanne Collins"]
