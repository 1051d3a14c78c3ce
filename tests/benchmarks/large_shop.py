"""A large made-up shop, written by PostgreSQL itself: products by Zipf, three years, some cancelled, some returned."""

# numbers of this program alone go into the text

import asyncpg

PRODUCTS, ORDERS_A_CUSTOMER = 20_000, 8
_LIFE = "version, created_at, created_by, updated_at, updated_by"
_BY = "1, '2023-01-01', 'bench', '2023-01-01', 'bench'"
_SKU = "lpad((9780000000000 + s)::text, 13, '0')"


def _id(prefix: str, number: str) -> str:
    middle = f"lpad(to_hex({number} / 65536), 4, '0') || '-7' || lpad(to_hex({number} % 4096), 3, '0')"
    return f"('{prefix}-' || {middle} || '-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


_CUSTOMER, _BOOK, _ORDER = _id("01800000", "c"), _id("01810000", "s"), _id("01900000", "i")
_RETURN = "('01a00000-' || substr(placed.id::text, 10))::uuid"

_SCRIPT = f"""
INSERT INTO customers (id, name, reference, status, tags, metadata, search_tokens, {_LIFE})
SELECT {_CUSTOMER}, 'C' || c, CASE WHEN c % 2 = 0 THEN 'R' || c END, 'active', '{{{{}}}}', '{{{{}}}}', '', {_BY}
FROM generate_series(1, {{customers}}) AS c;

INSERT INTO books (id, title, author, isbn, categories, search_tokens, {_LIFE})
SELECT {_BOOK}, 'Title ' || s, 'Author ' || (s % 3000), {_SKU},
       ARRAY['Category ' || (s % 200), 'Shelf ' || (s % 17)], '', {_BY}
FROM generate_series(1, {PRODUCTS}) AS s;

CREATE UNLOGGED TABLE placed AS
SELECT i, {_ORDER} AS id, 1 + floor({{customers}} * power(random(), 2))::int AS c,
       timestamptz '2023-01-01' + i * (interval '3 years' / {{orders}}) AS moment, 1 + floor(random() * 5.25)::int AS n
FROM generate_series(1, {{orders}}) AS i;

CREATE UNLOGGED TABLE bought AS
SELECT i, id, k, 1 + floor(power({PRODUCTS}, random()))::int % {PRODUCTS} AS s, 1 + floor(random() * 2)::int AS q,
       5 + (floor(random() * 2000) / 100)::numeric(18, 4) AS p
FROM placed, generate_series(1, n) AS k;

INSERT INTO orders (id, customer_id, channel, currency, status, placed_at, subtotal, tax, shipping, line_count, {_LIFE})
SELECT placed.id, {_CUSTOMER}, 'direct', 'EUR', CASE WHEN placed.i % 50 = 0 THEN 'cancelled' ELSE 'placed' END,
       moment, total, 0, 0, n, {_BY}
FROM placed JOIN (SELECT i, sum(q * p) AS total FROM bought GROUP BY i) AS totals ON totals.i = placed.i;

INSERT INTO order_lines (order_id, number, sku, book_id, quantity, unit_price, discount, amount, returned)
SELECT id, k, {_SKU}, {_BOOK}, q, p, 0, q * p, 0 FROM bought;

INSERT INTO returns (id, order_id, customer_id, channel, currency, returned_at, total, line_count, {_LIFE})
SELECT {_RETURN}, placed.id, {_CUSTOMER}, 'direct', 'EUR', moment + interval '5 days', p, 1, {_BY}
FROM placed JOIN bought ON bought.i = placed.i AND k = 1 WHERE placed.i % 60 = 7;

INSERT INTO return_lines (return_id, number, sku, book_id, quantity, unit_price, amount, order_line)
SELECT {_RETURN}, 1, {_SKU}, {_BOOK}, 1, p, p, 1 FROM bought AS placed WHERE k = 1 AND i % 60 = 7;

DROP TABLE placed, bought;
ANALYZE;
"""


async def write_shop(url: str, orders: int) -> None:
    """Writes so many orders of three lines on average, by an eighth as many customers, and returns of some."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute("SELECT setseed(0.42)")
        for statement in _SCRIPT.format(orders=orders, customers=orders // ORDERS_A_CUSTOMER).split(";\n"):
            if statement.strip():
                await connection.execute(statement)
    finally:
        await connection.close()
