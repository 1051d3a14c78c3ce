"""The bare limit: an ASGI function on an asyncpg pool. No routing, no rules, no search, no telemetry, no events.

A new book is linked to an author, whom it does not look for.
"""

import os
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import asyncpg
import msgspec

COLUMNS = (
    "id, title, author, isbn, published_date, description, language, price_amount, price_currency, categories,"
    " subtitle, publisher, edition, format, pages, series, series_position, availability, contributors, rating_count,"
    " rating_sum, version, created_at, created_by, updated_at, updated_by, deleted_at"
)
ONE = f"SELECT {COLUMNS} FROM books WHERE id = $1"
LIVING, NEWEST = f"SELECT {COLUMNS} FROM books WHERE deleted_at IS NULL", "ORDER BY created_at DESC, id DESC LIMIT 50"
PAGE = f"{LIVING} {NEWEST}"
SHELF = f"{LIVING} AND categories @> $1 {NEWEST}"
SEARCH = f"{LIVING} AND search_tokens @@ $1::text::tsquery {NEWEST}"
CREATE = (
    "WITH book AS (INSERT INTO books (id, title, author, isbn, published_date, description, language, price_amount,"
    " price_currency, categories, search_tokens, version, created_at, created_by, updated_at, updated_by, contributors)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::numeric, $9, $10, '', 1, now(), 'bench', now(), 'bench',"
    " $11::text::jsonb) RETURNING created_at),"
    " link AS (INSERT INTO book_authors (book_id, place, author_id, role) VALUES ($1, 1, $12, 'author'))"
    " SELECT created_at FROM book"
)
AUTHOR = UUID("01933d10-6d7d-7a10-8e42-7b0c9d5e4f02")
MEET = (
    "INSERT INTO authors (id, name, name_key, sort_name, other_names, search_tokens, version, created_at, created_by,"
    " updated_at, updated_by)"
    " VALUES ($1, 'Somebody', 'somebody', 'Somebody', '{}', '', 1, now(), 'bench', now(), 'bench')"
)
MANY = (
    "INSERT INTO books (id, title, author, isbn, published_date, description, language, price_amount, price_currency,"
    " categories, search_tokens, version, created_at, created_by, updated_at, updated_by)"
    " SELECT id, title, author, isbn, published_date, description, language, price::numeric, currency,"
    " translate(categories, '[]', '{}')::text[], '', 1, now(), 'bench', now(), 'bench'"
    " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],"
    " $9::text[], $10::text[]) AS rows(id, title, author, isbn, published_date, description, language, price, currency,"
    " categories)"
)
NOBODY = msgspec.Raw(b"[]")
ITEM = re.compile(r"/v1/books/([0-9a-f-]{36})")


class Price(msgspec.Struct):
    amount: str
    currency: str


class NewBook(msgspec.Struct):
    title: str
    author: str
    isbn: str
    published_date: str | None = None
    description: str | None = None
    language: str | None = None
    price: Price | None = None
    categories: list[str] = []


class NewBooks(msgspec.Struct):
    rows: list[NewBook]


class Book(msgspec.Struct):
    id: UUID
    title: str
    author: str
    isbn: str
    published_date: str | None
    description: str | None
    language: str | None
    price: Price | None
    categories: list[str]
    subtitle: str | None
    publisher: str | None
    edition: str | None
    format: str | None
    pages: int | None
    series: str | None
    series_position: str | None
    availability: str | None
    authors: msgspec.Raw
    rating_count: int
    rating_sum: int
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None


_pool: list[asyncpg.Pool] = []
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(NewBook).decode
_decode_many = msgspec.json.Decoder(NewBooks).decode


async def _no_reset(connection: Any) -> None:
    """The pool's reset query is a whole round trip; the limit does without."""


def _book(row: Any) -> Book:
    price = None if row[7] is None else Price(str(row[7]), row[8])
    authors = NOBODY if row[18] is None else msgspec.Raw(row[18].encode())
    return Book(*row[:7], price, *row[9:18], authors, *row[19:])  # type: ignore[call-arg]  # as many columns as fields


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        _pool.append(await asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=10, max_size=10, reset=_no_reset))
        await _pool[0].execute(MEET, AUTHOR)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await _pool[0].close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    status, body = await _answer(scope, receive)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _answer(scope: Any, receive: Any) -> tuple[int, bytes]:
    pool = _pool[0]
    if scope["method"] == "POST":
        body = b""
        more = True
        while more:
            message = await receive()
            body += message["body"]
            more = message.get("more_body", False)
        if scope["path"].endswith("/batch"):
            return await _many(pool, body)
        new = _decode(body)
        price = new.price or Price("0", "EUR")
        key = uuid4()
        authors = _encode([{"id": AUTHOR, "name": new.author, "role": "author"}])
        created = await pool.fetchval(
            CREATE, key, new.title, new.author, new.isbn, new.published_date, new.description, new.language,
            price.amount, price.currency, new.categories, authors.decode(), AUTHOR,
        )  # fmt: skip
        made = Book(
            key, new.title, new.author, new.isbn, new.published_date, new.description, new.language, price,
            new.categories, None, None, None, None, None, None, None, None, msgspec.Raw(authors), 0, 0,
            1, created, "bench", created, "bench", None,
        )  # fmt: skip
        return 201, _encode(made)
    item = ITEM.fullmatch(scope["path"])
    if item:
        row = await pool.fetchrow(ONE, UUID(item[1]))
        return (200, _encode(_book(row))) if row else (404, b"{}")
    asked = dict(parse_qsl(scope["query_string"].decode()))
    if "category" in asked:
        rows = await pool.fetch(SHELF, [asked["category"]])
    elif "q" in asked:
        rows = await pool.fetch(SEARCH, " & ".join(f"'{word}':*" for word in asked["q"].split()))
    else:
        rows = await pool.fetch(PAGE)
    return 200, _encode({"data": [_book(row) for row in rows], "has_more": True})


async def _many(pool: Any, body: bytes) -> tuple[int, bytes]:
    rows = _decode_many(body).rows
    keys = [uuid4() for _ in rows]
    await pool.execute(
        MANY, keys, *([getattr(one, name) for one in rows] for name in NewBook.__struct_fields__[:6]),
        [one.price and one.price.amount for one in rows], [one.price and one.price.currency for one in rows],
        [_encode(one.categories).decode() for one in rows],
    )  # fmt: skip
    return 200, _encode({"rows": [{"id": key, "verdict": "created"} for key in keys]})
