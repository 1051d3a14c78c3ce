"""After an erasure nothing of the person is left: in memory, in what a warehouse is told next, and in the answers.

PostgreSQL, the server and its logs are in tests/e2e/test_erasure.py.
"""

import gc
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import FunctionType, ModuleType
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, DateTime, Integer, Uuid, bindparam, select, text

from adapters.memory.store import MemoryStore
from adapters.memory.warehouse import MemoryFactSource
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from adapters.snowflake.engine import Warehouse
from adapters.snowflake.history import SnowflakeHistorySink
from adapters.snowflake.names import FactNames
from adapters.snowflake.purchases import SnowflakePurchaseFacts
from adapters.snowflake.warehouse import SnowflakeFactStore
from adapters.sql.personal import NOT_PERSONAL, PERSONAL, SAMPLED, Emptied
from adapters.sql.tables import customers, metadata
from adapters.system.system import SystemClock
from application.analytics.service import AnalyticsService
from application.warehouse.service import WarehouseService
from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.services import Services
from tests.architecture.test_personal import names_customers
from tests.support.clocks import SetClock
from tests.support.definition import AtOnce
from tests.support.erasure import TRACES, Ask, Traced, digests, found_in, leave_traces, nested, unfound
from tests.support.http_client import HttpClient
from tests.support.memory_case import memory_ports
from tests.support.postgres_case import postgres_ports
from tests.support.services import services_on
from tests.support.snowflake_case import FACT_TABLES, TABLES

# What is worked out of what the person reads elsewhere.
_A_TIME = re.compile(r"\d{4}-\d\d-\d\dT")
DERIVED = {"search_tokens", "match_key"}
NOT_EXPORTED = {"idempotency_keys": "answers that were given already, kept for a day"}


def asking(services: Services) -> Ask:
    """Requests to the application on these services."""
    client = HttpClient(create_app(services, HttpConfig(version="1.2.3")))

    async def ask(
        method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        answer = await client.request(method, path, json=body, headers=headers or {})
        return answer.status, answer.json() if answer.body else None

    return ask


def held(*roots: object) -> Iterator[str]:
    """Every text that can be reached from these objects, by whatever way."""
    seen: set[int] = set()
    waiting: list[object] = [*roots]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | ModuleType):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            yield one
        elif isinstance(one, bytes):
            yield one.decode("utf-8", "replace")
        elif isinstance(one, FunctionType):
            waiting += [one.__closure__, one.__defaults__, one.__kwdefaults__]  # and not all that its module knows
        else:
            waiting += gc.get_referents(one)


async def erase(ask: Ask, traced: Traced) -> None:
    status, _ = await ask("POST", f"/v1/customers/{traced.customer}/erase", {})
    assert status == 200
    for one in (traced.customer, traced.alias):
        assert (await ask("GET", f"/v1/customers/{one}"))[0] == 410


async def test_no_object_in_memory_holds_a_trace() -> None:
    store = MemoryStore()
    services = services_on(memory_ports(store))
    ask = asking(services)
    traced = await leave_traces(ask)
    before = await digests(ask)
    assert unfound(held(store)) == set(), "what is not found before shows nothing afterwards"
    await erase(ask, traced)
    assert found_in(held(store, services)) == {}
    assert await digests(ask) == before
    for path in ("/v1/customers?include_deleted=true&sort=name", "/v1/reviews", "/v1/orders?expand=customer"):
        assert found_in(nested((await ask("GET", path))[1])) == {}


