"""The reports in SQL for DuckDB, over Parquet: what somebody writes who has these files and a question.

`sales` has order_number, customer, placed_at, sku, quantity, amount; `returned` customer, returned_at, sku, quantity,
amount. Amounts come out in cents.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb

from tests.benchmarks.analytics.files import RETURNED, SALES
from tests.benchmarks.analytics.peers import duckdb_baskets, duckdb_customers
from tests.benchmarks.analytics.peers.figures import Answers, Figures, Given, cents
from tests.benchmarks.analytics.shop import AS_OF

Ask = Callable[..., list[list[Any]]]
"""The rows of a query, with these values."""
_NET: Final = "SELECT sku, amount, quantity FROM sales UNION ALL SELECT sku, -amount, -quantity FROM returned"


def summary(ask: Ask, _given: Given) -> Figures:
    [[orders, customers, units, revenue, products, items]] = ask("""
        SELECT count(DISTINCT order_number), count(DISTINCT customer), sum(quantity), sum(amount),
               count(DISTINCT sku), (SELECT count(*) FROM (SELECT DISTINCT order_number, sku FROM sales))
        FROM sales
    """)
    [[units_back, back]] = ask("SELECT sum(quantity), sum(amount) FROM returned")
    return {
        "orders": orders, "customers": customers, "products": products, "units": units - units_back,
        "revenue": revenue - back, "returned_revenue": back, "basket_size": items / orders,
    }  # fmt: skip


def revenue(ask: Ask, _given: Given) -> Figures:
    return {
        "days": ask(f"""
            WITH orders AS (
                SELECT order_number, any_value(customer) AS customer, any_value(placed_at)::DATE AS day,
                       sum(amount) AS amount, sum(quantity) AS quantity
                FROM sales GROUP BY order_number
            ), bought AS (
                SELECT day, count(*) AS orders, count(DISTINCT customer) AS customers, sum(quantity) AS units,
                       sum(amount) AS revenue
                FROM orders GROUP BY day
            ), newcomers AS (
                SELECT day, count(*) AS new_customers
                FROM (SELECT min(day) AS day FROM orders WHERE customer IS NOT NULL GROUP BY customer) GROUP BY day
            ), back AS (
                SELECT returned_at::DATE AS day, sum(quantity) AS units, sum(amount) AS revenue
                FROM returned GROUP BY 1
            ), days AS (
                SELECT range::DATE AS day
                FROM range((SELECT min(day) FROM bought)::TIMESTAMP, '{AS_OF}'::TIMESTAMP, INTERVAL 1 DAY)
            ), net AS (
                SELECT day, coalesce(orders, 0) AS orders, coalesce(bought.units, 0) - coalesce(back.units, 0) AS units,
                       coalesce(bought.revenue, 0) - coalesce(back.revenue, 0) AS revenue,
                       coalesce(customers, 0) AS customers, coalesce(new_customers, 0) AS new_customers
                FROM days LEFT JOIN bought USING (day) LEFT JOIN newcomers USING (day) LEFT JOIN back USING (day)
            )
            SELECT day::VARCHAR, orders, units, revenue, customers, new_customers,
                   CASE WHEN row_number() OVER (ORDER BY day) >= 7
                        THEN sum(revenue) OVER (ORDER BY day ROWS 6 PRECEDING) END
            FROM net ORDER BY day
        """)
    }


def top_products(ask: Ask, _given: Given) -> Figures:
    rows = ask(f"""
        WITH net AS (SELECT sku, sum(amount) AS revenue, sum(quantity) AS units FROM ({_NET}) GROUP BY sku),
        sold AS (
            SELECT sku, count(DISTINCT order_number) AS orders, count(DISTINCT customer) AS customers
            FROM sales GROUP BY sku
        )
        SELECT sku, revenue, units, orders, customers, count(*) OVER (),
               sum(greatest(revenue, 0)) OVER ()
        FROM net JOIN sold USING (sku) ORDER BY revenue DESC, sku LIMIT 100
    """)
    return {"count": rows[0][5], "whole": rows[0][6], "items": [row[:5] for row in rows]}


def rfm(ask: Ask, _given: Given) -> Figures:
    return {
        "cells": ask(f"""
            WITH bought AS (
                SELECT customer, max(placed_at)::DATE AS last_day, count(DISTINCT order_number) AS orders,
                       sum(amount) AS amount
                FROM sales WHERE customer IS NOT NULL GROUP BY customer
            ), back AS (SELECT customer, sum(amount) AS amount FROM returned GROUP BY customer),
            buyers AS (
                SELECT DATE '{AS_OF}' - last_day AS days, orders,
                       CAST((bought.amount - coalesce(back.amount, 0)) * 100 AS BIGINT) AS cents
                FROM bought LEFT JOIN back USING (customer)
            ), cuts AS (
                -- Rounded, since a cut that is a value may come out a hair below it.
                SELECT list_transform(quantile_cont(days, [.2, .4, .6, .8]), lambda cut: round(cut, 4)) AS r,
                       list_transform(quantile_cont(orders, [.2, .4, .6, .8]), lambda cut: round(cut, 4)) AS f,
                       list_transform(quantile_cont(cents, [.2, .4, .6, .8]), lambda cut: round(cut, 4)) AS m
                FROM buyers
            )
            SELECT 100 * (5 - (days > r[1])::INT - (days > r[2])::INT - (days > r[3])::INT - (days > r[4])::INT)
                 + 10 * (1 + (orders > f[1])::INT + (orders > f[2])::INT + (orders > f[3])::INT + (orders > f[4])::INT)
                 + 1 + (cents > m[1])::INT + (cents > m[2])::INT + (cents > m[3])::INT + (cents > m[4])::INT AS score,
                   count(*), sum(orders), sum(cents)
            FROM buyers, cuts GROUP BY score ORDER BY score
        """)
    }


def cohorts(ask: Ask, _given: Given) -> Figures:
    return {
        "cells": ask("""
            WITH orders AS (
                SELECT order_number, any_value(customer) AS customer,
                       date_trunc('month', any_value(placed_at)) AS month, sum(amount) AS amount
                FROM sales WHERE customer IS NOT NULL GROUP BY order_number
            ), months AS (
                SELECT customer, month, count(*) AS orders, sum(amount) AS amount FROM orders GROUP BY ALL
            ), firsts AS (SELECT customer, min(month) AS cohort FROM months GROUP BY customer),
            back AS (
                SELECT customer, date_trunc('month', returned_at) AS month, sum(amount) AS amount
                FROM returned WHERE customer IS NOT NULL GROUP BY ALL
            ), both_ways AS (
                SELECT customer, month, 1 AS customers, orders, amount FROM months
                UNION ALL SELECT customer, month, 0, 0, -amount FROM back
            )
            SELECT cohort::DATE::VARCHAR, month::DATE::VARCHAR, sum(customers), sum(orders), sum(amount)
            FROM both_ways JOIN firsts USING (customer) GROUP BY ALL ORDER BY ALL
        """)
    }


def repeat_rate(ask: Ask, _given: Given) -> Figures:
    frequencies = ask("""
        SELECT days, count(*) FROM (
            SELECT count(DISTINCT placed_at::DATE) AS days FROM sales WHERE customer IS NOT NULL GROUP BY customer
        ) GROUP BY days ORDER BY days
    """)
    return {
        "customers": sum(many for _, many in frequencies),
        "repeat_customers": sum(many for days, many in frequencies if days > 1),
        "frequencies": frequencies,
    }


def interpurchase(ask: Ask, _given: Given) -> Figures:
    ask("""
        CREATE OR REPLACE TEMP TABLE gaps AS
        WITH days AS (SELECT DISTINCT customer, placed_at::DATE AS day FROM sales WHERE customer IS NOT NULL)
        SELECT day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS gap FROM days QUALIFY gap IS NOT NULL
    """)
    [[gaps, mean, percentiles]] = ask(
        "SELECT count(*), avg(gap), quantile_cont(gap, [.05, .1, .25, .5, .75, .9, .95, .99]) FROM gaps"
    )
    bins = ask("SELECT (gap - 1) // 7 * 7 + 1 AS first, count(*) FROM gaps GROUP BY first ORDER BY first")
    return {"gaps": gaps, "mean": mean, "percentiles": percentiles, "bins": bins}


def pareto(ask: Ask, _given: Given) -> Figures:
    classes = ask(f"""
        WITH net AS (SELECT sku, CAST(sum(amount) * 100 AS BIGINT) AS cents FROM ({_NET}) GROUP BY sku),
        ranked AS (
            SELECT cents, row_number() OVER (ORDER BY cents DESC, sku) AS rank,
                   sum(cents) OVER (ORDER BY cents DESC, sku ROWS UNBOUNDED PRECEDING) AS reached,
                   sum(cents) OVER () AS whole, count(*) OVER () AS n
            FROM net WHERE cents > 0
        )
        SELECT CASE WHEN (reached - cents) * 5 < whole * 4 THEN 'A' WHEN (reached - cents) * 20 < whole * 19 THEN 'B'
                    ELSE 'C' END AS abc, count(*), sum(cents),
               sum(rank * cents::HUGEINT)::DOUBLE, max(n), max(whole),
               sum(CASE WHEN rank <= (n + 4) // 5 THEN cents ELSE 0 END)
        FROM ranked GROUP BY abc ORDER BY abc
    """)
    n, whole = classes[0][4], classes[0][5]
    return {
        "whole": whole,
        "classes": [row[:3] for row in classes],
        "top_20": sum(row[6] for row in classes) / whole,
        "gini": ((n + 1) * whole - 2 * sum(row[3] for row in classes)) / (n * whole),
    }


def answers(folder: Path) -> Answers:
    """Over the files of the peers."""
    return answers_over({"sales": f"FROM '{folder / SALES}'", "returned": f"FROM '{folder / RETURNED}'"})


def answers_over(views: Mapping[str, str]) -> Answers:
    """By a connection with these views."""
    database = duckdb.connect()
    database.execute("SET parquet_metadata_cache = true")
    for name, query in views.items():
        database.execute(f"CREATE VIEW {name} AS {query}")

    def ask(query: str, *values: Any) -> list[list[Any]]:
        found = database.execute(query, list(values))
        return [[cents(value) if isinstance(value, Decimal) else value for value in row] for row in found.fetchall()]

    return {name: partial(answer, ask) for name, answer in _ANSWERS.items()}


_ANSWERS: Final[Mapping[str, Callable[[Ask, Given], Figures]]] = {
    "summary": summary,
    "revenue": revenue,
    "top-products": top_products,
    "rfm": rfm,
    "cohorts": cohorts,
    "repeat-rate": repeat_rate,
    "interpurchase": interpurchase,
    "pareto": pareto,
    **duckdb_baskets.ANSWERS,
    **duckdb_customers.ANSWERS,
}
