"""The formats that a file may have, told apart by the names of its columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from application.imports.daybook_csv import read_books, read_customers, read_orders, read_returns
from application.imports.goodbooks import read_goodbooks
from application.imports.models import ImportOptions
from application.imports.online_retail import ALIASES, read_online_retail
from application.imports.records import Header
from application.imports.rows import ReadRow
from domain.shared.errors import Invalid


class UnknownFormat(Invalid):
    """The columns are of no known format, or not of the one that was named."""

    code = "unknown-format"


class Kind(StrEnum):
    """What the rows of a format are of."""

    CUSTOMERS = "customers"
    BOOKS = "books"
    SALES = "sales"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: the columns it must have, those it may have, and those that it may have and that are not read.

    Of `any_of` it must have at least one. `lenient` formats are other people's: whatever else they hold is not read.
    `fields` gives the column that a field of a command comes from, where the names differ. A format that
    `makes_customers` knows them by nothing but the reference on their orders.
    """

    name: str
    about: str
    kind: Kind
    read: Callable[[Mapping[str, int], ImportOptions], ReadRow]
    required: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    lenient: bool = False
    makes_customers: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def columns(self, header: Header) -> dict[str, int]:
        """The place of each column by its name in lower case. Raises UnknownFormat that says what does not fit."""
        columns: dict[str, int] = {}
        for place, given in enumerate(header.names):
            name = self.aliases.get(given.lower(), given.lower())
            if name in columns:
                raise UnknownFormat.because("repeated-column", f"the header names the column {given} twice")
            columns[name] = place
        missing = [name for name in self.required if name not in columns]
        if self.any_of and not any(name in columns for name in self.any_of):
            missing.append(" or ".join(self.any_of))
        known = {*self.required, *self.optional, *self.unread}
        unknown = [name for name in columns if name not in known] if not self.lenient else []
        if missing or unknown:
            told = [f"misses {', '.join(missing)}"] if missing else []
            told += [f"has unknown {', '.join(unknown) or '(a column without a name)'}"] if unknown else []
            raise UnknownFormat.because("unknown-format", f"for {self.name} the header {' and '.join(told)}")
        return columns


_ROW_KEEPING = tuple("id version created_at created_by updated_at updated_by deleted_at erased_at".split())

FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format(
            name="goodbooks",
            about="books of goodbooks-10k (Goodreads)",
            kind=Kind.BOOKS,
            read=read_goodbooks,
            required=("goodreads_book_id", "isbn", "authors", "original_publication_year", "title", "language_code"),
            lenient=True,
            fields={"author": "authors", "published_date": "original_publication_year", "language": "language_code"},
        ),
        Format(
            name="online-retail",
            about="invoice lines of UCI Online Retail, C invoices as returns",
            kind=Kind.SALES,
            read=read_online_retail,
            required=tuple("invoiceno stockcode description quantity invoicedate unitprice customerid country".split()),
            lenient=True,
            makes_customers=True,
            aliases=ALIASES,
            fields={
                "sku": "StockCode",
                "unit_price": "UnitPrice",
                "placed_at": "InvoiceDate",
                "customer": "CustomerID",
                "invoice": "InvoiceNo",
                "quantity": "Quantity",
                "description": "Description",
            },
        ),
        Format(
            name="returns",
            about="Daybook's returns, one row a line",
            kind=Kind.SALES,
            read=read_returns,
            required=("reference", "returned_at", "quantity"),
            optional=("channel", "customer", "currency", "order", "line", "sku", "description", "unit_price"),
        ),
        Format(
            name="orders",
            about="Daybook's orders, one row a line",
            kind=Kind.SALES,
            read=read_orders,
            required=("reference", "placed_at", "sku", "quantity", "unit_price"),
            optional=("channel", "customer", "currency", "status", "tax", "shipping", "description", "discount"),
        ),
        Format(
            name="books",
            about="Daybook's books",
            kind=Kind.BOOKS,
            read=read_books,
            required=("isbn",),
            optional=(
                *("title", "author", "published_date", "description", "language", "price", "currency"),
                *("categories", "subtitle", "publisher", "edition", "format", "pages", "series", "series_position"),
                *("availability", "authors"),
            ),
            unread=("isbn10", "rating.count", "rating.average", *_ROW_KEEPING),
        ),
        Format(
            name="customers",
            about="Daybook's customers",
            kind=Kind.CUSTOMERS,
            read=read_customers,
            any_of=("reference", "email"),
            optional=("reference", "email", "name", "phone", "status", "tags", "metadata"),
            unread=_ROW_KEEPING,
        ),
    )
}


def find_format(name: str | None, header: Header) -> tuple[Format, dict[str, int]]:
    """The format of this name, or the first whose columns the header has, with the place of each column.

    Raises UnknownFormat, which names the known ones.
    """
    if name is not None:
        if name not in FORMATS:
            raise UnknownFormat.because("unknown-format", f"there is no format {name}; there are: {', '.join(FORMATS)}")
        return FORMATS[name], FORMATS[name].columns(header)
    for one in FORMATS.values():
        try:
            return one, one.columns(header)
        except UnknownFormat:
            continue
    raise UnknownFormat.because("unknown-format", _guidance(header))


def _guidance(header: Header) -> str:
    lines = [f"the columns {', '.join(header.names)} are of no known format. Known are:"]
    for one in FORMATS.values():
        must = ", ".join(one.required) or " or ".join(one.any_of)
        may = f"; may have {', '.join(one.optional)}" if one.optional else ""
        lines.append(f"  {one.name} ({one.about}): {must}{may}")
    return "\n".join(lines)
