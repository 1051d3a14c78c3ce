import re
from typing import Any

import pytest

from domain.analytics.rfm import segment_cells
from domain.analytics.segments import STANDARD, SegmentTable
from domain.shared.errors import Invalid

TABLE = """
| 5 | NEW | PROMISING | ACTIVE | CHAMPIONS | CHAMPIONS |
| 4 | PROMISING | PROMISING | ACTIVE | LOYAL | CHAMPIONS |
| 3 | NEEDS_ATTENTION | NEEDS_ATTENTION | ACTIVE | LOYAL | LOYAL |
| 2 | ALMOST_LOST | ALMOST_LOST | AT_RISK | AT_RISK | PREVIOUSLY_LOYAL |
| 1 | DORMANT | DORMANT | ALMOST_LOST | PREVIOUSLY_LOYAL | PREVIOUSLY_LOYAL |
"""
FIFTHS = range(1, 6)


def own(**rows: Any) -> dict[str, Any]:
    return {"name": "ours", "rows": {str(r): ["A", "B", "C", "D", f"E{r}"] for r in FIFTHS} | rows}


def test_the_standard_table() -> None:
    rows = {int(r): names for r, *names in (re.findall(r"\w+", line) for line in TABLE.strip().splitlines())}
    assert {row.r: list(row.segments) for row in STANDARD.rows} == rows
    assert len(STANDARD.names) == 10


def test_fm_is_the_mean_rounded_up() -> None:
    table = SegmentTable.read(own())
    assert [table.segment(3, f, m) for f, m in ((1, 1), (1, 2), (2, 2), (3, 4), (5, 2), (5, 4), (5, 5))] == [
        "A",
        "B",
        "B",
        "D",
        "D",
        "E3",
        "E3",
    ]


def test_the_cells_of_all_segments_are_all_cells() -> None:
    cells = [segment_cells(STANDARD, name) for name in STANDARD.names]
    assert sum(map(len, cells)) == 125
    assert len(frozenset().union(*cells)) == 125
    assert segment_cells(STANDARD, "PROSPECTS") == frozenset()


def test_a_table_of_ones_own() -> None:
    table = SegmentTable.read(own())
    assert (table.name, [row.r for row in table.rows]) == ("ours", [5, 4, 3, 2, 1])
    assert table.names[:5] == ["A", "B", "C", "D", "E5"]


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        (None, ["/name wrong-type", " not-a-segment-table"]),
        ({"name": "x", "rows": {}}, [" not-a-segment-table"]),
        (own() | {"more": 1}, [" not-a-segment-table"]),
        (own(**{"6": []}), [" not-a-segment-table"]),
        (own(**{"5": ["A", "B"]}), ["/rows/5 not-five"]),
        (own(**{"5": ["A", "B", "C", "D", 5]}) | {"name": " "}, ["/name blank", "/rows/5/4 wrong-type"]),
        (own(**{"1": ["A", "B", "C", "D", "PROSPECTS"]}), ["/rows/1/4 reserved"]),
    ],
)
def test_what_is_wrong_with_a_table_is_named(raw: Any, problems: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        SegmentTable.read(raw)
    assert [f"{one.pointer} {one.code}" for one in refused.value.problems] == problems
