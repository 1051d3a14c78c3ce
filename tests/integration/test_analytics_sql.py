"""The text of every analytics statement, for both dialects, pinned: a change of it is seen, and wanted, or a mistake.

With DAYBOOK_UPDATE_SNAPSHOTS=1 the files are written anew, for the change to be read in their diff.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from snowflake.sqlalchemy import snowdialect  # type: ignore[import-untyped]  # Snowflake ships no types
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.engine import Dialect

from adapters.postgres.statements import Statement
from adapters.snowflake.facts import of_facts
from adapters.snowflake.names import FactNames
from adapters.sql import analytics, lifetime, pareto, retention, rfm
from adapters.sql.scope import Shape
from domain.analytics.facts import By, Metric
from domain.analytics.lifetime_facts import Late
from domain.analytics.periods import Period

SNAPSHOTS = Path(__file__).parent / "snapshots"
DIALECTS: dict[str, Dialect] = {
    "postgres": asyncpg.dialect(),  # type: ignore[no-untyped-call]  # SQLAlchemy types no dialect
    "snowflake": snowdialect.dialect(),
}
SHAPES = {
    "everything": Shape(since=False, returns=True, paid=False, known=False),
    "least": Shape(since=True, returns=False, paid=True, known=True),
}


FLAT = {name: replace(shape, flat=True) for name, shape in SHAPES.items()}
SHAPES_OF = {"postgres": SHAPES, "snowflake": FLAT}
NAMES = FactNames.of("DAYBOOK", "PUBLIC", names={"sales": "MARTS.SALES"})


def statements(shapes: Mapping[str, Shape] = SHAPES) -> Iterator[tuple[str, Select[Any]]]:
    """Every statement there is, each choice of its own once, in the widest and the narrowest scope."""
    yield "currencies", analytics.currencies()
    for name, shape in shapes.items():
        yield f"purchases, {name}", analytics.purchases_counted(shape)
        yield f"lines, {name}", analytics.lines_counted(shape)
        yield f"baskets, {name}", analytics.baskets_counted(shape)
        yield f"returns, {name}", analytics.returns_counted(shape)
        for period in Period:
            yield f"orders by {period}, {name}", analytics.orders_by_period(shape, period)
            yield f"new customers by {period}, {name}", analytics.new_customers_by_period(shape, period)
            yield f"lines by {period}, {name}", analytics.lines_by_period(shape, period)
            yield f"returns by {period}, {name}", analytics.returns_by_period(shape, period)
        for by, metric in zip((*By, By.PRODUCT), Metric, strict=True):
            yield f"top {by} by {metric}, {name}", analytics.top_products(shape, by, metric)
        yield f"positive totals, {name}", analytics.positive_totals(shape)
        for by in (By.AUTHOR, By.CATEGORY):
            yield f"lines without {by}, {name}", analytics.unattributed_lines(shape, by)
        yield f"histograms, {name}", rfm.histograms(shape)
        for ntile in (False, True):
            scored = "ntile" if ntile else "cuts"
            yield f"cells by {scored}, {name}", rfm.cells(shape, ntile=ntile)
            yield f"customers by {scored}, {name}", rfm.buyers_page(shape, ntile=ntile, after=False)
            yield f"customers by {scored} after one, {name}", rfm.buyers_page(shape, ntile=ntile, after=True)
        yield f"prospects, {name}", rfm.prospects(shape)
        yield f"purchase days, {name}", retention.purchase_days(shape)
        yield f"gaps, {name}", retention.gaps(shape)
        for period in (Period.WEEK, Period.MONTH):
            yield f"cohorts by {period}, {name}", retention.cohort_purchases(shape, period)
            yield f"returns of cohorts by {period}, {name}", retention.cohort_returns(shape, period)
        for by in By:
            yield f"earned by {by}, {name}", pareto.earned(shape, by)
        yield f"amounts by customer, {name}", pareto.amounts(shape)
        yield f"top customers, {name}", pareto.top_customers(shape)
        yield f"lines without customer, {name}", pareto.lines_without_customer(shape)
        yield f"repeat buying, {name}", lifetime.repeat_buying(shape)
        yield f"repeat spending, {name}", lifetime.repeat_spending(shape)
        yield f"repeaters, {name}", lifetime.repeaters(shape)
        yield f"late, {name}", lifetime.late_counted(shape)
        yield f"one repeater, {name}", lifetime.one_repeater(shape)
        yield f"one idle buyer, {name}", lifetime.one_idle_buyer(shape)
        for ntile in (False, True):
            yield f"one customer by {'ntile' if ntile else 'cuts'}, {name}", rfm.one_buyer(shape, ntile=ntile)
        for by in By:
            yield f"favourites by {by}, {name}", analytics.favourites(shape, by)
        for late in Late:
            yield f"idle buyers, late {late}, {name}", lifetime.idle_buyers(shape, late, after=False)
            yield f"idle buyers, late {late}, after one, {name}", lifetime.idle_buyers(shape, late, after=True)


def text(dialect: str) -> str:
    return compiled(dialect, statements(SHAPES_OF[dialect]))


def compiled(dialect: str, queries: Iterable[tuple[str, Select[Any]]]) -> str:
    """The text of these, as the store of the dialect is asked: Snowflake of its facts."""
    parts = []
    for name, query in queries:
        asked = of_facts(query, NAMES) if dialect == "snowflake" else query
        lines = str(asked.compile(dialect=DIALECTS[dialect])).splitlines()
        parts.append("\n".join([f"-- {name}", *(line.rstrip() for line in lines), ""]))
    return "\n".join(parts)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_are_as_pinned(dialect: str) -> None:
    path = SNAPSHOTS / f"analytics_{dialect}.sql"
    if os.environ.get("DAYBOOK_UPDATE_SNAPSHOTS"):
        path.write_text(text(dialect), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text(dialect)


def test_every_statement_can_be_compiled_ahead_for_asyncpg() -> None:
    names = [Statement(query, name=name).name for name, query in statements()]
    assert len(names) == len(set(names)) > 50


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_statement_divides_averages_or_says_what_only_one_engine_knows(dialect: str) -> None:
    forbidden = r"\bAVG\b|\bFILTER\b|DISTINCT ON|generate_series|\bFLOAT\b|\bDOUBLE\b|\bREAL\b|[^*]/[^*]"
    assert not re.search(forbidden, text(dialect), re.IGNORECASE)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_sum_is_over_a_cast(dialect: str) -> None:
    sums = re.findall(r"\bsum\((.{0,12})", text(dialect), re.IGNORECASE)
    assert len(sums) > 100
    assert {start[:5].upper() for start in sums} == {"CAST("}


def test_text_is_sorted_by_its_bytes() -> None:
    by = r'(?:[\w.]+(?: DESC)?|\([\w.]+ COLLATE "C"\))'
    lists = re.findall(rf"ORDER BY ({by}(?:, {by})*)", text("postgres"))
    texts = [one for line in lists for one in line.split(", ") if re.search(r"\.(key|id|currency)\b", one)]
    assert len(texts) > 40
    assert [one for one in texts if "COLLATE" not in one] == []
    assert re.search(r"max\((?!\(|\w+\.day\b|CASE WHEN \(days\.day\b|parts\.)", text("postgres")) is None
