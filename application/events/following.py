"""Which events somebody follows, as callers say it."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from domain.shared.errors import Problems

TYPE: Final = re.compile(r"[a-z_]{1,64}\.[a-z_]{1,64}")
AGGREGATE: Final = re.compile(r"[a-z_]{1,64}")
MOST_NAMES: Final = 100
_NAMES: Final = {
    "type": (TYPE, "a type such as book.updated"),
    "aggregate": (AGGREGATE, "a kind of thing such as book"),
}


def check_wanted(names: Mapping[str, Collection[str]], problems: Problems) -> None:
    """Notes what is wrong with the `type`s and `aggregate`s that are asked for."""
    for name, given in names.items():
        pattern, told = _NAMES[name]
        if len(given) > MOST_NAMES or not all(map(pattern.fullmatch, given)):
            hint = (
                "; for all that happens to books, ask for the aggregate book"
                if any("*" in one for one in given)
                else ""
            )
            problems.add(name, "bad-value", f"must be {told}, or at most {MOST_NAMES} with commas between{hint}")
