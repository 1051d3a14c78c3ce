"""What was written at a time is looked at before it is asked about."""

import io

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.imports.models import ImportOptions
from tests.support.importing import CALLER, service


@pytest.mark.parametrize(("dry_run", "known"), [(False, 1_000), (True, -1)])
async def test_an_import_of_many_rows_takes_statistics(pool: Pool, dry_run: bool, known: int) -> None:
    rows = "\n".join(["reference,name", *(f"C-{number},Ada" for number in range(1_000))]).encode()
    imports = service(PostgresUnitsOfWork(pool))
    async for _ in imports.start(io.BufferedReader(io.BytesIO(rows)), ImportOptions(dry_run=dry_run), CALLER):
        pass
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'customers'") == known
