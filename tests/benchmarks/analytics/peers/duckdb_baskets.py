"""What is bought together, in SQL for DuckDB."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tests.benchmarks.analytics.peers import baskets
from tests.benchmarks.analytics.peers.figures import Figures, Given, digest

Ask = Callable[..., list[list[Any]]]
_BASKETS: Final = """
    CREATE OR REPLACE TEMP TABLE basket AS
    SELECT DISTINCT order_number, sku FROM sales
"""
_OWNED: Final = """
    CREATE OR REPLACE TEMP TABLE owned AS
    WITH named AS (SELECT DISTINCT customer, sku FROM sales WHERE customer IS NOT NULL),
    products AS (
        SELECT sku, count(*) AS n, row_number() OVER (ORDER BY sku)::INTEGER AS product FROM named GROUP BY sku
    )
    SELECT customer, sku, product, n FROM named JOIN products USING (sku)
"""


def affinity(ask: Ask, _given: Given) -> Figures:
    ask(_BASKETS)
    rows = ask(f"""
        WITH single AS (SELECT sku, count(*) AS n FROM basket GROUP BY sku),
        -- Who is in few baskets is in no pair of many.
        often AS (SELECT * FROM basket SEMI JOIN (FROM single WHERE n >= {baskets.MIN_COUNT}) USING (sku)),
        pair AS (
            SELECT a.sku AS a, b.sku AS b, count(*) AS n_ab
            FROM often a JOIN often b ON a.order_number = b.order_number AND a.sku < b.sku
            GROUP BY ALL HAVING n_ab >= {baskets.MIN_COUNT}
        )
        SELECT a, b, x.n AS n_a, y.n AS n_b, n_ab, count(*) OVER () AS pairs
        FROM pair JOIN single x ON x.sku = a JOIN single y ON y.sku = b
        ORDER BY n_ab / (x.n * y.n) DESC, a, b LIMIT {baskets.PAIRS}
    """)
    [[n]] = ask("SELECT count(DISTINCT order_number) FROM basket")
    return {"n": n, "count": rows[0][5] if rows else 0, "pairs": [row[:5] for row in rows]}


def basket_rules(ask: Ask, _given: Given) -> Figures:
    ask(_BASKETS)
    [[n]] = ask("SELECT count(DISTINCT order_number) FROM basket")
    least = baskets.least_of_rule(n)
    items = _counts(ask("SELECT sku, count(*) AS n FROM basket GROUP BY sku HAVING n >= $1", least))
    ask("CREATE OR REPLACE TEMP TABLE often AS SELECT * FROM basket WHERE list_contains($1, sku)", list(items))
    ask(
        """
        CREATE OR REPLACE TEMP TABLE pair AS
        SELECT a.sku AS a, b.sku AS b, count(*) AS n
        FROM often a JOIN often b ON a.order_number = b.order_number AND a.sku < b.sku
        GROUP BY ALL HAVING n >= $1
        """,
        least,
    )
    triples = ask(
        """
        WITH pairs_in AS (
            SELECT x.order_number, a, b
            FROM often x JOIN pair ON x.sku = a JOIN often y ON y.order_number = x.order_number AND y.sku = b
        )
        SELECT one.a, one.b, two.b AS c, count(*) AS n
        FROM pairs_in one JOIN pairs_in two ON one.order_number = two.order_number AND one.b = two.a
        SEMI JOIN pair ON pair.a = one.a AND pair.b = two.b
        GROUP BY ALL HAVING n >= $1
        """,
        least,
    )
    return baskets.rules(n, items, ask("SELECT a, b, n FROM pair"), triples)


def similar_to_one(ask: Ask, given: Given) -> Figures:
    rows = ask(
        f"""
        WITH owned AS (SELECT DISTINCT customer, sku FROM sales WHERE customer IS NOT NULL),
        single AS (SELECT sku, count(*) AS n FROM owned GROUP BY sku),
        both_of AS (
            SELECT sku, count(*) AS n_ij FROM owned SEMI JOIN (FROM owned WHERE sku = $1) USING (customer) GROUP BY sku
        )
        SELECT sku, n_ij, single.n, (SELECT n FROM single WHERE sku = $1)
        FROM both_of JOIN single USING (sku) WHERE sku <> $1
        ORDER BY n_ij * n_ij / single.n DESC, sku LIMIT {baskets.NEIGHBOURS}
        """,
        given["sku"],
    )
    return {"customers": rows[0][3], "items": [row[:3] for row in rows]}


def similar_to_all(ask: Ask, _given: Given) -> Figures:
    ask(_OWNED)
    rows = ask(f"""
        WITH pair AS (
            SELECT a.product AS i, b.product AS j, count(*) AS n_ij
            FROM owned a JOIN owned b ON a.customer = b.customer AND a.product < b.product GROUP BY ALL
        ), named AS (SELECT DISTINCT product, sku, n FROM owned),
        ways AS (SELECT i, j, n_ij FROM pair UNION ALL SELECT j, i, n_ij FROM pair),
        nearest AS (
            SELECT i, j, n_ij, x.n AS n_i, y.n AS n_j
            FROM ways JOIN named x ON x.product = i JOIN named y ON y.product = j
            QUALIFY row_number() OVER (PARTITION BY i ORDER BY n_ij * n_ij / y.n DESC, j) <= {baskets.NEIGHBOURS}
        )
        SELECT x.sku, y.sku, n_ij, n_i, n_j FROM nearest JOIN named x ON x.product = i JOIN named y ON y.product = j
        ORDER BY i, n_ij * n_ij / n_j DESC, j
    """)
    return {"rows": len(rows), "digest": digest(rows)}


def recommendations(ask: Ask, given: Given) -> Figures:
    ask(_OWNED)
    bought = {sku for (sku,) in ask("SELECT sku FROM owned WHERE customer = $1", given["customer"])}
    beside = ask(
        """
        SELECT mine.sku, other.sku, count(*)
        FROM owned mine JOIN owned other ON mine.customer = other.customer AND other.product <> mine.product
        WHERE list_contains($1, mine.sku) GROUP BY ALL
        """,
        sorted(bought),
    )
    customers = _counts(ask("SELECT DISTINCT sku, n FROM owned"))
    return baskets.recommended(bought, beside, customers)


def _counts(rows: Sequence[Sequence[Any]]) -> dict[str, int]:
    return {str(key): int(many) for key, many in rows}


ANSWERS: Final[Mapping[str, Callable[[Ask, Given], Figures]]] = {
    "affinity": affinity,
    "basket-rules": basket_rules,
    "similar to one": similar_to_one,
    "similar to all": similar_to_all,
    "recommendations": recommendations,
}
