"""Bad input, each with a clear problem and nothing written: what the framework would let pass by default, and more."""

import json
from typing import Any

from tests.integration.http.conftest import CONFIG, NothingWritten
from tests.integration.http.payloads import a_book, a_customer, a_line, an_order
from tests.support.builders import isbn
from tests.support.http_client import HttpClient

JSON = {"Content-Type": "application/json"}

BAD_BODIES: list[tuple[str, str, Any, list[tuple[str, str]]]] = [
    ("a negative quantity", "/v1/orders", an_order(a_line(quantity=-1)), [("/lines/0/quantity", "out-of-range")]),
    ("an unknown currency", "/v1/orders", an_order(currency="XXX"), [("/currency", "unknown-currency")]),
    ("no lines", "/v1/orders", {"currency": "EUR", "lines": []}, [("/lines", "too-few")]),
    ("10,000 lines", "/v1/orders", an_order(*[a_line()] * 10_000), [("/lines", "too-many")]),
    ("a title of 256", "/v1/books", a_book(title="T" * 256), [("/title", "too-long")]),
    ("a blank title", "/v1/books", a_book(title="  "), [("/title", "blank")]),
    ("NUL", "/v1/books", a_book(title="a\x00b"), [("/title", "control-character")]),
    ("NUL in a list", "/v1/customers", a_customer(tags=["ok", "a\x00"]), [("/tags/1", "control-character")]),
    ("NUL in a key", "/v1/customers", a_customer(metadata={"a\x00": "b"}), [("/metadata/a\x00", "control-character")]),
    ("10**30", "/v1/orders", an_order(a_line(unit_price="1" + "0" * 30)), [("/lines/0/unit_price", "too-large")]),
    ("10**14", "/v1/orders", an_order(a_line(unit_price="1" + "0" * 14)), [("/lines/0/unit_price", "too-large")]),
    ("NaN as text", "/v1/orders", an_order(a_line(unit_price="NaN")), [("/lines/0/unit_price", "not-a-decimal")]),
    ("an exponent", "/v1/orders", an_order(a_line(unit_price="1e3")), [("/lines/0/unit_price", "not-a-decimal")]),
    ("five places", "/v1/orders", an_order(a_line(unit_price="0.00001")), [("/lines/0/unit_price", "too-precise")]),
    ("a price as number", "/v1/orders", an_order(a_line(unit_price=1.5)), [("/lines/0/unit_price", "wrong-type")]),
    ("a number as text", "/v1/orders", an_order(a_line(quantity="2")), [("/lines/0/quantity", "wrong-type")]),
    ("2**70", "/v1/orders", an_order(a_line(quantity=2**70)), [("/lines/0/quantity", "out-of-range")]),
    ("the year 10000", "/v1/orders", an_order(placed_at="10000-01-01T00:00:00Z"), [("/placed_at", "invalid-time")]),
    (
        "a time without offset",
        "/v1/orders",
        an_order(placed_at="2026-01-01T00:00:00"),
        [("/placed_at", "invalid-time")],
    ),
    ("a book of the year 10000", "/v1/books", a_book(published_date="10000"), [("/published_date", "invalid-date")]),
    ("30 February", "/v1/books", a_book(published_date="2026-02-30"), [("/published_date", "invalid-date")]),
    ("two currencies", "/v1/orders", an_order(a_line(currency="USD")), [("/lines/0/currency", "unknown-field")]),
    ("an unknown field", "/v1/books", a_book(weight=3), [("/weight", "unknown-field")]),
    (
        "details that cannot be",
        "/v1/books",
        a_book(format="scroll", pages=0, series_position="two", availability="soon", publisher=" "),
        [
            ("/publisher", "blank"),
            ("/format", "not-an-option"),
            ("/pages", "out-of-range"),
            ("/series_position", "invalid-position"),
            ("/availability", "not-an-option"),
        ],
    ),
    ("a place in no series", "/v1/books", a_book(series_position="2"), [("/series_position", "series-missing")]),
    ("a missing field", "/v1/books", {"title": "T", "author": "A"}, [("/isbn", "required")]),
    ("null where text is due", "/v1/books", a_book(title=None), [("/title", "wrong-type")]),
    ("an e-mail without host", "/v1/customers", a_customer(email="ada@"), [("/email", "invalid-email")]),
    ("a phone without country", "/v1/customers", a_customer(phone="020 7946 0958"), [("/phone", "invalid-phone")]),
    ("nobody", "/v1/customers", {}, [("", "name-reference-or-email")]),
    ("no default currency", "/v1/books", a_book(price={"amount": "1"}), [("/price/currency", "required")]),
    (
        "a discount above the price",
        "/v1/orders",
        an_order(a_line(quantity=1, unit_price="1", discount="2")),
        [("/lines/0/discount", "discount-above-price")],
    ),
    (
        "many at once",
        "/v1/orders",
        {"currency": "eur", "lines": [a_line(), a_line(quantity=0, sku="")], "channel": "\n", "x": 1},
        [
            ("/x", "unknown-field"),
            ("/currency", "unknown-currency"),
            ("/lines/1/sku", "blank"),
            ("/lines/1/quantity", "out-of-range"),
            ("/channel", "control-character"),
        ],
    ),
]


