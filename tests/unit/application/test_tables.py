"""Answers as tables: every report has its rows, and nothing of an answer is left out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args, get_origin
from uuid import UUID

import pytest

from application.analytics.exporting import SPECS
from application.analytics.models import AnswerPage
from application.analytics.tables import columns_of, is_table, tabular
from application.ports.report_files import Kind, TabularReport
from tests.support.answers import answer

ONE_ROW = {"summary"}


async def tables(report: str, **parameters: str) -> TabularReport:
    return tabular(SPECS[report], await answer(report, None, **parameters))


@pytest.mark.parametrize("report", SPECS)
def test_a_report_with_lists_says_which_one_is_its_rows(report: str) -> None:
    """A report that is added names its list in `rows`. One that is about a single thing is a row, and stands here."""
    spec = SPECS[report]
    lists = [column.name for column in columns_of(get_args(spec.answer)[0]) if is_table(column)]
    if report in ONE_ROW or get_origin(spec.answer) is AnswerPage:
        assert spec.rows is None
    else:
        assert spec.rows in lists


@pytest.mark.parametrize("report", SPECS)
async def test_nothing_of_an_answer_is_left_out(report: str) -> None:
    spec, given = SPECS[report], await answer(report)
    found = tabular(spec, given)
    assert found.about["answer_digest"] == given.answer_digest
    assert {name.partition(".")[0] for name in found.about} >= {"report", "definition", "parameters", "as_of", "store"}
    assert found.main.rows
    assert found.main.columns
    if isinstance(given.data, list):
        assert found.main.rows is given.data
        return
    told = {name.removeprefix("answer.") for name in found.about if name.startswith("answer.")}
    told |= {table.name for table in found.others} | {column.name for column in found.main.columns}
    told |= {spec.rows or ""}
    assert {column.name for column in columns_of(get_args(spec.answer)[0])} <= told


async def test_the_head_of_an_answer_is_told_by_dotted_names() -> None:
    about = (await tables("rfm", method="rank")).about
    assert (about["report"], about["definition.name"], about["definition.version"]) == ("rfm", "rfm", "1")
    assert about["definition.segment_table.name"] == "standard"
    assert (about["parameters.method"], about["parameters.from"], about["as_of"]) == ("rank", "", "2026-03-01")
    assert (about["answer.currency"], about["answer.customers"], about["watermark"]) == ("EUR", "12", "0")
    assert len(json.loads(about["answer.cuts.orders"])) == 4


async def test_the_lists_beside_the_main_one_are_tables_too() -> None:
    found = await tables("pareto")
    assert (found.main.name, [other.name for other in found.others]) == ("items", ["classes", "curve"])
    assert [row.abc for row in found.others[0].rows] == ["A", "B", "C"]


async def test_a_report_without_a_list_is_one_row() -> None:
    found = await tables("summary")
    assert (found.main.name, len(found.main.rows)) == ("summary", 1)
    assert not any(name.startswith("answer.") for name in found.about)


@dataclass(frozen=True, kw_only=True)
class Inner:
    amount: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Outer:
    flag: bool
    either: Decimal | int | None
    ratio: float | int
    day: date
    id: UUID | None
    words: Sequence[str]
    pairs: list[Inner]
    fixed: tuple[float, ...]
    inner: Inner | None
    mapping: Mapping[str, Any]


def test_columns_are_of_the_types_of_the_fields() -> None:
    found = {column.name: column.kind for column in columns_of(Outer)}
    assert found == {
        "flag": Kind.FLAG,
        "either": Kind.DECIMAL,
        "ratio": Kind.NUMBER,
        "day": Kind.DAY,
        "id": Kind.ID,
        "words": Kind.LIST,
        "pairs": Kind.LIST,
        "fixed": Kind.LIST,
        "inner.amount": Kind.DECIMAL,
        "mapping": Kind.JSON,
    }
    amount = next(column for column in columns_of(Outer) if column.name == "inner.amount")
    nobody: Any = type("Row", (), {"inner": None})
    assert amount.read(nobody) is None


def test_a_kind_that_no_column_holds_is_refused() -> None:
    @dataclass
    class Strange:
        thing: complex

    with pytest.raises(TypeError, match="complex"):
        columns_of(Strange)
