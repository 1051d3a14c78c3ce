"""`daybook books`."""

from typing import Annotated, Final
from uuid import UUID

from cyclopts import App, Parameter
from msgspec.structs import replace

from application.books.batch_models import MOST_ROWS, BookBatchResult, BookBatchRows
from application.books.models import BOOK_LIST, BookCreate, BookResponse, BookUpdate
from domain.books.book import Availability, BookFormat
from entrypoints.cli.events import history_of
from entrypoints.cli.exits import FAILURE, OK
from entrypoints.cli.inputs import (
    CursorOption,
    DateOption,
    DeletedOption,
    FieldsOption,
    IdArgument,
    JsonOption,
    LimitOption,
    PriceOption,
    QueryOption,
    SortOption,
    TotalOption,
    UnsetOption,
    command,
    listing,
    money,
    only,
    read_lines,
    whole_number,
)
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, use
from entrypoints.services import Services

app = App(name="books", help="Books: what the catalogue holds.")
app.command(history_of("books", "a book", lambda services, key: services.books.get(key, include_deleted=True)))
_BATCH_COLUMNS: Final = ("row", "verdict", "id", "version", "problem.code", "problem.detail")
_VERDICTS: Final = ("created", "updated", "unchanged", "refused")
_COLUMNS: Final = ("id", "isbn", "title", "author", "published_date", "price", "currency")
BookFormatOption = Annotated[
    str | None, Parameter(help=f"How it is sold: {', '.join(BookFormat)}. (--format is how the answer is shown.)")
]
PagesOption = Annotated[int | None, Parameter(converter=whole_number, help="How many.")]
PositionOption = Annotated[str | None, Parameter(help="The place in the series, such as 2 or 0.5.")]
AvailabilityOption = Annotated[str | None, Parameter(help=f"Whether it can be had: {', '.join(Availability)}.")]
AuthorIdOption = Annotated[
    tuple[UUID, ...],
    Parameter(negative="", help="An author of the catalogue; may be repeated. Other roles are given in --json."),
]
Category = Annotated[tuple[str, ...], Parameter(negative="", help="A category; may be repeated.")]

_RESOURCE: Final = Resource(
    group=app,
    one="book",
    service=lambda services: services.books,
    model=BookResponse,
    spec=BOOK_LIST,
    columns=_COLUMNS,
)


@app.command(name="list")
def list_books(
    *,
    q: QueryOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    include_deleted: DeletedOption = False,
    total: TotalOption = False,
    book_format: BookFormatOption = None,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
    **filters: str,
) -> None:
    """One page of books.

    $ daybook books list --q "george eliot"
    $ daybook books list --language en --sort -published_date --limit 5
    $ daybook books list "--created_at[gte]=2026-01-01T00:00:00Z" --format csv

    Filters are those of the HTTP API: --author, --author_id, --category, --language, --publisher, --series,
    --availability, --published_date, --created_at, --updated_at, the last three also with [gte], [gt], [lte] and [lt].
    That of `format` is --book-format, since --format is how the answer is shown.
    """
    if book_format is not None:
        filters = {**filters, "format": book_format}
    asked = listing(
        BOOK_LIST, filters, q=q, sort=sort, limit=limit, cursor=cursor, include_deleted=include_deleted, total=total
    )
    show(use(lambda services: services.books.list(asked)), format, columns=_COLUMNS, fields=only(BookResponse, fields))


