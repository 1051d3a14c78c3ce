import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.books.models import BookCreate, BookUpdate
from application.customers.models import CustomerCreate, CustomerUpdate
from application.decoding import Malformed, convert, decode
from application.orders.models import OrderCreate, OrderReturnCreate
from domain.shared.errors import Invalid

BOOK: dict[str, Any] = {"title": "Middlemarch", "author": "George Eliot", "isbn": "978-0-14-143954-9"}
ORDER: dict[str, Any] = {"currency": "EUR", "lines": [{"sku": "TOTE", "quantity": 2, "unit_price": "9.5"}]}


def wrong(kind: type, value: object) -> dict[str, str]:
    """The code of each problem, by its pointer; every pointer stands there once."""
    with pytest.raises(Invalid) as caught:
        decode(kind, value if isinstance(value, bytes) else json.dumps(value).encode())
    pointers = [problem.pointer for problem in caught.value.problems]
    assert len(pointers) == len(set(pointers)), pointers
    assert all(problem.message and "msgspec" not in problem.message for problem in caught.value.problems)
    return {problem.pointer: problem.code for problem in caught.value.problems}


def message(kind: type, value: object) -> str:
    with pytest.raises(Invalid) as caught:
        decode(kind, json.dumps(value).encode())
    (problem,) = caught.value.problems
    return problem.message


def refused(data: bytes) -> str:
    with pytest.raises(Malformed) as caught:
        decode(BookCreate, data)
    return caught.value.detail


class TestSound:
    def test_a_command_is_decoded(self) -> None:
        book = decode(BookCreate, json.dumps({**BOOK, "price": {"amount": "9.99", "currency": "EUR"}}).encode())
        assert (book.title, book.price and book.price.amount, book.categories) == ("Middlemarch", "9.99", [])

    def test_what_is_not_given_differs_from_null(self) -> None:
        update = decode(BookUpdate, b'{"price": null}')
        assert (update.price, update.title) == (None, msgspec.UNSET)

    def test_plain_values_are_converted(self) -> None:
        order = convert(OrderCreate, ORDER)
        assert order.lines[0].quantity == 2
        with pytest.raises(Invalid) as caught:
            convert(OrderCreate, {"currency": "EUR"})
        assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [("/lines", "required")]


class TestMalformed:
    @pytest.mark.parametrize("data", [b"", b"  \n"])
    def test_nothing_at_all_is_called_empty(self, data: bytes) -> None:
        assert "empty" in refused(data)

    @pytest.mark.parametrize("data", [b"[]", b"1", b'"x"', b"null", b"true", b"[{}]"])
    def test_the_top_is_an_object(self, data: bytes) -> None:
        assert "must be a JSON object" in refused(data)

    @pytest.mark.parametrize(
        "data",
        [
            b"{",
            b'{"title": }',
            b"{'title': 'x'}",
            b'{"title": "x",}',
            b'{"title": "x"} {}',
            b'{"title": "x"}\x00',
            b'{"a": 01}',
            b'{"a": "\t"}',
            b'{"title": "\xff"}',
            b'{"title": "\\ud800"}',
            b"\xef\xbb\xbf{}",
            '{"title": "x"}'.encode("utf-16"),
            b'{"a": NaN}',
            b'{"a": Infinity}',
            b'{"a": -Infinity}',
            b"%PDF-1.7",
        ],
        ids=repr,
    )
    def test_what_is_no_json_is_refused(self, data: bytes) -> None:
        assert "not valid JSON" in refused(data)

    @pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000])
    def test_depth_is_refused(self, data: bytes) -> None:
        assert refused(data) in {"the body is nested too deeply", "the body must be a JSON object: {...}"}

    def test_a_key_stands_once(self) -> None:
        assert "'title' stands twice" in refused(b'{"title": "x", "isbn": "y", "title": "z"}')
        assert "'amount' stands twice" in refused(b'{"price": {"amount": "1", "amount": "2"}}')
        assert len(refused(b'{"%b": 1, "%b": 2}' % (b"k" * 10_000, b"k" * 10_000))) < 200

    def test_a_key_that_stands_twice_among_very_many_is_found_soon(self) -> None:
        data = b"{" + b",".join(b'"%d":0' % n for n in [*range(100_000), 99_999]) + b"}"
        began = time.perf_counter()
        assert "stands twice" in refused(data)
        assert time.perf_counter() - began < 2

    def test_a_number_of_a_million_digits_costs_nothing(self) -> None:
        data = b'{"currency":"EUR","lines":[{"sku":"x","unit_price":"1","quantity":' + b"9" * 1_000_000 + b"}]}"
        began = time.perf_counter()
        with pytest.raises((Malformed, Invalid)):
            decode(OrderCreate, data)
        assert time.perf_counter() - began < 2


