"""What PostgreSQL does for a statement, as EXPLAIN tells it: the nodes of its plan, the topmost first."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement

Node = dict[str, Any]


async def planned(pool: Pool, statement: Statement, **params: object) -> Sequence[Node]:
    """What it would do."""
    return await _explained(pool, "FORMAT JSON", statement, params)


async def measured(pool: Pool, statement: Statement, **params: object) -> Sequence[Node]:
    """What it did, in rows and blocks, which are the same whatever the machine is busy with."""
    return await _explained(pool, "ANALYZE, TIMING OFF, BUFFERS, FORMAT JSON", statement, params)


def indexes(plan: Sequence[Node]) -> set[str]:
    """The names of the indexes that are used."""
    return {node["Index Name"] for node in plan if "Index Name" in node}


def read_whole(plan: Sequence[Node]) -> set[str]:
    """The names of the tables that are gone through from one end to the other."""
    return {node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"}


def blocks(plan: Sequence[Node]) -> int:
    """How many blocks of the database it took."""
    return int(plan[0]["Shared Hit Blocks"]) + int(plan[0]["Shared Read Blocks"])


def passed_over(plan: Sequence[Node]) -> int:
    """How many rows were looked at in vain."""
    return sum(int(node.get("Rows Removed by Filter", 0)) for node in plan)


async def _explained(pool: Pool, options: str, statement: Statement, params: dict[str, object]) -> Sequence[Node]:
    async with pool.acquire() as connection:
        told = await connection.fetchval(f"EXPLAIN ({options}) {statement.sql}", *statement.bind(params))
    return list(_nodes((json.loads(told) if isinstance(told, str) else told)[0]["Plan"]))


def _nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)
