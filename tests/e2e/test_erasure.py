"""A person leaves traces in everything that a running server keeps, is erased, and nothing is found any more.

The server runs on a PostgreSQL of its own, and logs as JSON. Every row of every table, the statistics that the planner
samples from them, the log of the server, that of each command and that of PostgreSQL are searched.
"""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg

from entrypoints.bootstrap.database import for_command
from entrypoints.bootstrap.settings import DatabaseConfig
from tests.support.daybook_process import Server, command, server
from tests.support.erasure import TRACES, Ask, digests, found_in, leave_traces, unfound

_TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
# Samples of values that the planner keeps; pg_statistic itself has them in a form that only it reads.
_STATISTICS = ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs")


def asking(running: Server) -> Ask:
    """Requests to a server."""

    async def ask(
        method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        given = {**(headers or {}), **({} if data is None else {"Content-Type": "application/json"})}
        answer = running.request(method, path, body=data, headers=given)
        return answer.status, answer.json() if answer.body else None

    return ask


async def dumped(url: str) -> list[str]:
    """Every live row of every table, and what the planner has sampled of them."""
    connection = await asyncpg.connect(url)
    try:
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        assert {"public.customers", "public.events", "public.idempotency_keys"} <= set(tables)
        found = []
        for one in [*tables, *_STATISTICS]:
            kept = io.BytesIO()
            await connection.copy_from_query(f"SELECT * FROM {one}", output=kept)
            # COPY doubles backslashes; a text that is in JSON in a column is written as JSON writes it.
            found.append(kept.getvalue().decode().replace("\\\\", "\\"))
        return found
    finally:
        await connection.close()


async def analyzed(url: str) -> None:
    """Lets the planner take samples of all that is there."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


def logs(folder: Path) -> list[str]:
    """What the server, its commands and its PostgreSQL have logged."""
    found = [*folder.glob("*.err"), folder / "err", folder / "out", *folder.glob(".daybook/**/*.log*")]
    assert any(path.name.startswith("postgres.log") for path in found)
    return [path.read_text(errors="replace") for path in found]


def typed(folder: Path, *arguments: str, expected: int = 0) -> str:
    """One command, whose log stays beside that of the server."""
    done = command(folder, *arguments, STORAGE="postgres", LOG_FORMAT="json", LOG_LEVEL="debug")
    assert done.returncode == expected, done.stderr
    (folder / f"{len([*folder.glob('*.err')])}.err").write_text(done.stderr)
    return done.stdout


async def import_again(folder: Path, ask: Ask, customer: str) -> None:
    """The person comes in a file too, under the name from before."""
    file = folder / "customers.csv"
    names = ("reference", "email", "name", "phone")
    values = (TRACES["reference"], TRACES["e-mail address"], TRACES["maiden name"], TRACES["phone"])
    file.write_text(f"{','.join(names)}\n{','.join(values)}\n,{TRACES['e-mail address']}@,{TRACES['name']},none\n")
    typed(folder, "import", str(file))
    file.unlink()
    assert (await ask("GET", f"/v1/customers/{customer}"))[1]["name"] == TRACES["maiden name"]
    typed(folder, "customers", "update", customer, "--name", TRACES["name"])


async def test_nothing_of_an_erased_person_is_found_any_more(tmp_path: Path) -> None:
    config = DatabaseConfig(embedded_folder=str(tmp_path / ".daybook" / "postgres"))
    with server(tmp_path, STORAGE="postgres", LOG_LEVEL="debug") as running, for_command(config) as url:
        ask = asking(running)
        traced = await leave_traces(ask)
        await import_again(tmp_path, ask, traced.customer)
        before = await digests(ask)
        await analyzed(url)
        assert unfound(await dumped(url)) == set(), "what is not found before shows nothing afterwards"
        exported = tmp_path / "export.json"
        typed(tmp_path, "customers", "export", traced.customer, "--output", str(exported))
        assert json.loads(exported.read_text())["customer"]["name"] == TRACES["name"]
        assert exported.stat().st_mode & 0o777 == 0o600
        exported.unlink()

        typed(tmp_path, "customers", "erase", traced.customer, "--yes")
        assert found_in(await dumped(url)) == {}
        await analyzed(url)
        assert found_in(await dumped(url)) == {}
        assert await digests(ask) == before
        for one in (traced.customer, traced.alias):
            assert (await ask("GET", f"/v1/customers/{one}"))[0] == 410
        typed(tmp_path, "customers", "get", traced.customer, "--include-deleted", expected=3)
        for one in traced.reviews:
            status, review = await ask("GET", f"/v1/reviews/{one}?include_deleted=true")
            assert (status, review["text"], review["rating"] in (1, 5)) == (200, None, True)
    assert found_in(logs(tmp_path)) == {}