class TestBadFields:
    def test_all_of_them_are_named_shape_and_meaning_together(self) -> None:
        assert wrong(
            BookCreate,
            {
                "title": 7,
                "isbn": "0-306-40615-3",
                "published_date": "1815-13",
                "language": "english!",
                "price": {"amount": "-1", "currency": "eur", "tax": 1},
                "categories": ["fine", "", "x" * 101, 3],
                "colour": "red",
            },
        ) == {
            "/title": "wrong-type",
            "/author": "required",
            "/isbn": "isbn-checksum",
            "/published_date": "invalid-date",
            "/language": "invalid-language",
            "/price/amount": "negative",
            "/price/currency": "unknown-currency",
            "/price/tax": "unknown-field",
            "/categories/1": "blank",
            "/categories/2": "too-long",
            "/categories/3": "wrong-type",
            "/colour": "unknown-field",
        }

    def test_lines_are_pointed_at_by_their_place(self) -> None:
        lines = [
            {"sku": "x", "quantity": 1, "unit_price": "1"},
            {"sku": "", "quantity": 0, "unit_price": "1.23456", "discount": "x"},
            "no line",
            {"quantity": 1.5, "unit_price": 9.99, "description": None, "a/b~c": 1},
            {"sku": "x", "quantity": True, "unit_price": "1", "description": "a\nb"},
        ]
        order = {"currency": "EUR", "lines": lines, "customer_id": "42", "placed_at": "2026-01-31T12:00:00"}
        assert wrong(OrderCreate, order) == {
            "/lines/1/sku": "blank",
            "/lines/1/quantity": "out-of-range",
            "/lines/1/unit_price": "too-precise",
            "/lines/1/discount": "not-a-decimal",
            "/lines/2": "wrong-type",
            "/lines/3/sku": "required",
            "/lines/3/quantity": "wrong-type",
            "/lines/3/unit_price": "wrong-type",
            "/lines/3/a~1b~0c": "unknown-field",
            "/lines/4/quantity": "wrong-type",
            "/lines/4/description": "control-character",
            "/customer_id": "invalid-id",
            "/placed_at": "invalid-time",
        }

    def test_metadata_is_pointed_at_by_its_names(self) -> None:
        customer = {"status": "gone", "metadata": {"a/b": "", "k" * 41: "x", "fine": "x", "number": 1}, "tags": "x"}
        assert wrong(CustomerCreate, customer) == {
            "/status": "not-an-option",
            "/metadata/a~1b": "blank",
            "/metadata/" + "k" * 41: "too-long",
            "/metadata/number": "wrong-type",
            "/tags": "wrong-type",
        }

    @pytest.mark.parametrize(
        ("kind", "value", "expected"),
        [
            (BookCreate, {**BOOK, "title": ""}, {"/title": "blank"}),
            (BookCreate, {**BOOK, "title": "x" * 256}, {"/title": "too-long"}),
            (BookCreate, {**BOOK, "title": " " * 300 + "x"}, {"/title": "too-long"}),
            (BookCreate, {**BOOK, "title": None}, {"/title": "wrong-type"}),
            (BookCreate, {**BOOK, "isbn": "123"}, {"/isbn": "isbn-length"}),
            (BookCreate, {**BOOK, "isbn": "9" * 50}, {"/isbn": "isbn-length"}),
            (BookCreate, {**BOOK, "published_date": 1815}, {"/published_date": "wrong-type"}),
            (BookCreate, {**BOOK, "published_date": "10000-01-01"}, {"/published_date": "invalid-date"}),
            (BookCreate, {**BOOK, "price": "9.99"}, {"/price": "wrong-type"}),
            (BookCreate, {**BOOK, "price": {}}, {"/price/amount": "required", "/price/currency": "required"}),
            (BookCreate, {**BOOK, "categories": ["x"] * 51}, {"/categories": "too-many"}),
            (BookCreate, {**BOOK, "categories": None}, {"/categories": "wrong-type"}),
            (BookUpdate, {"title": None, "isbn": None}, {"/title": "wrong-type", "/isbn": "wrong-type"}),
            (BookUpdate, {"id": "x"}, {"/id": "unknown-field"}),
            (CustomerCreate, {"email": "x", "phone": "1"}, {"/email": "invalid-email", "/phone": "invalid-phone"}),
            (CustomerCreate, {"tags": ["a"] * 51}, {"/tags": "too-many"}),
            (CustomerCreate, {"metadata": {str(n): "x" for n in range(51)}}, {"/metadata": "too-many"}),
            (CustomerCreate, {"metadata": {"a": "1", " a": "2", "b": 1}}, {"/metadata/b": "wrong-type"}),
            (CustomerUpdate, {"status": None}, {"/status": "wrong-type"}),
            (CustomerUpdate, {"status": 1}, {"/status": "wrong-type"}),
            (OrderCreate, {"currency": "EUR", "lines": []}, {"/lines": "too-few"}),
            (OrderCreate, {**ORDER, "lines": {}}, {"/lines": "wrong-type"}),
            (OrderCreate, {**ORDER, "lines": ORDER["lines"] * 5_001}, {"/lines": "too-many"}),
            (
                OrderCreate,
                {**ORDER, "customer_id": 1, "placed_at": 1},
                {"/customer_id": "wrong-type", "/placed_at": "wrong-type"},
            ),
            (
                OrderCreate,
                {**ORDER, "placed_at": "1899-12-31T23:59:59Z", "tax": 1},
                {"/placed_at": "out-of-range", "/tax": "wrong-type"},
            ),
            (OrderCreate, {**ORDER, "placed_at": "10000-01-01T00:00:00Z"}, {"/placed_at": "invalid-time"}),
            (OrderCreate, {**ORDER, "tax": "9" * 21}, {"/tax": "too-large"}),
            (OrderCreate, {**ORDER, "shipping": "0" * 21}, {"/shipping": "too-long"}),
            (
                OrderReturnCreate,
                {"lines": [{"line": 0, "quantity": 10**30}]},
                {"/lines/0/line": "out-of-range", "/lines/0/quantity": "out-of-range"},
            ),
            (OrderReturnCreate, {"lines": [{"line": -(10**30), "quantity": 1}]}, {"/lines/0/line": "out-of-range"}),
            (OrderReturnCreate, b'{"lines": [{"line": 1e999, "quantity": 1}]}', {"/lines/0/line": "wrong-type"}),
        ],
        ids=lambda one: None if isinstance(one, type) else str(one)[:60],
    )
    def test_each_has_its_pointer_and_its_code(self, kind: type, value: object, expected: dict[str, str]) -> None:
        assert wrong(kind, value) == expected

    def test_messages_say_what_is_expected(self) -> None:
        assert message(BookCreate, {**BOOK, "title": 7}) == "must be text; it is a number"
        assert message(BookCreate, {**BOOK, "title": None}) == "must be text; it is null"
        assert message(BookCreate, {**BOOK, "price": []}) == "must be an object; it is a list"
        assert message(BookCreate, {**BOOK, "categories": {}}) == "must be a list; it is an object"
        assert message(BookCreate, {"title": "x", "author": "x"}) == "is required"
        assert message(CustomerCreate, {"status": "x"}) == "must be one of: active, inactive"
        assert message(CustomerCreate, {"status": True}) == "must be one of: active, inactive; it is true"
        assert message(CustomerCreate, {"tags": ["x"] * 51}) == "must have at most 50 items, has 51"
        assert "which has: name, reference, email" in message(CustomerCreate, {"nmae": "x"})
        quantity = {"currency": "EUR", "lines": [{"sku": "x", "unit_price": "1", "quantity": 0}]}
        assert message(OrderCreate, quantity) == "must be at least 1 and at most 1000000"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def leads_somewhere(value: Any, pointer: str) -> bool:
    """Whether the pointer is of something in the value, or of a member that an object in it lacks."""
    *steps, last = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    for step in steps:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return isinstance(value, dict) or int(last) < len(value)


