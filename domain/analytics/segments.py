"""Names for groups of customers, from their scores: a table that a shop may replace by its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.shared.errors import Invalid, Problems
from domain.shared.text import clean_line

SEGMENT_LENGTH = 50
TABLE_NAME_LENGTH = 100
PROSPECTS = "PROSPECTS"
_SCORES = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow:
    """The segments of one recency score, for FM = 1 to 5."""

    r: int
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentTable:
    """R down, FM = ceil((F + M) / 2) across."""

    name: str
    rows: tuple[SegmentRow, ...]

    @classmethod
    def of(cls, name: str, rows: Mapping[int, Sequence[str]]) -> "SegmentTable":
        """A table from a row of five names for each recency score."""
        return cls(name=name, rows=tuple(SegmentRow(r=r, segments=tuple(rows[r])) for r in (5, 4, 3, 2, 1)))

    @classmethod
    def read(cls, raw: Any) -> "SegmentTable":
        """A table from plain values: `{"name": "ours", "rows": {"5": ["NEW", ... five names], ..., "1": [...]}}`.

        Raises Invalid that names every problem.
        """
        problems = Problems()
        given = raw if isinstance(raw, Mapping) else {}
        name = problems.take("/name", _name, given.get("name"), TABLE_NAME_LENGTH)
        rows = given.get("rows")
        if not isinstance(rows, Mapping) or set(rows) != set(_SCORES) or set(given) != {"name", "rows"}:
            problems.add("", "not-a-segment-table", 'must be {"name": ..., "rows": {"5": [...], ..., "1": [...]}}')
            rows = {}
        table: dict[int, Sequence[str]] = {}
        for r, names in rows.items():
            if not isinstance(names, list) or len(names) != len(_SCORES):
                problems.add(f"/rows/{r}", "not-five", "must be a list of five names, for FM = 1 to 5")
                continue
            taken = [problems.take(f"/rows/{r}/{fm}", _name, one, SEGMENT_LENGTH) for fm, one in enumerate(names)]
            table[int(r)] = [one for one in taken if one is not None]
        problems.raise_if_any()
        return cls.of(name or "", table)

    def segment(self, r: int, f: int, m: int) -> str:
        """The segment of three scores."""
        row = next(row for row in self.rows if row.r == r)
        return row.segments[(f + m + 1) // 2 - 1]

    @property
    def names(self) -> list[str]:
        """Every segment once, in the order of the table."""
        return list(dict.fromkeys(name for row in self.rows for name in row.segments))


def _name(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise Invalid.because("wrong-type", "must be text")
    name = clean_line(value, longest)
    if name == PROSPECTS:
        raise Invalid.because("reserved", f"{PROSPECTS} are the customers without a purchase, who have no scores")
    return name


# Eleven names that Shopify publishes for its RFM groups; the twenty-five places are Daybook's.
STANDARD = SegmentTable.of(
    "standard",
    {
        5: "NEW PROMISING ACTIVE CHAMPIONS CHAMPIONS".split(),
        4: "PROMISING PROMISING ACTIVE LOYAL CHAMPIONS".split(),
        3: "NEEDS_ATTENTION NEEDS_ATTENTION ACTIVE LOYAL LOYAL".split(),
        2: "ALMOST_LOST ALMOST_LOST AT_RISK AT_RISK PREVIOUSLY_LOYAL".split(),
        1: "DORMANT DORMANT ALMOST_LOST PREVIOUSLY_LOYAL PREVIOUSLY_LOYAL".split(),
    },
)
