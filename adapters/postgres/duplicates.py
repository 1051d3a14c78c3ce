"""What customers share, found by PostgreSQL: one statement a key, all of one snapshot."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, func, literal_column, select

from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.sql.tables import addresses, customers
from domain.customers.duplicates import GMAIL, MOST_SHARING, Block, Reason

_LIVING = customers.c.deleted_at.is_(None)
_HAS_WORDS = func.length(customers.c.search_tokens) > literal_column("0")


def _mailbox() -> ColumnElement[str]:
    """As domain.customers.duplicates.mailbox has it: no address has a second @."""
    local = func.split_part(customers.c.email, "@", literal_column("1"))
    host = func.split_part(customers.c.email, "@", literal_column("2"))
    cut = func.split_part(local, "+", literal_column("1"))
    bare = case((cut == "", local), else_=cut)
    undotted = func.replace(bare, ".", "")
    at_gmail = host.in_([literal_column(f"'{one}'") for one in GMAIL])
    gmail = case((undotted == "", bare), else_=undotted).concat("@" + GMAIL[0])
    return case((at_gmail, gmail), else_=bare.concat("@").concat(host))


def _sharing(*keys: ColumnElement[Any], several: bool = False) -> Select[Any]:
    """Who shares a key; `several` where one customer may have it several times."""
    owner: ColumnElement[Any] = distinct(customers.c.id) if several else customers.c.id
    number = func.count(owner)
    return (
        select(func.array_agg(owner))
        .where(_LIVING)
        .group_by(*keys)
        .having(number.between(literal_column("2"), literal_column(str(MOST_SHARING))))
    )


_BLOCKS = {
    Reason.MAILBOX: Statement(_sharing(_mailbox()).where(customers.c.email.is_not(None)), name="duplicates.mailbox"),
    Reason.PHONE: Statement(_sharing(customers.c.phone).where(customers.c.phone.is_not(None)), name="duplicates.phone"),
    Reason.NAME: Statement(_sharing(customers.c.search_tokens).where(_HAS_WORDS), name="duplicates.name"),
    Reason.ADDRESS: Statement(
        _sharing(customers.c.search_tokens, addresses.c.match_key, several=True)
        .select_from(customers.join(addresses, addresses.c.customer_id == customers.c.id))
        .where(_HAS_WORDS),
        name="duplicates.address",
    ),
}


class PostgresDuplicateReader:
    """What living customers share."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def blocks(self) -> Sequence[Block]:
        """In one read-only snapshot."""
        return await read(self._pool, _blocks)


async def _blocks(connection: Connection) -> Sequence[Block]:
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return [
            Block(reason, row[0]) for reason, statement in _BLOCKS.items() for row in await statement.fetch(connection)
        ]