@given(st.sampled_from([BookCreate, BookUpdate, CustomerCreate, OrderCreate]), st.data())
def test_any_object_is_a_command_or_explained(kind: type[Any], data: st.DataObject) -> None:
    names = st.sampled_from(kind.__struct_fields__) | st.text(max_size=5)
    value = data.draw(st.dictionaries(names, JSON, max_size=4))
    try:
        assert isinstance(decode(kind, json.dumps(value).encode()), kind)
    except Invalid as error:
        problems = error.problems
        assert problems
        assert all(problem.code != "invalid" for problem in problems), problems
        assert all(leads_somewhere(value, problem.pointer) for problem in problems), problems


@given(st.binary(max_size=40))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises((Malformed, Invalid)):
        decode(BookCreate, data)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    share: float
    most: float | None = None
    shown: float | str = 0.5


class TestNumbersWithAFraction:
    @pytest.mark.parametrize("given", ["1", True, [1], {}])
    def test_what_is_none_is_told_in_words(self, given: Any) -> None:
        assert wrong(Measured, {"share": given, "most": given}) == {"/share": "wrong-type", "/most": "wrong-type"}
        assert message(Measured, {"share": given}).startswith("must be a number; it is ")

    def test_whole_ones_and_others_are(self) -> None:
        assert wrong(Measured, {"share": 1, "most": 1.5, "shown": []}) == {"/shown": "wrong-type"}
        assert decode(Measured, b'{"share": 1}').share == 1