async def test_the_next_load_and_the_next_sync_make_a_warehouse_forget(
    warehouse: Warehouse, fact_names: FactNames
) -> None:
    rows = MemoryStore()
    ports = memory_ports(rows)
    assert ports.source is not None
    services = services_on(ports)
    ask = asking(services)
    traced = await leave_traces(ask)
    clock = SetClock()
    facts = WarehouseService(
        source=MemoryFactSource(rows), store=SnowflakeFactStore(warehouse, fact_names), clock=clock
    )
    counting = AnalyticsService(
        facts=SnowflakePurchaseFacts(warehouse, fact_names), clock=SystemClock(), computation=AtOnce()
    )
    ask_warehouse = asking(replace(services, analytics=counting))

    async def load() -> None:
        assert ports.source is not None
        await SnowflakeHistorySink(warehouse).write(await ports.source.read(purchases=False))
        await facts.sync()
        # What was withdrawn is kept for a minute, for questions that were begun before.
        clock.pass_by(minutes=1.1)
        await facts.compact()

    async def kept() -> list[str]:
        found = []
        for table in (*TABLES, *FACT_TABLES):
            rows = await warehouse.ask(f"test.{table}", text(f"SELECT * FROM {table}"))
            found += [str(value) for row in rows for value in row.values()]
        return found

    await load()
    before = set(found_in(await kept()))
    assert {"name", "e-mail address", "reference", "phone", "tag", "metadata key", "metadata value"} <= before
    assert {f"{name} of a duplicate" for name in ("name", "e-mail address", "phone", "tag", "metadata value")} <= before
    told = await digests(ask_warehouse)
    assert told == await digests(ask)
    await erase(ask, traced)
    assert set(found_in(await kept())) == before, "until it is loaded again"
    await load()
    assert found_in(await kept()) == {}
    assert told == await digests(ask_warehouse) == await digests(ask)


async def test_an_export_holds_every_row_of_a_person(pool: Pool) -> None:
    ask = asking(services_on(postgres_ports(pool)))
    traced = await leave_traces(ask)
    status, exported = await ask("GET", f"/v1/customers/{traced.customer}/export")
    assert status == 200
    told = set(nested(exported))
    people = {one.table: one.person for one in PERSONAL} | {one: one.c.customer_id for one in NOT_PERSONAL}
    assert people.keys() == {one for one in metadata.tables.values() if one is customers or names_customers(one)}
    missing, rows = [], 0
    async with pool.acquire() as connection:
        for table, person in people.items():
            if table.name in NOT_EXPORTED:
                continue
            statement = Statement(select(table).where(person == bindparam("id", type_=Uuid())), name="test")
            found = await statement.fetch(connection, id=UUID(traced.customer))
            assert found, f"the person has nothing in {table.name}, so nothing is shown"
            for row in found:
                rows += 1
                for name, value in row.items():
                    if name not in DERIVED:
                        missing += [f"{table.name}.{name}: {one}" for one in _texts(value) if one not in told]
    assert missing == []
    assert rows > len(people)
    # The traces that lie in what was changed since, or in answers kept for a retry, are in no row of the person's.
    assert unfound(told) <= {"maiden name", "earlier text of a review"} | {one for one in TRACES if "key of" in one}


async def test_nothing_of_a_person_is_sampled_but_what_an_erasure_samples_anew(pool: Pool) -> None:
    """Statistics of a table that became empty stay for ever, so there must be none."""
    kept = {"created_by", "updated_by", "added_by", "actor"}
    told: set[tuple[str, str]] = set()
    for one in PERSONAL:
        columns = {c for c in one.table.columns if not isinstance(c.type, Uuid | Integer | Boolean | DateTime)}
        columns -= {one.person, *SAMPLED}
        harmless = kept | set(one.kept if isinstance(one, Emptied) else ())
        told |= {(one.table.name, column.name) for column in columns if column.name not in harmless}
    told -= {("customers", "status")}
    # No customer's, and no sample of them either.
    told |= {("webhooks", "secret"), ("webhooks", "retiring_secret"), ("webhooks", "contact_email")}
    query = """
        SELECT attrelid::regclass::text, attname::text FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attstattarget = 0
    """
    indexes = """
        SELECT indexrelid::regclass::text FROM pg_index JOIN pg_attribute ON attrelid = indexrelid
        WHERE indrelid = ANY ($1::regclass[]) AND indexprs IS NOT NULL AND indkey[attnum - 1] = 0
            AND coalesce(attstattarget, -1) <> 0
    """
    async with pool.acquire() as connection:
        assert {tuple(row) for row in await connection.fetch(query)} == told
        assert await connection.fetch(indexes, [one.table.name for one in PERSONAL]) == []


def _texts(value: object) -> list[str]:
    """What of a value must be told: texts, ids and times; numbers are told in other forms."""
    match value:
        case UUID():
            return [str(value)]
        case str():
            return [value.replace("+00:00", "Z") if _A_TIME.match(value) else value]
        case datetime():
            return [msgspec.json.encode(value).decode().strip('"')]
        case list():
            return [text for one in value for text in _texts(one)]
        case dict():
            return [text for one in value.values() for text in _texts(one)]
    return []
