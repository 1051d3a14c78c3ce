"""Customers, books, orders and returns on the command line, on PostgreSQL."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.analytics.counting import count_summary
from tests.support.builders import isbn
from tests.support.commands import MIDDLEMARCH, NOBODY, Run, made

FORMS = ("table", "csv", "ndjson")


def test_books(daybook: Run) -> None:
    book = made(daybook, "books", "create", *MIDDLEMARCH, "--price", "9.99 GBP", "--category", "Fiction")
    assert (book["isbn"], book["price"]) == ("9780141439549", {"amount": "9.99", "currency": "GBP"})
    assert made(daybook, "books", "get", book["id"]) == book
    assert made(daybook, "books", "get", "0-14-143954-8") == book
    edited = made(daybook, "books", "update", book["id"], "--language", "en", "--unset", "price", "--version", "1")
    assert (edited["language"], edited["price"], edited["version"]) == ("en", None, 2)

    assert daybook("books", "update", book["id"], "--title", "X", "--version", "1")[0] == 4
    assert daybook("books", "create", *MIDDLEMARCH) == (4, "", "error: ISBN exists\n")
    assert daybook("books", "get", NOBODY) == (3, "", f"error: there is no book {NOBODY}\n")

    code, _, error = daybook("books", "delete", book["id"])
    assert (code, error) == (2, f"error: Delete the book {book['id']}? Nobody is there to answer: add --yes\n")
    assert daybook("books", "delete", book["id"], "--yes")[:2] == (0, "")
    assert daybook("books", "get", book["id"])[0] == 3
    assert made(daybook, "books", "get", book["id"], "--include-deleted")["deleted_at"] is not None
    assert made(daybook, "books", "restore", book["id"])["deleted_at"] is None
    assert daybook("books", "restore", book["id"])[0] == 4


def test_a_list_of_books(daybook: Run) -> None:
    for number in range(3):
        made(daybook, "books", "create", "--title", f"Volume {number}", "--author", "A", "--isbn", isbn(number).value)
    page = made(daybook, "books", "list", "--sort", "-title", "--limit", "2", "--total")
    assert [book["title"] for book in page["data"]] == ["Volume 2", "Volume 1"]
    assert (page["has_more"], page["total"]) == (True, 3)
    rest = made(daybook, "books", "list", "--sort", "-title", "--limit", "2", "--cursor", page["next_cursor"])
    assert [book["title"] for book in rest["data"]] == ["Volume 0"]
    found = made(
        daybook, "books", "list", "--q", "VOLUME 1", "--author", "A", "--created_at[gte]", "2020-01-01T00:00:00Z"
    )
    assert found["data"][0]["title"] == "Volume 1", "the one whose title holds both words comes first"
    rows = list(csv.DictReader(io.StringIO(daybook("books", "list", "--format", "csv")[1])))
    assert {row["title"] for row in rows} == {"Volume 0", "Volume 1", "Volume 2"}
    code, out, error = daybook("books", "list", "--colour", "red")
    assert (code, out) == (2, "")
    assert error.startswith("error: colour: is not a parameter of this list")


def test_a_list_as_csv_can_be_imported(daybook: Run, tmp_path: Path) -> None:
    made(
        daybook,
        "books",
        "create",
        *MIDDLEMARCH,
        "--price",
        "9.99 GBP",
        "--category",
        "Fiction",
        "--category",
        "Classics",
    )
    made(daybook, "customers", "create", "--email", "ada@example.org", "--tag", "vip", "--metadata", "shelf=A3")
    for kind in ("books", "customers"):
        (tmp_path / "file.csv").write_text(daybook(kind, "list", "--format", "csv")[1])
        code, out, _ = daybook("import", "file.csv", "--output", "json")
        assert code == 0
        summary = json.loads(out)
        assert (summary["format"], summary["unchanged"], summary["rows"]) == (kind, 1, 1)


def test_customers(daybook: Run, tmp_path: Path) -> None:
    (tmp_path / "customer.json").write_text('{"name": "Ada Lovelace", "email": "Ada@Example.org"}')
    customer = made(daybook, "customers", "create", "--json", "customer.json")
    assert customer["email"] == "ada@example.org"
    edited = made(daybook, "customers", "update", customer["id"], "--tag", "a", "--tag", "b", "--metadata", "shelf=A3")
    assert (edited["tags"], edited["metadata"]) == (["a", "b"], {"shelf": "A3"})
    assert made(daybook, "customers", "list", "--tag", "a")["data"] == [edited]
    assert made(daybook, "customers", "get", customer["id"]) == edited
    assert daybook("customers", "delete", customer["id"], "--yes")[0] == 0
    assert made(daybook, "customers", "restore", customer["id"])["deleted_at"] is None
    code, _, error = daybook("customers", "create", "--email", "nobody", "--phone", "12")
    assert code == 2
    assert [line.split(":")[0].removeprefix("error").strip() for line in error.splitlines()] == ["", "phone"]
    assert "email: " in error


def test_orders_and_returns(daybook: Run) -> None:
    made(daybook, "books", "create", *MIDDLEMARCH)
    customer = made(daybook, "customers", "create", "--name", "Ada")
    lines = ("--line", "9780141439549,2,9.99", "--line", "GIFT,1,1.50")
    order = made(daybook, "orders", "create", "--currency", "GBP", *lines, "--customer-id", customer["id"])
    assert (order["total"], order["line_count"]) == ({"amount": "21.48", "currency": "GBP"}, 2)
    assert order["lines"][0]["book_id"] is not None
    back = made(daybook, "orders", "return", order["id"], "--line", "1,1")
    assert back["total"]["amount"] == "9.99"
    assert made(daybook, "returns", "get", back["id"]) == back
    assert [one["id"] for one in made(daybook, "returns", "list", "--order_id", order["id"])["data"]] == [back["id"]]
    listed = made(daybook, "orders", "list", "--customer_id", customer["id"], "--expand", "customer,lines")
    assert listed["data"][0]["customer"]["name"] == "Ada"
    assert made(daybook, "orders", "get", order["id"], "--expand", "customer")["customer"]["name"] == "Ada"

    assert daybook("orders", "cancel", order["id"], "--yes")[0] == 4
    assert daybook("orders", "return", order["id"], "--line", "1,5")[0] == 4
    other = made(daybook, "orders", "create", "--currency", "GBP", "--line", "GIFT,1,1.50")
    assert daybook("orders", "cancel", other["id"])[0] == 2
    assert '"status": "cancelled"' in daybook("orders", "cancel", other["id"], "--yes", "--format", "json")[1]
    alone = made(daybook, "returns", "create", "--currency", "GBP", "--line", "GIFT,1,1.50")
    assert alone["order_id"] is None
    code, _, error = daybook("orders", "create", "--currency", "XXX", "--line", "A,0,1")
    assert code == 2
    assert {"currency", "lines.0.quantity"} <= {part.split(":")[0] for part in error.replace("error: ", "").split()}


def test_reports(daybook: Run) -> None:
    made(
        daybook, "orders", "create", "--currency", "GBP", "--line", "GIFT,2,1.50", "--placed-at", "2026-01-02T12:00:00Z"
    )
    answer = made(daybook, "analytics", "summary", "--as_of", "2026-02-01")
    assert answer["data"]["revenue"] == "3.00"
    code, out, error = daybook("analytics", "revenue", "--period", "month", "--as_of", "2026-02-01", "--format", "csv")
    assert code == 0
    assert next(csv.DictReader(io.StringIO(out)))["revenue"] == "3.00"
    assert error.startswith("as of 2026-02-01, from postgres, sha256:")
    reports = ("top-products", "rfm", "repeat-rate", "interpurchase", "cohorts", "pareto", "affinity", "basket-rules")
    for report in (*reports, "comparison"):
        code, out, _ = daybook("analytics", report, "--format", "ndjson")
        assert code == 0
        assert all(json.loads(line) for line in out.splitlines())
    assert daybook("analytics", "rfm-customers")[0] == 0
    for report in ("lifetime-value", "churn", "churn-customers"):
        code, _, error = daybook("analytics", report)
        assert (code, "needs 10 of them or more" in error) == (4, True)
    assert daybook("analytics", "nonsense")[0] == 2
    code, _, error = daybook("analytics", "rfm", "--method", "luck", "--tz", "Nowhere")
    assert code == 2
    assert ("method: " in error, "tz: " in error) == (True, True)
    assert "quantile" in daybook("analytics", "definitions")[1]


def test_stores_that_answer_the_same(daybook: Run) -> None:
    made(daybook, "orders", "create", "--currency", "GBP", "--line", "GIFT,2,1.50")
    verification = made(daybook, "analytics", "verify", "--backends", "memory,postgres")
    assert verification["agree"] is True
    assert verification["asked"] > 20
    assert verification["watermarks"] == {"memory": 1, "postgres": 1}
    assert daybook("analytics", "verify", "--backends", "memory")[0] == 2
    code, _, error = daybook("analytics", "verify", "--backends", "memory,snowflake")
    assert code == 2
    assert "SNOWFLAKE_ACCOUNT" in error


def test_the_embedded_warehouse(daybook: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, _, error = daybook("warehouse", "status")
    assert code == 5
    assert "run `daybook warehouse sync`" in error
    order = made(daybook, "orders", "create", "--currency", "GBP", "--line", "GIFT,2,1.50")
    assert made(daybook, "warehouse", "sync")["sales"] == 1
    made(daybook, "orders", "create", "--currency", "GBP", "--line", "GIFT,2,1.50")
    assert daybook("orders", "cancel", order["id"], "--yes")[0] == 0
    assert made(daybook, "warehouse", "status")["lag_seconds"] > 0
    synced = made(daybook, "warehouse", "sync")
    assert (synced["orders"], synced["withdrawn"], synced["segments"]) == (2, 1, 2)
    compacted = made(daybook, "warehouse", "compact")
    assert (compacted["orders"], compacted["withdrawn"], compacted["segments"]) == (1, 0, 1)
    assert made(daybook, "warehouse", "rebuild")["orders"] == 1
    assert "lag_seconds" in daybook("warehouse", "status")[1]
    verification = made(daybook, "analytics", "verify", "--backends", "postgres,duckdb")
    assert (verification["agree"], verification["watermarks"]) == (True, {"postgres": 3, "duckdb": 3})
    answer = made(daybook, "analytics", "summary")
    assert (answer["store"], answer["watermark"], answer["data"]["revenue"]) == ("duckdb", 3, "3.00")
    made(daybook, "orders", "create", "--currency", "GBP", "--line", "GIFT,1,1.50")

    def answered(*arguments: str) -> tuple[str, int]:
        found = made(daybook, "analytics", "summary", *arguments)
        return found["store"], found["watermark"]

    assert answered() == ("postgres", 4), "nothing that was sold is missed, unless that is said to be well"
    assert answered("--max-lag", "600") == ("duckdb", 3)
    monkeypatch.setenv("ANALYTICS_MAX_LAG", "600")
    assert answered() == ("duckdb", 3)
    assert answered("--max-lag", "0") == ("postgres", 4)
    monkeypatch.setenv("ANALYTICS_STORAGE", "postgres")
    assert answered() == ("postgres", 4)
    monkeypatch.delenv("ANALYTICS_STORAGE")
    (manifest,) = (tmp_path / ".daybook/warehouse").glob("*/manifest.json")
    manifest.write_text("{")
    assert answered() == ("postgres", 4), "what cannot be read is passed over"


def test_stores_that_answer_differently(daybook: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    made(daybook, "orders", "create", "--currency", "GBP", "--line", "GIFT,2,1.50")
    # One store finds a piece too many.
    monkeypatch.setattr(
        "adapters.memory.purchases.count_summary", lambda *given: replace(count_summary(*given), units=3)
    )
    code, out, error = daybook("analytics", "verify", "--backends", "memory,postgres")
    assert code == 6
    assert error.endswith("questions got different answers\n")
    assert "\nsummary --tz UTC --currency GBP\n  memory: sha256:" in out


def test_the_warehouse_is_loaded_and_compared(
    daybook: Run, empty_snowflake: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("account", "user", "password", "database", "schema"):
        monkeypatch.setenv(f"SNOWFLAKE_{name.upper()}", getattr(empty_snowflake, name))

    def told(*arguments: str) -> dict[str, Any]:
        # What stands in for the account talks on standard error.
        code, out, error = daybook(*arguments, "--format", "json")
        assert code == 0, error
        found: dict[str, Any] = json.loads(out)
        return found

    made(daybook, "books", "create", *MIDDLEMARCH)
    order = made(daybook, "orders", "create", "--currency", "GBP", "--line", "GIFT,2,1.50")
    assert told("warehouse", "load")["rows"] == 2, "a book and its author"
    synced = told("warehouse", "sync", "--store", "snowflake")
    assert (synced["orders"], synced["sales"], synced["withdrawn"]) == (1, 1, 0)
    assert daybook("orders", "cancel", order["id"], "--yes")[0] == 0
    monkeypatch.setenv("ANALYTICS_STORAGE", "snowflake")
    assert told("warehouse", "status")["lag_seconds"] > 0
    assert told("analytics", "summary")["store"] == "snowflake"
    assert told("analytics", "summary", "--max-lag", "0")["store"] == "postgres"
    synced = told("warehouse", "sync")
    assert (synced["orders"], synced["withdrawn"]) == (0, 1)
    assert told("warehouse", "compact")["place"] == synced["place"]
    assert told("warehouse", "rebuild")["withdrawn"] == 0
    for command in ("sync", "status", "rebuild", "compact"):
        monkeypatch.setenv("SNOWFLAKE_FACTS", "views")
        code, _, error = daybook("warehouse", command)
        assert code == 2
        assert "Daybook only reads them" in error
    monkeypatch.delenv("SNOWFLAKE_FACTS")
    made(daybook, "orders", "create", "--currency", "GBP", "--line", "GIFT,2,1.50")
    # That every report agrees on every store is in tests/contract, without one command for them all.
    compared = ("--backends", "memory,postgres,snowflake", "--reports", "summary,rfm-customers")
    verification = told("analytics", "verify", *compared)
    assert verification["agree"] is True
    assert set(verification["watermarks"]) == {"memory", "postgres", "snowflake"}
    assert len(set(verification["watermarks"].values())) == 1
    assert {check["report"] for check in verification["checks"]} == {"summary", "rfm-customers"}
    code, out, error = daybook("analytics", "verify", "--reports", "summary,sumary,rmf")
    assert (code, out) == (2, "")
    assert error.startswith("error: --reports: there is no sumary, no rmf; there are: summary, repeat-rate, ")


def test_fields_are_shown_alone_in_every_form(daybook: Run) -> None:
    book = made(daybook, "books", "create", *MIDDLEMARCH, "--price", "9.99 GBP")
    assert made(daybook, "books", "get", book["id"], "--fields", "title,isbn") == {
        "title": "Middlemarch",
        "isbn": "9780141439549",
    }
    assert made(daybook, "books", "get", book["isbn"], "--fields", "id") == {"id": book["id"]}
    page = made(daybook, "books", "list", "--fields", "price,title")
    assert page["data"] == [{"title": "Middlemarch", "price": {"amount": "9.99", "currency": "GBP"}}]
    assert page["has_more"] is False
    forms = {form: daybook("books", "list", "--fields", "title,pages", "--format", form)[1] for form in FORMS}
    assert forms == {
        "table": "title        pages\nMiddlemarch\n",
        "csv": "title,pages\nMiddlemarch,\n",
        "ndjson": '{"title":"Middlemarch","pages":null}\n',
    }
    code, out, error = daybook("books", "list", "--fields", "titel")
    assert (code, out) == (2, "")
    assert error.startswith("error: fields: must be of: id, title, author, ")
    empty = daybook("customers", "list", "--fields", "nome")
    assert empty[0] == 2, "a field that is none is refused also where there is nothing to show"


@pytest.mark.parametrize(
    "group", "customers books authors categories reviews orders returns events groups segments".split()
)
def test_every_list_takes_fields(group: str, daybook: Run) -> None:
    code, out, _ = daybook(group, "list", "--fields", "colour")
    assert (code, out) == (2, "")
