"""How customers come again and what moved between two periods, in SQL for DuckDB."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.benchmarks.analytics.peers import fitting
from tests.benchmarks.analytics.peers.figures import FIRST, SECOND, Figures, Given, compared
from tests.benchmarks.analytics.shop import AS_OF

Ask = Callable[..., list[list[Any]]]
_DAYS: Final = """
    CREATE OR REPLACE TEMP TABLE days AS
    SELECT customer, placed_at::DATE AS day, sum(amount) AS amount
    FROM sales WHERE customer IS NOT NULL GROUP BY ALL
"""


def _histories(ask: Ask) -> fitting.Histories:
    ask(_DAYS)
    rows = ask(f"""
        WITH back AS (SELECT customer, sum(amount) AS amount FROM returned GROUP BY customer),
        firsts AS (SELECT customer, min(day) AS first FROM days GROUP BY customer)
        SELECT count(*) - 1, max(day) - any_value(first), DATE '{AS_OF}' - any_value(first) - 1,
               CAST((sum(CASE WHEN day > first THEN days.amount ELSE 0 END)
                     - coalesce(any_value(back.amount), 0)) * 100 AS BIGINT)
        FROM days JOIN firsts USING (customer) LEFT JOIN back USING (customer) GROUP BY customer
    """)
    return fitting.Histories.of(*zip(*rows, strict=True))


def lifetime_value(ask: Ask, _given: Given) -> Figures:
    return fitting.lifetime_value(_histories(ask))


def churn(ask: Ask, _given: Given) -> Figures:
    found = _histories(ask)
    [[late]] = ask(f"""
        WITH gaps AS (
            SELECT customer, day, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap FROM days
        )
        SELECT count(*) FROM (
            -- Rounded, since a quantile that is a whole number may come out a hair beside it.
            SELECT DATE '{AS_OF}' - max(day) > round(quantile_cont(gap, .9), 6) AS late FROM gaps GROUP BY customer
        ) WHERE late
    """)
    return fitting.churn(found, late)


def comparison(ask: Ask, _given: Given) -> Figures:
    totals, by_sku = [], []
    for begin, end in (FIRST, SECOND):
        [[orders, customers, units, amount]] = ask(f"""
            SELECT count(DISTINCT order_number), count(DISTINCT customer), sum(quantity), sum(amount)
            FROM sales WHERE placed_at >= DATE '{begin}' AND placed_at < DATE '{end}'
        """)
        [[new]] = ask(f"""
            SELECT count(*)
            FROM (SELECT min(placed_at) AS first FROM sales WHERE customer IS NOT NULL GROUP BY customer)
            WHERE first >= DATE '{begin}' AND first < DATE '{end}'
        """)
        rows = ask(f"""
            SELECT sku, sum(amount), sum(quantity) FROM (
                SELECT sku, amount, quantity FROM sales WHERE placed_at >= DATE '{begin}' AND placed_at < DATE '{end}'
                UNION ALL
                SELECT sku, -amount, -quantity FROM returned
                WHERE returned_at >= DATE '{begin}' AND returned_at < DATE '{end}'
            ) GROUP BY sku
        """)
        units, amount = (sum(row[place] for row in rows) for place in (2, 1))
        totals.append([customers, new, orders, units, amount])
        by_sku.append({sku: cents for sku, cents, _ in rows})
    return compared(totals, by_sku)


ANSWERS: Final[Mapping[str, Callable[[Ask, Given], Figures]]] = {
    "lifetime-value": lifetime_value,
    "churn": churn,
    "comparison": comparison,
}
