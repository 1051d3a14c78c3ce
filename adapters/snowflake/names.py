"""What the tables of facts in Snowflake are called."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from application.ports.warehouse import FactTable

_PART: Final = r'(?:[A-Za-z_][A-Za-z0-9_$]{0,254}|"[\w $.-]{1,255}")'
_PARTS: Final = re.compile(_PART)
_NAME: Final = re.compile(rf"{_PART}(?:\.{_PART})*")
_MOST_PARTS: Final = 3
IDENTIFIERS: Final = "letters, digits, _ and $, not a digit first; anything else in double quotes"
"""What names are made of, in words."""


def is_name(text: str, *, most: int = _MOST_PARTS) -> bool:
    """Whether it is a name of at most so many identifiers with dots between, and nothing but that."""
    return _NAME.fullmatch(text) is not None and len(_PARTS.findall(text)) <= most


@dataclass(frozen=True, slots=True, kw_only=True)
class FactNames:
    """What the tables of facts are called, in full: DATABASE.SCHEMA.NAME.

    `views` says that they are somebody else's, with the columns of `FACT_COLUMNS` and with places of a `generation` and
    a `watermark`: they are read and never written.
    """

    orders: str
    sales: str
    returns: str
    books: str
    customers: str
    places: str
    writers: str
    views: bool = False

    @classmethod
    def of(
        cls, database: str, schema: str, *, names: Mapping[str, str] | None = None, views: bool = False
    ) -> "FactNames":
        """The usual names, or those given; one without a database or a schema lies in these."""
        usual = {
            **{table.value: f"{table.value.removesuffix('s')}_facts" for table in FactTable},
            "places": "fact_places",
            "writers": "fact_writers",
        }
        return cls(
            **{which: _in_full(name, database, schema) for which, name in {**usual, **(names or {})}.items()},
            views=views,
        )

    @property
    def differ(self) -> bool:
        """Whether no two of them are the same."""
        every = [*(self.of_table(table) for table in FactTable), self.places, self.writers]
        return len({tuple(parts_of(one)) for one in every}) == len(every)

    def of_table(self, table: FactTable) -> str:
        """The name of one of them."""
        name: str = getattr(self, table.value)
        return name


def _in_full(name: str, database: str, schema: str) -> str:
    parts = _PARTS.findall(name)
    return ".".join([*(database, schema)[: 3 - len(parts)], *parts])


def parts_of(name: str) -> Sequence[str]:
    """Database, schema and name as Snowflake keeps them."""
    return [one[1:-1] if one.startswith('"') else one.upper() for one in _PARTS.findall(name)]
