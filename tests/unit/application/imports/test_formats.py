"""Formats are told from their columns, and an unknown one is told what there is."""

from typing import Any

import pytest

from application.imports.formats import FORMATS, UnknownFormat, find_format
from application.imports.models import ImportOptions
from application.imports.records import Header
from domain.shared.errors import Invalid
from tests.support.importing import Imports

GOODBOOKS = "book_id,goodreads_book_id,isbn,authors,original_publication_year,title,language_code,ratings_1"
ONLINE_RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def header(text: str) -> Header:
    return Header(tuple(text.split(",")), ",")


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (GOODBOOKS, "goodbooks"),
        (ONLINE_RETAIL, "online-retail"),
        ("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country", "online-retail"),
        ("reference,placed_at,sku,quantity,unit_price", "orders"),
        ("Reference,PLACED_AT,sku,quantity,unit_price,discount,currency", "orders"),
        ("reference,returned_at,order,line,quantity", "returns"),
        ("isbn,title,author", "books"),
        ("isbn,price,currency", "books"),
        ("reference,name", "customers"),
        ("email", "customers"),
    ],
)
def test_a_format_is_told_from_the_names_of_its_columns(columns: str, name: str) -> None:
    assert find_format(None, header(columns))[0].name == name


def test_an_export_of_books_or_customers_is_known_again() -> None:
    book = (
        "id,title,author,isbn,isbn10,published_date,description,language,price,currency,categories,version,created_at,"
        "created_by,updated_at,updated_by,deleted_at"
    )
    customer = (
        "id,name,reference,email,phone,status,tags,metadata,version,created_at,created_by,updated_at,updated_by,"
        "deleted_at,erased_at"
    )
    assert find_format(None, header(book))[0].name == "books"
    assert find_format(None, header(customer))[0].name == "customers"


def test_an_unknown_header_is_told_all_formats() -> None:
    with pytest.raises(UnknownFormat) as caught:
        find_format(None, header("one,two"))
    assert "one, two" in caught.value.detail
    for name, one in FORMATS.items():
        assert name in caught.value.detail
        assert ", ".join(one.required) in caught.value.detail


def test_a_named_format_says_what_does_not_fit() -> None:
    with pytest.raises(UnknownFormat) as caught:
        find_format("orders", header("reference,placed_at,sku,quantty,unit_price"))
    assert caught.value.detail.endswith("for orders the header misses quantity and has unknown quantty")


def test_a_format_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownFormat, match="no format marc"):
        find_format("marc", header("isbn"))


def test_a_column_that_is_there_twice_is_refused() -> None:
    with pytest.raises(UnknownFormat, match="twice"):
        find_format("books", header("isbn,title,Title"))


def test_a_column_without_a_name_is_refused_where_all_are_read() -> None:
    with pytest.raises(UnknownFormat, match="without a name"):
        find_format("books", header("isbn,title,"))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"tz": "Mars/Olympus"}, "unknown-time-zone"),
        ({"tz": "../../etc/passwd"}, "unknown-time-zone"),
        ({"tz": ""}, "unknown-time-zone"),
        ({"currency": "XXX"}, "unknown-currency"),
        ({"channel": " "}, "blank"),
    ],
)
async def test_bad_options_are_refused_before_anything_is_read(
    imports: Imports, options: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        ImportOptions(**options).checked()
    assert [one.code for one in caught.value.problems] == [code]
    with pytest.raises(Invalid):
        await imports.take(f"{ONLINE_RETAIL}\n", **options)
