"""Events, histories and what has had its day, on the command line."""

import asyncio
import json
import signal
from pathlib import Path

import asyncpg
import pytest

from tests.support.commands import Run, made
from tests.support.daybook_process import environment
from tests.support.forked import Piped


def test_what_happened_is_listed(daybook: Run) -> None:
    customer = made(daybook, "customers", "create", "--name", "Ada Lovelace")
    made(daybook, "customers", "update", str(customer["id"]), "--email", "ada@example.org")
    order = made(daybook, "orders", "create", "--currency", "EUR", "--line", "X,1,2.00")
    code, out, _ = daybook("events", "list", "--format", "ndjson")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(one["sequence"], one["type"]) for one in events] == [
        (1, "customer.created"),
        (2, "customer.updated"),
        (3, "order.placed"),
    ]
    assert json.loads(daybook("events", "list", "--sequence[gt]", "2", "--format", "ndjson")[1]) == events[2]
    code, out, _ = daybook("events", "list", "--aggregate", "customer", "--sort", "-sequence", "--limit", "1")
    assert code == 0
    assert out.split()[:2] == ["sequence", "at"]
    assert "customer.updated" in out
    assert "order.placed" not in out
    for kind, one, count in (("customers", customer, 2), ("orders", order, 1)):
        code, out, _ = daybook(kind, "history", str(one["id"]), "--format", "ndjson")
        assert (code, len(out.splitlines())) == (0, count)
    code, out, _ = daybook("customers", "history", str(customer["id"]))
    assert [line.split()[1] for line in out.splitlines()[1:]] == ["customer.updated", "customer.created"]
    assert daybook("books", "history", str(customer["id"]))[0] == 3
    assert daybook("events", "list", "--colour", "red")[0] == 2


def test_old_answers_are_forgotten(daybook: Run, database_url: str) -> None:
    async def keep() -> None:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute(
                "INSERT INTO idempotency_keys SELECT 'bob', n::text, '', '', '{}', now() + (n - 2) * interval '1 hour' "
                "FROM generate_series(1, 4) AS n"
            )
        finally:
            await connection.close()

    asyncio.run(keep())
    assert daybook("db", "prune") == (0, "", "forgotten: 2 answers\n")
    assert daybook("db", "prune") == (0, "", "forgotten: 0 answers\n")


def test_events_are_followed_until_ctrl_c(daybook: Run, database_url: str, tmp_path: Path) -> None:
    book = ("--title", "Middlemarch", "--author", "George Eliot", "--isbn", "978-0-14-143954-9")
    assert daybook("books", "create", *book)[0] == 0
    tailing = ("events", "tail", "--after", "0", "--aggregate", "book", "--format", "ndjson")
    tail = Piped(*tailing, folder=tmp_path, environment=environment(DATABASE_URL=database_url))
    try:
        before = json.loads(tail.stdout.readline())
        assert before["type"] == "book.created"
        # Of a process that runs no relay: it is looked for every second.
        assert daybook("books", "delete", before["aggregate_id"], "--yes")[0] == 0
        assert json.loads(tail.stdout.readline())["type"] == "book.deleted"
        tail.send_signal(signal.SIGINT)
        assert tail.communicate(timeout=10) == (130, "", "interrupted\n")
    finally:
        tail.close()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--type", "book.*"), "ask for the aggregate book"),
        (("--type", "Nonsense"), "must be a type such as book.updated"),
        (("--aggregate", "Book"), "must be a kind of thing such as book"),
        (("--after", "-1"), "must be a whole number from 0 on"),
        (("--after", "99999999"), "is after the last event, which is 0"),
    ],
)
def test_what_would_never_come_is_not_waited_for(daybook: Run, arguments: tuple[str, ...], told: str) -> None:
    code, out, error = daybook("events", "tail", *arguments)
    assert (code, out) == (2, "")
    assert told in error