@app.command
def get(
    book: Annotated[str, Parameter(help="Its id, or its ISBN in either form.")],
    /,
    *,
    include_deleted: DeletedOption = False,
    fields: FieldsOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One book, by its id or its ISBN.

    $ daybook books get 978-0-14-143954-9
    $ daybook books get 01997f43-8c00-7000-8000-0123456789ab --format json
    """
    try:
        book_id = UUID(book) if len(book) == 36 else None
    except ValueError:
        book_id = None
    if book_id is not None:
        show(
            use(lambda services: services.books.get(book_id, include_deleted=include_deleted)),
            format,
            fields=only(BookResponse, fields),
        )
    else:
        show(use(lambda services: services.books.get_by_isbn(book)), format, fields=only(BookResponse, fields))


@app.command
def create(
    *,
    title: str | None = None,
    author: str | None = None,
    isbn: str | None = None,
    published_date: DateOption = None,
    description: str | None = None,
    language: str | None = None,
    price: PriceOption = None,
    category: Category = (),
    author_id: AuthorIdOption = (),
    subtitle: str | None = None,
    publisher: str | None = None,
    edition: str | None = None,
    book_format: BookFormatOption = None,
    pages: PagesOption = None,
    series: str | None = None,
    series_position: PositionOption = None,
    availability: AvailabilityOption = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Adds a book to the catalogue.

    $ daybook books create --title Middlemarch --author "George Eliot" --isbn 978-0-14-143954-9 --price "9.99 GBP"
    $ daybook books create --json book.json
    """
    fields = {
        "title": title,
        "author": author,
        "isbn": isbn,
        "published_date": published_date,
        "description": description,
        "language": language,
        "price": money(price),
        "categories": list(category) or None,
        "author_ids": [str(one) for one in author_id] or None,
        "subtitle": subtitle,
        "publisher": publisher,
        "edition": edition,
        "format": book_format,
        "pages": pages,
        "series": series,
        "series_position": series_position,
        "availability": availability,
    }
    new = command(BookCreate, json, fields)
    show(use(lambda services: services.books.create(new, CALLER)), format)


@app.command
def update(
    book_id: IdArgument,
    /,
    *,
    title: str | None = None,
    author: str | None = None,
    isbn: str | None = None,
    published_date: DateOption = None,
    description: str | None = None,
    language: str | None = None,
    price: PriceOption = None,
    category: Category = (),
    author_id: AuthorIdOption = (),
    subtitle: str | None = None,
    publisher: str | None = None,
    edition: str | None = None,
    book_format: BookFormatOption = None,
    pages: PagesOption = None,
    series: str | None = None,
    series_position: PositionOption = None,
    availability: AvailabilityOption = None,
    unset: UnsetOption = (),
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Changes the fields that are given and leaves the others.

    $ daybook books update 01997f43-8c00-7000-8000-0123456789ab --price "7.99 GBP"
    $ daybook books update 01997f43-8c00-7000-8000-0123456789ab --unset description
    """
    fields = {
        "title": title,
        "author": author,
        "isbn": isbn,
        "published_date": published_date,
        "description": description,
        "language": language,
        "price": money(price),
        "categories": list(category) or None,
        "author_ids": [str(one) for one in author_id] or None,
        "subtitle": subtitle,
        "publisher": publisher,
        "edition": edition,
        "format": book_format,
        "pages": pages,
        "series": series,
        "series_position": series_position,
        "availability": availability,
    }
    changes = command(BookUpdate, json, fields, unset)
    show(use(lambda services: services.books.update(book_id, changes, CALLER, version=version)), format)


@app.command
def batch(
    file: Annotated[str, Parameter(allow_leading_hyphen=True, help="A file of one JSON object a line; - is stdin.")],
    /,
    *,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> int:
    r"""Creates and changes many books, 1,000 at a time, and tells of each line what became of it.

    $ daybook books batch changes.ndjson
    $ echo '{"op": "update", "id": "01997f43-8c00-7000-8000-0123456789ab", "availability": "in_stock"}' \
        | daybook books batch - --format ndjson

    A line is an object as in `rows` of POST /v1/books/batch: {"op": "create", "title": ...} or {"op": "update",
    "id": ..., ...}. Lines that are refused take no others with them; the exit code is then 1.
    """
    rows = read_lines(file)

    async def run(services: Services) -> list[BookBatchResult]:
        parts = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)]
        return [await services.book_batches.run(BookBatchRows(rows=part), CALLER) for part in parts]

    results = use(run)
    told = [replace(row, row=row.row + part * MOST_ROWS) for part, result in enumerate(results) for row in result.rows]
    show(told, format, columns=_BATCH_COLUMNS)
    counts = {name: sum(getattr(one, name) for one in results) for name in _VERDICTS}
    message(", ".join(f"{many:,} {name}" for name, many in counts.items()))
    return FAILURE if counts["refused"] else OK


_RESOURCE.deletes(
    """Puts a book away; it can be restored, and the orders of it stay.

    $ daybook books delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
)

_RESOURCE.restores(
    """Brings a deleted book back, unless its ISBN was taken in the meantime.

    $ daybook books restore 01997f43-8c00-7000-8000-0123456789ab
    """
)