async def test_a_bad_body_is_refused_field_by_field(client: HttpClient, nothing_written: NothingWritten) -> None:
    async with nothing_written():
        for name, path, body, errors in BAD_BODIES:
            answer = await client.post(path, json=body)
            assert (answer.status, answer.code, answer.errors) == (422, "invalid", errors), name


MALFORMED = {
    "nothing": b"",
    "no JSON": b"title=T",
    "half of it": b'{"title": "T"',
    "a list": b"[]",
    "a text": b'"book"',
    "null": b"null",
    "a key twice": b'{"title": "T", "author": "A", "isbn": "9780141439549", "title": "U"}',
    "a key twice, deep": b'{"price": {"amount": "1", "amount": "2", "currency": "EUR"}}',
    "NaN": b'{"title": NaN}',
    "Infinity": b'{"title": -Infinity}',
    "100,000 deep": b"[" * 100_000,
    "100,000 deep, closed": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "latin-1": '{"title": "Café"}'.encode("latin-1"),
    "utf-16": json.dumps(a_book()).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(a_book()).encode(),
    "half a surrogate": b'{"title": "\\ud800", "author": "A", "isbn": "9780141439549"}',
    "two objects": b"{}{}",
}


async def test_what_is_no_json_object_is_malformed(client: HttpClient, nothing_written: NothingWritten) -> None:
    async with nothing_written():
        for name, body in MALFORMED.items():
            answer = await client.post("/v1/books", content=body, headers=JSON)
            assert (answer.status, answer.code) == (400, "malformed-json"), name


