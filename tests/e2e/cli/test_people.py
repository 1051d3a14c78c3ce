"""Erasing, exporting and purging on the command line, on PostgreSQL."""

import json
from pathlib import Path

import pytest

from tests.support.commands import NOBODY, Run, made


def test_one_is_exported_and_erased(daybook: Run, tmp_path: Path) -> None:
    ada = made(daybook, "customers", "create", "--name", "Ada Lovelace", "--email", "ada@example.org")
    code, out, error = daybook("customers", "export", ada["id"])
    assert (code, error) == (0, "")
    assert json.loads(out)["customer"] == ada
    file = tmp_path / "ada.json"
    assert daybook("customers", "export", ada["id"], "--output", str(file)) == (0, "", f"written to {file}\n")
    assert json.loads(file.read_text())["customer"] == ada
    assert file.stat().st_mode & 0o777 == 0o600
    again = daybook("customers", "export", ada["id"], "--output", str(file))
    assert again == (2, "", f"error: {file} is there already\n")

    code, _, error = daybook("customers", "erase", ada["id"])
    assert code == 2
    assert error.startswith(f"error: Erase the customer {ada['id']} for good?")
    assert daybook("customers", "erase", ada["id"], "--version", "2", "--yes")[0] == 4
    assert daybook("customers", "erase", ada["id"], "--yes")[0] == 0
    erased = (3, "", f"error: the customer {ada['id']} was erased\n")
    for asked in (("get",), ("get", "--include-deleted"), ("export",), ("restore",), ("erase", "--yes"), ("history",)):
        assert daybook("customers", asked[0], ada["id"], *asked[1:]) == erased
    assert daybook("customers", "erase", NOBODY, "--yes")[0] == 3
    (left,) = made(daybook, "customers", "list", "--include-deleted")["data"]
    assert (left["name"], left["email"], left["erased_at"] is None) == (None, None, False)


def test_those_who_were_deleted_long_ago_are_purged(daybook: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [made(daybook, "customers", "create", "--name", name)["id"] for name in ("Ada", "Bob", "Eve")]
    for one in ids[:2]:
        assert daybook("customers", "delete", one, "--yes")[0] == 0
    assert made(daybook, "customers", "purge")["due"] == 0, "not for 30 days"
    told = made(daybook, "customers", "purge", "--older-than", "0", "--dry-run")
    assert (told["due"], told["erased"]) == (2, 0)
    code, _, error = daybook("customers", "purge", "--older-than", "0")
    assert code == 2
    assert error.startswith("error: Erase 2 customers who were deleted more than 0 days ago for good?")
    assert daybook("customers", "purge", "--older-than", "-1")[0] == 2
    monkeypatch.setenv("SECURITY_PURGE_CUSTOMERS_AFTER_DAYS", "0")
    told = made(daybook, "customers", "purge", "--yes")
    assert (told["due"], told["erased"]) == (2, 2)
    assert [daybook("customers", "get", one)[0] for one in ids] == [3, 3, 0]
