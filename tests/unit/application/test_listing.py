import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.books.models import BOOK_LIST, BookResponse
from application.customers.models import CUSTOMER_LIST, CustomerRead
from application.errors import BadQuery
from application.listing import Filter, Listing, ListSpec, Page, SortKey, listed, read_listing
from application.orders.models import ORDER_LIST, RETURN_LIST
from domain.customers.customer import CustomerStatus
from domain.orders.order import OrderStatus
from domain.shared.search import Term
from tests.support.builders import MORNING, a_book, a_customer, new_id


def asked(spec: ListSpec, **parameters: str) -> Listing:
    return read_listing(spec, parameters.items())


def refused(spec: ListSpec, *parameters: tuple[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(BadQuery) as caught:
        read_listing(spec, parameters)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def cursor(spec: ListSpec, item: CustomerRead | BookResponse, **parameters: str) -> str:
    found = listed(spec, asked(spec, **parameters), Page(items=[item], has_more=True)).next_cursor
    assert found is not None
    return found


def test_nothing_asked_is_the_first_page_newest_first() -> None:
    assert asked(CUSTOMER_LIST) == Listing(sort=(SortKey("created_at", True), SortKey("id", True)), limit=20)
    assert asked(ORDER_LIST).sort == (SortKey("placed_at", True), SortKey("id", True))
    assert asked(RETURN_LIST).sort == (SortKey("returned_at", True), SortKey("id", True))


def test_every_parameter_is_read() -> None:
    listing = read_listing(
        CUSTOMER_LIST,
        [
            ("q", "Żółć ADA"),
            ("status", "inactive"),
            ("email", " ADA@example.org"),
            ("tag", " Cafe\u0301 "),
            ("created_at[gte]", "2026-03-01T10:00:00+01:00"),
            ("created_at[lt]", "2026-03-01T09:00:00.000001Z"),
            ("sort", "-name,reference"),
            ("limit", "5"),
            ("include", "total"),
            ("include_deleted", "true"),
        ],
    )
    assert listing == Listing(
        words=("ada", "zolc"),
        terms=(Term("ada", prefix=False), Term("zolc", prefix=False)),
        filters=(
            Filter("status", "eq", CustomerStatus.INACTIVE),
            Filter("email", "eq", "ada@example.org"),
            Filter("tag", "eq", "Café"),
            Filter("created_at", "gte", MORNING),
            Filter("created_at", "lt", MORNING.replace(microsecond=1)),
        ),
        sort=(SortKey("name", True), SortKey("reference"), SortKey("id")),
        limit=5,
        include_deleted=True,
        count=True,
    )
    assert all(one.value.tzinfo is UTC for one in listing.filters if isinstance(one.value, datetime))


def test_orders_are_filtered_by_what_they_have() -> None:
    customer_id = new_id()
    listing = asked(
        ORDER_LIST, customer_id=str(customer_id), status="cancelled", currency="EUR", expand="lines,customer"
    )
    assert {(one.field, one.value) for one in listing.filters} == {
        ("customer_id", customer_id),
        ("status", OrderStatus.CANCELLED),
        ("currency", "EUR"),
    }
    assert listing.expand == {"lines", "customer"}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("published_date", "1815", "1815"),
        ("published_date[gte]", "1815", "1815"),
        ("published_date[lt]", "1815", "1815"),
        ("published_date[lte]", "1815", "1815-12-31"),
        ("published_date[gt]", "1815-02", "1815-02-31"),
        ("language", "PT-br", "pt-BR"),
    ],
)
def test_a_span_is_bounded_by_its_last_day(name: str, text: str, value: str) -> None:
    (found,) = read_listing(BOOK_LIST, [(name, text)]).filters
    assert found.value == value


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("100", 100), ("101", 100), ("999999999", 100), ("007", 7)])
def test_a_limit_is_at_most_a_hundred(text: str, limit: int) -> None:
    assert asked(BOOK_LIST, limit=text).limit == limit


