"""The SQL that runs, pinned: what a change of the code does to it is seen in review."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from adapters.postgres import authors, books, consumers, customers, events, history, idempotency
from adapters.postgres import credits as book_credits
from adapters.postgres.authors import AUTHORS
from adapters.postgres.books import BOOKS
from adapters.postgres.customers import CUSTOMERS
from adapters.postgres.events import EVENTS
from adapters.postgres.idempotency import CLAIMS
from adapters.postgres.listing import ListStatements
from adapters.postgres.order_rows import ORDERS, RETURNS
from adapters.postgres.orders import ORDER_STATEMENTS, RETURN_STATEMENTS
from adapters.postgres.statements import Statement
from adapters.postgres.writes import statement_for
from adapters.sql import tables
from application.books.models import BOOK_LIST
from application.customers.models import CUSTOMER_LIST
from application.events.models import EVENT_LIST, HISTORY_LIST
from application.listing import ListSpec, SortValue, read_listing
from application.orders.models import ORDER_LIST, RETURN_LIST
from tests.support.snapshots import assert_pinned

PINNED = Path(__file__).parent / "snapshots"

READS = [
    books._GET,
    books._GET_MANY,
    books._GET_BY_ISBN,
    books._FIND_BY_ISBNS,
    books._IDS_BY_ISBN,
    authors._GET,
    authors._FIND_BY_KEYS,
    authors._FIND_BY_IDS,
    authors._FIND_MERGED,
    customers._GET,
    customers._GET_MANY,
    customers._FIND_BY_REFERENCES,
    customers._FIND_BY_EMAILS,
    *(one for lines in (ORDER_STATEMENTS, RETURN_STATEMENTS) for one in (lines._get, lines._find, lines._lines)),
]

WRITES = [
    statement_for(shape)
    for shape in (
        ((CUSTOMERS, "add"), (EVENTS, "add")),
        ((BOOKS, "add"), (EVENTS, "add")),
        ((BOOKS, "add_many"), (EVENTS, "add_many")),
        ((AUTHORS, "add"), (BOOKS, "add"), (EVENTS, "add_many")),
        ((BOOKS, "save"), (EVENTS, "add")),
        ((BOOKS, "save_many"),),
        ((ORDERS, "add"), (EVENTS, "add")),
        ((ORDERS, "add_many"), (EVENTS, "add_many")),
        ((ORDERS, "save"), (EVENTS, "add")),
        ((ORDERS, "save"), (RETURNS, "add"), (EVENTS, "add_many")),
    )
]

CREDITS = [
    book_credits._LOCK,
    book_credits._BOOKS_OF,
    book_credits._LIVING_BOOKS,
    book_credits._LIVING_NAME,
    book_credits._ROOT,
    book_credits._FAMILY,
    book_credits._REWRITE,
]

TAKING_OVER = [
    history._BOOK_MERGE._merge,
    book_credits._RELINK,
    history._CUSTOMER_MERGE._merge,
    *history._CUSTOMER_MERGE._set_aside.values(),
    history._CUSTOMER_MERGE._put_back,
    history._ORDER_MERGE._merge,
]


def written_out(*statements: Statement | None) -> str:
    return "\n".join(f"-- {one.name}\n{one.sql}\n-- {', '.join(one.names)}\n" for one in statements if one is not None)


def test_reads_are_pinned() -> None:
    assert_pinned(PINNED / "postgres_reads.sql", written_out(*READS))


def test_writes_are_pinned() -> None:
    assert_pinned(PINNED / "postgres_writes.sql", written_out(*WRITES))


def test_what_authors_do_to_books_is_pinned() -> None:
    assert_pinned(PINNED / "postgres_credits.sql", written_out(*CREDITS))


def test_retries_and_events_are_pinned() -> None:
    following, _ = events.EVENT_STATEMENTS.page(read_listing(EVENT_LIST, [("sequence[gt]", "7")]))
    of_one, _ = events.HISTORY_STATEMENTS.page(read_listing(HISTORY_LIST, [("aggregate_id", "0" * 32)]))
    pinned = [
        statement_for(((ORDERS, "add"), (EVENTS, "add"), (CLAIMS, "add"))),
        statement_for(((ORDERS, "save"), (EVENTS, "add"), (CLAIMS, "add"))),
        idempotency._FIND,
        idempotency._FORGET_EXPIRED,
        events._ANY_WAITING,
        events._ALONE,
        events._NUMBER,
        events._TELL,
        events.LAST,
        events.REVISION,
        consumers._BEGIN,
        consumers._ADVANCE,
        consumers._POSITION,
        consumers._POSITIONS,
        following,
        of_one,
    ]
    assert_pinned(PINNED / "postgres_retries_events.sql", written_out(*pinned))


def test_taking_over_is_pinned() -> None:
    assert_pinned(PINNED / "postgres_history.sql", written_out(*TAKING_OVER))


# name, the list, its statements, what is asked for, the values of a cursor where one is given
LISTS: list[tuple[str, ListSpec, ListStatements, dict[str, str], tuple[SortValue, ...] | None]] = [
    ("books, newest first", BOOK_LIST, books._LISTS, {}, None),
    ("books, the next page", BOOK_LIST, books._LISTS, {}, ("created_at", "id")),
    (
        "books, by words, category and year",
        BOOK_LIST,
        books._LISTS,
        {"q": "a b", "category": "x", "published_date[lte]": "1900"},
        None,
    ),
    ("books, the next page of a search", BOOK_LIST, books._LISTS, {"q": "a"}, (2, "created_at", "id")),
    ("books, mixed directions", BOOK_LIST, books._LISTS, {"sort": "-published_date,title"}, ("date", "title", "id")),
    ("books, deleted ones too", BOOK_LIST, books._LISTS, {"include_deleted": "true"}, None),
    ("customers, by tag and name", CUSTOMER_LIST, customers._LISTS, {"tag": "x", "sort": "name"}, ("name", "id")),
    (
        "orders, of one customer since",
        ORDER_LIST,
        ORDER_STATEMENTS._lists,
        {"customer_id": "0" * 32, "placed_at[gte]": "2026-01-01T00:00:00Z"},
        None,
    ),
    ("returns, by channel", RETURN_LIST, RETURN_STATEMENTS._lists, {"channel": "web"}, None),
]


def test_lists_are_pinned() -> None:
    text = ""
    for name, spec, statements, parameters, after in LISTS:
        listing = replace(read_listing(spec, parameters.items()), after=after)
        text += f"-- {name}\n" + written_out(statements.page(listing)[0], statements.total(listing)[0]) + "\n"
    assert_pinned(PINNED / "postgres_lists.sql", text)


@pytest.mark.parametrize("limit", [1, 100])
def test_a_list_is_compiled_once_for_all_values_of_one_shape(limit: int) -> None:
    first, _ = books._LISTS.page(read_listing(BOOK_LIST, [("author", "a"), ("limit", "20")]))
    again, params = books._LISTS.page(read_listing(BOOK_LIST, [("author", "b"), ("limit", str(limit))]))
    assert again is first
    assert params == {"filter_0": "b", "many": limit + 1}


def test_shapes_that_nobody_asks_for_any_more_are_forgotten() -> None:
    statements = ListStatements(tables.books, books.BOOK_OUTPUT)
    times = [f"{field}[{op}]" for field in ("created_at", "updated_at") for op in ("gte", "gt", "lte", "lt")]
    shapes = [given for many in range(len(times) + 1) for given in combinations(times, many)]
    assert len(shapes) == 256
    for sort in ("title", "author"):
        for given in shapes:
            named = [*((name, "2026-01-01T00:00:00Z") for name in given), ("sort", sort)]
            statements.page(read_listing(BOOK_LIST, named))
    assert statements._page.cache_info().misses == 512
    assert statements._page.cache_info().currsize == 256
