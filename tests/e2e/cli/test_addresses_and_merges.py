"""Addresses, consents, duplicates and merges on the command line, on PostgreSQL."""

import json
from typing import Any

from tests.support.commands import NOBODY, Run, made

HOME = ("--type", "shipping", "--line", "12 St James's Square", "--city", "London", "--country", "GB")


def customer(daybook: Run, name: str, email: str, *more: str) -> str:
    found: str = made(daybook, "customers", "create", "--name", name, "--email", email, *more)["id"]
    return found


def records(out: str) -> list[Any]:
    found: list[Any] = json.loads(out)["data"]
    return found


def test_addresses(daybook: Run) -> None:
    ada = customer(daybook, "Ada", "ada@example.org")
    commands = ("customers", "addresses")
    first = made(daybook, *commands, "add", ada, *HOME, "--default")
    second = made(daybook, *commands, "add", ada, *HOME, "--default", "--line", "Flat 2")
    assert second["lines"] == ["12 St James's Square", "Flat 2"]
    assert made(daybook, *commands, "get", ada, first["id"])["default"] is False
    changed = made(daybook, *commands, "update", ada, first["id"], "--default", "--city", "Bath", "--version", "2")
    assert (changed["default"], changed["city"], changed["version"]) == (True, "Bath", 3)
    code, out, _ = daybook(*commands, "list", ada, "--type", "shipping")
    assert code == 0
    assert out.splitlines()[0].split()[:3] == ["id", "type", "default"]
    assert len(out.splitlines()) == 3
    assert daybook(*commands, "add", ada, "--type", "home")[0] == 2
    assert daybook(*commands, "add", NOBODY, *HOME)[0] == 3
    assert daybook(*commands, "remove", ada, first["id"])[0] == 2
    assert daybook(*commands, "remove", ada, first["id"], "--yes") == (0, "", "removed\n")
    assert daybook(*commands, "get", ada, first["id"])[0] == 3


def test_consents(daybook: Run) -> None:
    ada = customer(daybook, "Ada", "ada@example.org")
    commands = ("customers", "consents")
    never = daybook(*commands, "withdraw", ada, "newsletter", "--source", "mail")
    assert never == (4, "", "error: consent to newsletter was never given\n")
    given = made(daybook, *commands, "give", ada, "newsletter", "--source", "paper", "--at", "2020-05-01T10:00:00Z")
    assert (given["state"], given["given_at"]) == ("given", "2020-05-01T10:00:00Z")
    assert made(daybook, *commands, "withdraw", ada, "newsletter", "--source", "mail")["state"] == "withdrawn"
    assert [one["source"] for one in made(daybook, *commands, "get", ada, "newsletter")["history"]] == ["paper", "mail"]
    code, out, _ = daybook(*commands, "list", ada)
    assert code == 0
    assert out.splitlines()[1].split()[:3] == ["newsletter", "withdrawn", "mail"]
    assert daybook(*commands, "give", ada, "News letter", "--source", "x")[0] == 2


def test_duplicates_are_found_merged_and_parted(daybook: Run) -> None:
    ada = customer(daybook, "Ada Lovelace", "ada@gmail.com")
    other = customer(daybook, "Lovelace, Ada", "a.da+shop@gmail.com", "--tag", "b2b")
    code, out, _ = daybook("customers", "duplicates", "--format", "json", "--total")
    assert code == 0
    (pair,) = records(out)
    assert (pair["score"], pair["reasons"]) == ("0.94", ["mailbox", "name"])
    assert (pair["first"]["id"], pair["second"]["id"]) == (ada, other)
    assert "0.94" in daybook("customers", "duplicates")[1]
    assert daybook("customers", "duplicates", "--min-score", "2")[0] == 2

    code, _, error = daybook("customers", "merge", ada, other)
    assert (code, error) == (2, f"error: Merge the customer {other} into {ada}? Nobody is there to answer: add --yes\n")
    code, out, error = daybook("customers", "merge", ada, other, "--yes", "--version", "1", "--format", "json")
    assert code == 0
    assert error == f"merged; `daybook customers unmerge {ada} {other}` undoes it\n"
    assert json.loads(out)["customer"]["tags"] == ["b2b"]
    gone = daybook("customers", "get", other)
    assert gone == (3, "", f"error: the customer {other} was merged into {ada}\n")
    assert other in daybook("customers", "merges", ada)[1]
    assert daybook("customers", "merge", ada, other, "--yes")[0] == 2
    parted = made(daybook, "customers", "unmerge", ada, other)
    assert (parted["customer"]["tags"], parted["restored"]["tags"]) == ([], ["b2b"])
    assert daybook("customers", "unmerge", ada, other)[0] == 3
    assert made(daybook, "customers", "get", other)["version"] == 3