@pytest.mark.parametrize("text", ["", "0", "-1", "+5", "1.5", "ten", "1e2", " 5", "５", "1" * 10])
def test_what_is_no_limit_is_refused(text: str) -> None:
    assert refused(BOOK_LIST, ("limit", text)) == [("limit", "bad-limit")]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("title", ["title", "id"]),
        ("-title", ["-title", "-id"]),
        ("title,-author", ["title", "-author", "-id"]),
        ("-id", ["-id"]),
        ("id,title", ["id"]),
        ("title,id,author", ["title", "id"]),
        ("title,author,isbn", ["title", "author", "isbn", "id"]),
    ],
)
def test_every_sort_ends_with_the_id(text: str, keys: list[str]) -> None:
    found = [f"-{key.field}" if key.descending else key.field for key in asked(BOOK_LIST, sort=text).sort]
    assert found == keys


@pytest.mark.parametrize("text", ["", "price", "--title", "title,", "title,title", "title,-title", "Title", "a,b,c,d"])
def test_what_is_no_sort_is_refused(text: str) -> None:
    assert refused(BOOK_LIST, ("sort", text)) == [("sort", "bad-sort")]
    assert refused(BOOK_LIST, ("sort", "title,author,isbn,created_at")) == [("sort", "bad-sort")]


@pytest.mark.parametrize(
    ("spec", "name", "text", "code"),
    [
        (BOOK_LIST, "page", "2", "unknown-parameter"),
        (BOOK_LIST, "Author", "x", "unknown-parameter"),
        (BOOK_LIST, "author[gte]", "x", "unknown-parameter"),
        (BOOK_LIST, "created_at[ge]", "x", "unknown-parameter"),
        (BOOK_LIST, "created_at[gte", "x", "unknown-parameter"),
        (BOOK_LIST, "expand", "lines", "unknown-parameter"),
        (ORDER_LIST, "q", "x", "unknown-parameter"),
        (ORDER_LIST, "include_deleted", "true", "unknown-parameter"),
        (BOOK_LIST, "include", "count", "unknown-include"),
        (BOOK_LIST, "include_deleted", "1", "bad-value"),
        (BOOK_LIST, "include_deleted", "True", "bad-value"),
        (ORDER_LIST, "expand", "", "unknown-expansion"),
        (ORDER_LIST, "expand", "lines,moon", "unknown-expansion"),
        (ORDER_LIST, "status", "Placed", "bad-value"),
        (ORDER_LIST, "customer_id", "42", "bad-value"),
        (ORDER_LIST, "customer_id", "{019543d2-7a00-7000-8000-000000000000}", "bad-value"),
        (ORDER_LIST, "currency", "eur", "unknown-currency"),
        (ORDER_LIST, "placed_at[gte]", "2026-01-31", "bad-value"),
        (ORDER_LIST, "placed_at[gte]", "2026-01-31T12:00:00", "bad-value"),
        (ORDER_LIST, "placed_at[gte]", "2026-02-30T12:00:00Z", "bad-value"),
        (ORDER_LIST, "placed_at[gte]", "0001-01-01T00:00:00+14:00", "bad-value"),
        (ORDER_LIST, "placed_at[lt]", "9999-12-31T23:59:59-14:00", "bad-value"),
        (ORDER_LIST, "placed_at[lt]", "10000-01-01T00:00:00Z", "bad-value"),
        (CUSTOMER_LIST, "email", "ada", "invalid-email"),
        (CUSTOMER_LIST, "phone", "555", "invalid-phone"),
        (CUSTOMER_LIST, "q", "a\x00b", "control-character"),
        (BOOK_LIST, "language", "english!", "invalid-language"),
        (BOOK_LIST, "published_date[lte]", "1815-13", "invalid-date"),
    ],
)
def test_what_cannot_be_asked_is_refused(spec: ListSpec, name: str, text: str, code: str) -> None:
    assert refused(spec, (name, text)) == [(name, code)]


