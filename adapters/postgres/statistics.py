"""The statistics that PostgreSQL makes its plans by."""

from typing import Final

from sqlalchemy import text

from adapters.postgres.errors import write
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement

MANY: Final = 1_000
"""Rows written at a time that are worth a look."""
_ANALYZE = Statement(
    text("ANALYZE customers, books, orders, order_lines, returns, return_lines"), name="statistics.analyze"
)


async def look_over(pool: Pool) -> None:
    """Takes them now. Until autovacuum does, in a minute or so, a plan for what was just written is made as if it were
    a few rows, and pairs of the products of a month took a quarter of a minute. Raises Unavailable.
    """
    await write(pool, _ANALYZE.execute)
