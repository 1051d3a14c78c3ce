"""The stores under contract: the one list of them. A new store adds its line here and its module beside this one."""

from collections.abc import Iterable

from tests.support.duckdb_case import duckdb_case
from tests.support.memory_case import memory_case
from tests.support.postgres_case import postgres_case
from tests.support.snowflake_case import snowflake_case
from tests.support.store_case import CAPABILITIES, StoreCase

CASES: tuple[StoreCase, ...] = (memory_case(), postgres_case(), snowflake_case(), duckdb_case())


def having(needed: Iterable[str], without: Iterable[str] = ()) -> list[StoreCase]:
    """The cases that have all of the capabilities `needed` and none of those in `without`."""
    needed, without = set(needed), set(without)
    if unknown := (needed | without) - set(CAPABILITIES):
        raise ValueError(f"no such capability: {', '.join(sorted(unknown))}")
    return [
        case
        for case in CASES
        if all(getattr(case, one) for one in needed) and not any(getattr(case, one) for one in without)
    ]
