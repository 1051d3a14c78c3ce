"""The text of the statements of basket rules and comparison, pinned as those of test_analytics_sql are."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Select

from adapters.postgres.statements import Statement
from adapters.sql import basket_rules, comparison
from adapters.sql.scope import Shape
from domain.analytics.facts import By, Metric
from tests.integration.test_analytics_sql import DIALECTS, SHAPES, SHAPES_OF, SNAPSHOTS, compiled


def statements(shapes: Mapping[str, Shape] = SHAPES) -> Iterator[tuple[str, Select[Any]]]:
    """Every statement, each choice of its own once, in the widest and the narrowest scope."""
    for name, shape in shapes.items():
        for by in By:
            yield f"items by {by}, {name}", basket_rules.items(shape, by)
            yield f"item sets by {by}, {name}", basket_rules.item_sets(shape, by)
        for by, metric in zip((*By, By.PRODUCT), Metric, strict=True):
            yield f"movements of {by} by {metric}, {name}", comparison.movements(shape, by, metric)


def text(dialect: str) -> str:
    return compiled(dialect, statements(SHAPES_OF[dialect]))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_statements_are_as_pinned(dialect: str) -> None:
    path = SNAPSHOTS / f"rules_{dialect}.sql"
    if os.environ.get("DAYBOOK_UPDATE_SNAPSHOTS"):
        path.write_text(text(dialect), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text(dialect)


def test_every_statement_can_be_compiled_ahead_for_asyncpg() -> None:
    for name, query in statements():
        assert Statement(query, name=name).sql


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_statement_divides_averages_or_adds_up_inexactly(dialect: str) -> None:
    forbidden = r"\bAVG\b|\bFILTER\b|DISTINCT ON|generate_series|\bFLOAT\b|\bDOUBLE\b|\bREAL\b|[^*]/[^*]"
    assert not re.search(forbidden, text(dialect), re.IGNORECASE)
    sums = re.findall(r"\bsum\((.{0,12})", text(dialect), re.IGNORECASE)
    assert {start[:5].upper() for start in sums} == {"CAST("}


def test_text_is_sorted_by_its_bytes() -> None:
    found = text("postgres")
    # Two in each statement of items, where they are numbered, too, and one in each of the others.
    assert found.count('.key COLLATE "C")') == len(SHAPES) * (3 * len(By) + len(Metric))
    assert not re.search(r"ORDER BY (?:[^\n]*, )?\w+\.key", found)