JSON_TYPES = (
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
)
WRONG_TYPES: dict[str, dict[str, str]] = {
    "none": {},
    "text": {"Content-Type": "text/plain"},
    "form": {"Content-Type": "application/x-www-form-urlencoded"},
    "merge-patch on POST": {"Content-Type": "application/merge-patch+json"},
    "some other JSON": {"Content-Type": "application/vnd.api+json"},
    "latin-1": {"Content-Type": "application/json; charset=latin-1"},
    "compressed": {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    "a list of types": {"Content-Type": "application/json, text/plain"},
}


async def test_a_body_of_another_type_is_not_read(client: HttpClient, nothing_written: NothingWritten) -> None:
    async with nothing_written():
        for name, headers in WRONG_TYPES.items():
            answer = await client.post("/v1/books", content=json.dumps(a_book()).encode(), headers=headers)
            assert (answer.status, answer.code) == (415, "unsupported-media-type"), name
            assert "accept-encoding" in answer.headers or answer.headers["accept"] == "application/json"


async def test_json_is_taken_however_it_is_written(client: HttpClient) -> None:
    for number, kind in enumerate(JSON_TYPES):
        body = json.dumps(a_book(isbn=isbn(number).value)).encode()
        assert (await client.post("/v1/books", content=body, headers={"Content-Type": kind})).status == 201, kind


async def test_a_patch_says_what_it_takes(client: HttpClient, nothing_written: NothingWritten) -> None:
    path = (await client.post("/v1/books", json=a_book())).headers["location"]
    async with nothing_written():
        answer = await client.patch(path, content=b"[]", headers={"Content-Type": "application/json-patch+json"})
        assert answer.headers["accept-patch"] == "application/json, application/merge-patch+json"
        put = await client.put(path, content=b"{}", headers={"Content-Type": "application/merge-patch+json"})
        assert put.status == 415


async def test_the_body_is_bounded(client: HttpClient, nothing_written: NothingWritten) -> None:
    limit = CONFIG.max_body_bytes
    body = json.dumps(a_book()).encode()
    async with nothing_written():
        told = await client.post("/v1/books", content=body, headers={**JSON, "Content-Length": str(limit + 1)})
        assert (told.status, told.code) == (413, "content-too-large")
        assert (await client.post("/v1/books", content=body + b" " * limit, headers=JSON)).status == 413
        chunked = [body, *[b" " * 65_536] * (limit // 65_536 + 1)]
        assert (await client.post("/v1/books", content=chunked, headers=JSON)).status == 413
        path = "/v1/books/01933d10-6d7c-7c4e-9b1f-3d1f5a6c2e99/restore"
        assert (await client.post(path, content=chunked, headers=JSON)).status == 413
    exact = [body, b" " * (limit - len(body))]
    assert (await client.post("/v1/books", content=exact, headers=JSON)).status == 201


async def post_book(client: HttpClient, messages: list[Any], *headers: tuple[bytes, bytes]) -> int:
    """The status of the answer to a new book that comes in these messages."""
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": "/v1/books",
        "raw_path": b"/v1/books",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), *headers],
        "state": {},
    }
    await client.app(scope, receive, send)
    status: int = sent[0]["status"]
    return status


async def test_a_body_that_breaks_off_writes_nothing(client: HttpClient, nothing_written: NothingWritten) -> None:
    body = json.dumps(a_book()).encode()
    first = {"type": "http.request", "body": body, "more_body": True}
    longer = (b"content-length", b"%d" % (len(body) + 1))
    async with nothing_written():
        assert await post_book(client, [first, {"type": "http.disconnect"}]) == 400
        assert await post_book(client, [first, {"type": "http.disconnect"}], longer) == 400


async def test_a_body_that_is_all_there_is_not_waited_for(client: HttpClient) -> None:
    body = json.dumps(a_book()).encode()
    whole = (b"content-length", b"%d" % len(body))
    assert await post_book(client, [{"type": "http.request", "body": body, "more_body": True}], whole) == 201


async def test_what_needs_no_body_takes_none_but_an_empty_object(
    client: HttpClient, nothing_written: NothingWritten
) -> None:
    path = (await client.post("/v1/orders", json=an_order())).headers["location"]
    async with nothing_written():
        assert (await client.post(f"{path}/cancel", json={"why": "x"})).errors == [("/why", "unknown-field")]
        assert (await client.post(f"{path}/cancel", content=b"{}")).status == 415
        assert (await client.post(f"{path}/cancel", content=b"x", headers=JSON)).code == "malformed-json"
    assert (await client.post(f"{path}/cancel", json={})).status == 200


async def test_very_many_problems_are_told_in_bounds(client: HttpClient, nothing_written: NothingWritten) -> None:
    body = an_order(*[a_line(quantity=0, unit_price="x")] * 3_000)
    async with nothing_written():
        answer = await client.post("/v1/orders", json=body)
    assert answer.status == 422
    assert len(answer.errors) == 1_000
    assert "6000 problems in all" in answer.json()["detail"]
    assert len(answer.raw) < 300_000
