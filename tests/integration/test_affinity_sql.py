"""The text of the statements about pairs, pinned as tests/integration/test_analytics_sql.py pins the others."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Select

from adapters.postgres.statements import Statement
from adapters.sql import affinity
from adapters.sql.scope import Shape
from domain.analytics.facts import By
from domain.analytics.pairs import Measure, Unit
from tests.integration.test_analytics_sql import DIALECTS, SHAPES, SHAPES_OF, SNAPSHOTS, compiled


def statements(shapes: Mapping[str, Shape] = SHAPES) -> Iterator[tuple[str, Select[Any]]]:
    """Every statement there is, each choice of its own once, in the widest and the narrowest scope."""
    yield "customer", affinity.living_customer()
    for name, shape in shapes.items():
        for unit in Unit:
            yield f"units by {unit}, {name}", affinity.units(shape, unit)
            yield f"pairs within {unit}, {name}", affinity.pairs_within(shape, unit, By.PRODUCT)
            part = affinity.pairs_within(shape, unit, By.PRODUCT, part=True)
            yield f"pairs in part within {unit}, {name}", part
        for by in By:
            query = affinity.pairs(shape, Unit.BASKET, by, Measure.LIFT, confidence=False, lift=False)
            yield f"pairs of {by}, {name}", query
        for of_one in (False, True):
            which = "one" if of_one else "all"
            yield f"neighbours of {which}, {name}", affinity.neighbours(shape, of_one=of_one)
            yield f"popular, {which}, {name}", affinity.popular(shape, of_own_categories=of_one)
        yield f"pairs beside, {name}", affinity.pairs_beside(shape)
        yield f"beside, {name}", affinity.beside(shape)
        yield f"bought, {name}", affinity.bought(shape)
        yield f"names, {name}", affinity.names(shape)
    for measure in Measure:
        query = affinity.pairs(
            shapes["least"], Unit.CUSTOMER, By.PRODUCT, measure, confidence=True, lift=measure is Measure.LIFT
        )
        yield f"pairs of customers by {measure}", query


def text(dialect: str) -> str:
    return compiled(dialect, statements(SHAPES_OF[dialect]))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_are_as_pinned(dialect: str) -> None:
    path = SNAPSHOTS / f"affinity_{dialect}.sql"
    if os.environ.get("DAYBOOK_UPDATE_SNAPSHOTS"):
        path.write_text(text(dialect), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text(dialect)


def test_every_statement_can_be_compiled_ahead_for_asyncpg() -> None:
    names = [Statement(query, name=name).name for name, query in statements()]
    assert len(names) == len(set(names)) > 30


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_quotient_orders_rows_and_is_never_told(dialect: str) -> None:
    quotient = r"\(CAST\(\w+\.\w+ AS DOUBLE PRECISION\) / CAST\(\w+\.\w+ AS DOUBLE PRECISION\)\)"
    ranked = rf"rank\(\) OVER \((?:PARTITION BY [\w.]+ )?ORDER BY {quotient} DESC\) AS rank"
    rest, ranks = re.subn(ranked, "", text(dialect))
    assert ranks == sum(name.startswith(("pairs of", "neighbours of")) for name, _ in statements())
    assert not re.search(r"\bFLOAT\b|\bDOUBLE\b|\bREAL\b|\bAVG\b|[^*]/[^*]", rest, re.IGNORECASE)
    assert not re.search(r"DISTINCT ON|\bFILTER\b|generate_series", rest, re.IGNORECASE)


def test_text_is_sorted_by_its_bytes() -> None:
    lists = re.findall(r"ORDER BY ([^()]*(?:\([^()]*\))?)", text("postgres"))
    texts = [one for one in lists if re.search(r"\bkey\b", one)]
    assert len(texts) > 20
    assert [one for one in texts if 'COLLATE "C"' not in one] == []
    assert re.search(r"(?:max|min)\((?!\([\w.]+ COLLATE)", text("postgres")) is None