def test_messages_say_what_to_do() -> None:
    with pytest.raises(BadQuery) as caught:
        read_listing(
            ORDER_LIST, [("status", "x"), ("customer_id", "x"), ("placed_at", "x"), ("expand", "x"), ("sort", "x")]
        )
    told = {problem.pointer: problem.message for problem in caught.value.problems}
    assert told["status"] == "must be one of: placed, cancelled"
    assert told["expand"] == "must be of: books, customer, lines"
    assert "2026-01-31T12:00:00Z" in told["placed_at"]
    assert "019543d2" in told["customer_id"]
    assert "created_at, placed_at, updated_at, id" in told["sort"]


def test_everything_wrong_is_named_at_once() -> None:
    assert refused(
        CUSTOMER_LIST,
        ("limit", "x"),
        ("limit", "5"),
        ("colour", "red"),
        ("status", "x"),
        ("sort", "x"),
        ("created_at[gt]", "x"),
        ("include", "x"),
    ) == [
        ("limit", "repeated-parameter"),
        ("colour", "unknown-parameter"),
        ("include", "unknown-include"),
        ("status", "bad-value"),
        ("created_at[gt]", "bad-value"),
        ("sort", "bad-sort"),
        ("limit", "bad-limit"),
    ]


class TestCursors:
    ADA = CustomerRead.of(a_customer(name="Ada", reference=None))

    def test_the_last_page_has_none(self) -> None:
        page = listed(CUSTOMER_LIST, asked(CUSTOMER_LIST), Page(items=[self.ADA], has_more=False))
        assert (page.next_cursor, page.has_more) == (None, False)

    def test_one_holds_the_place_of_the_last_row(self) -> None:
        text = cursor(CUSTOMER_LIST, self.ADA, sort="-name,reference,updated_at")
        listing = asked(CUSTOMER_LIST, sort="-name,reference,updated_at", cursor=text)
        assert listing.after == ("Ada", "", MORNING, self.ADA.id)
        assert text.replace("-", "").replace("_", "").isalnum()

    def test_it_goes_on_with_other_limits_and_totals(self) -> None:
        text = cursor(CUSTOMER_LIST, self.ADA, status="active")
        assert asked(CUSTOMER_LIST, status="active", limit="3", include="total", cursor=text).after is not None
        assert asked(CUSTOMER_LIST, cursor=text, status="active", limit="100").limit == 100

    def test_it_is_the_same_for_the_same_question(self) -> None:
        one = cursor(CUSTOMER_LIST, self.ADA, created_at="2026-03-01T09:00:00Z", q="Ada b")
        same = asked(CUSTOMER_LIST, q="B ada", created_at="2026-03-01T10:00:00+01:00", cursor=one)
        assert same.after is not None

    @pytest.mark.parametrize(
        "other",
        [
            {},
            {"status": "inactive"},
            {"status": "active", "tag": "x"},
            {"status": "active", "q": "x"},
            {"status": "active", "sort": "created_at"},
            {"status": "active", "sort": "-updated_at"},
            {"status": "active", "include_deleted": "true"},
        ],
        ids=str,
    )
    def test_it_is_bound_to_its_filters_and_its_sort(self, other: dict[str, str]) -> None:
        text = cursor(CUSTOMER_LIST, self.ADA, status="active")
        assert refused(CUSTOMER_LIST, *other.items(), ("cursor", text)) == [("cursor", "bad-cursor")]

    def test_it_is_bound_to_its_list(self) -> None:
        text = cursor(CUSTOMER_LIST, self.ADA)
        assert refused(BOOK_LIST, ("cursor", text)) == [("cursor", "bad-cursor")]

    def test_an_equality_is_no_range(self) -> None:
        text = cursor(BOOK_LIST, BookResponse.of(a_book()), published_date="1815")
        assert refused(BOOK_LIST, ("published_date[gte]", "1815"), ("cursor", text)) == [("cursor", "bad-cursor")]

    @pytest.mark.parametrize(
        "text", ["", "x", "é", "!!!!", "AAAA", "bnVsbA", "W10", "WzFd", "e30", "W" * 100_000, "WyIiXQ=="]
    )
    def test_what_is_none_is_refused(self, text: str) -> None:
        assert refused(CUSTOMER_LIST, ("cursor", text)) == [("cursor", "bad-cursor")]

    @pytest.mark.parametrize(
        ("sort", "values"),
        [
            ("name", ["Ada"]),
            ("name", ["Ada", str(ADA.id), "more"]),
            ("name", ["A\x00da", str(ADA.id)]),
            ("name", [None, str(ADA.id)]),
            ("name", [1, str(ADA.id)]),
            ("name", ["Ada", "no id"]),
            ("name", ["Ada", 7]),
            ("created_at", ["2026-03-01T09:00:00", str(ADA.id)]),
            ("created_at", ["2026-03-01", str(ADA.id)]),
            ("created_at", ["0001-01-01T00:00:00+14:00", str(ADA.id)]),
            ("created_at", [1e300, str(ADA.id)]),
            ("created_at", [{}, str(ADA.id)]),
        ],
    )
    def test_one_with_a_true_mark_and_made_up_values_is_refused(self, sort: str, values: list[object]) -> None:
        true = cursor(CUSTOMER_LIST, self.ADA, sort=sort)
        mark = json.loads(base64.urlsafe_b64decode(true + "=="))[0]
        forged = base64.urlsafe_b64encode(json.dumps([mark, *values]).encode()).decode().rstrip("=")
        assert refused(CUSTOMER_LIST, ("sort", sort), ("cursor", forged)) == [("cursor", "bad-cursor")]

    @pytest.mark.parametrize("rank", [0, 4, -1, 2**40, "1", None])
    def test_one_with_a_rank_that_no_row_has_is_refused(self, rank: object) -> None:
        book = BookResponse.of(a_book())
        asked_for = read_listing(BOOK_LIST, [("q", "ada")])
        true = listed(BOOK_LIST, asked_for, Page(items=[book], has_more=True, rank=3)).next_cursor or ""
        mark, third, *rest = json.loads(base64.urlsafe_b64decode(true + "=="))
        assert third == 3
        assert asked(BOOK_LIST, q="ada", cursor=true).after == (3, book.created_at, book.id)
        forged = base64.urlsafe_b64encode(json.dumps([mark, rank, *rest]).encode()).decode().rstrip("=")
        assert refused(BOOK_LIST, ("q", "ada"), ("cursor", forged)) == [("cursor", "bad-cursor")]

    def test_deep_nesting_is_refused_and_not_a_fault(self) -> None:
        deep = base64.urlsafe_b64encode(b"[" * 60_000).decode().rstrip("=")
        assert refused(CUSTOMER_LIST, ("cursor", deep)) == [("cursor", "bad-cursor")]

    @given(st.text(max_size=40))
    def test_no_text_makes_it_fall_over(self, text: str) -> None:
        try:
            listing = read_listing(CUSTOMER_LIST, [("cursor", text)])
        except BadQuery:
            return
        assert listing.after is not None

    @given(
        name=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20),
        at=st.datetimes(timezones=st.just(UTC)),
        key=st.uuids(),
    )
    def test_every_place_survives_the_journey(self, name: str, at: datetime, key: UUID) -> None:
        item = CustomerRead.of(a_customer())
        item = type(item)(
            **{**{f: getattr(item, f) for f in item.__struct_fields__}, "name": name, "created_at": at, "id": key}
        )
        text = cursor(CUSTOMER_LIST, item, sort="name,-created_at")
        assert asked(CUSTOMER_LIST, sort="name,-created_at", cursor=text).after == (name, at, key)
