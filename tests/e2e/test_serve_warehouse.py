"""A deployment with a warehouse only: loaded where the records are, then served by itself, from fakesnow's files."""

import asyncio
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from application.authors.models import AUTHOR_LIST, AuthorCreate, AuthorMerge, AuthorUpdate
from application.books.models import BOOK_LIST, BookUpdate
from application.caller import Caller
from application.categories.models import CATEGORY_LIST, CategoryCreate
from application.customers.models import CUSTOMER_LIST
from application.imports.models import ImportOptions
from application.listing import read_listing
from application.reviews.models import REVIEW_LIST, ReviewCreate
from entrypoints.bootstrap.settings import Settings
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.cli.main import run
from tests.support.daybook_on_fakesnow import FOLDER, PROGRAM
from tests.support.daybook_process import Server, command, server
from tests.support.every_operation import described
from tests.support.postgres import TemplateDatabase

ACCOUNT = {"SNOWFLAKE_ACCOUNT": "fakesnow", "SNOWFLAKE_USER": "tester", "SNOWFLAKE_PASSWORD": "none"}
FILES = (
    b"isbn,title,author\n978-0-14-143954-9,Middlemarch,George Eliot\n9780141439587,Emma,Jane Austen\n",
    b"reference,name\nC-1,Ada Lovelace\nC-2,Mary Shelley\n",
    (
        b"reference,placed_at,currency,customer,sku,quantity,unit_price\n"
        b"W-1,2026-01-05T12:00:00Z,EUR,C-1,9780141439587,2,7.99\n"
        b"W-2,2026-01-09T12:00:00Z,EUR,C-2,9780141439549,1,9.99\n"
    ),
)
REPORTS = (
    "summary",
    "revenue",
    "top-products",
    "rfm",
    "repeat-rate",
    "interpurchase",
    "cohorts",
    "pareto",
    "affinity",
    "recommendations",
    "basket-rules",
    "comparison",
)
NOWHERE = "01997f43-8c00-7000-8000-000000000000"
ORDER = {"currency": "EUR", "lines": [{"sku": "GIFT", "quantity": 1, "unit_price": "1"}]}
READ_ONLY = "takes no changes: make them where the records are kept"
COUNTED = "counts orders and returns and does not show single ones"
PERSONAL = "are loaded, since they tell of single people: ask where the records are kept"


class Warehouse:
    """A loaded warehouse that is served, and what the store of record answered to the same questions."""

    def __init__(self, running: Server, answered: dict[str, Any]) -> None:
        self.running = running
        self.answered = answered


@pytest.fixture(scope="module")
def warehouse(migrated_template: TemplateDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder = tmp_path_factory.mktemp("warehouse")
    kept = {**ACCOUNT, FOLDER: str(folder)}
    where = {"ANALYTICS_STORAGE": "snowflake"}
    with migrated_template.copy() as url:
        answered = asyncio.run(_recorded(url))
        loaded = command(folder, "warehouse", "load", program=PROGRAM, DATABASE_URL=url, **kept)
        # Two customers, three authors, two categories, two books and a review.
        assert (loaded.returncode, loaded.stdout.split()) == (0, ["rows", "10"]), loaded.stderr
        again = command(folder, "warehouse", "load", program=PROGRAM, DATABASE_URL=url, **kept)
        assert (again.returncode, again.stdout.split()) == (0, ["rows", "0"]), again.stderr
        counted = command(folder, "warehouse", "sync", program=PROGRAM, DATABASE_URL=url, **where, **kept)
        assert counted.returncode == 0, counted.stderr
    # The database of record is gone by now.
    with server(folder, program=PROGRAM, STORAGE="snowflake", **kept) as running:
        yield Warehouse(running, answered)


async def _recorded(url: str) -> dict[str, Any]:
    """Answers of the store of record, once it has the rows of the files."""
    async with Wiring(Settings(), url).opened() as wiring:
        services = wiring.services
        for rows in FILES:
            async for verdicts in services.imports.start(
                io.BufferedReader(io.BytesIO(rows)), ImportOptions(), Caller()
            ):
                assert {one.verdict for one in verdicts} == {"created"}
        caller = Caller("bob")
        shelf = await services.categories.create(CategoryCreate(name="Novels"), caller)
        await services.categories.create(CategoryCreate(name="English novels", parent_id=shelf.id), caller)
        books = {one.title: one for one in (await services.books.list(read_listing(BOOK_LIST, []))).data}
        shelved = BookUpdate(categories=["novels / english novels"])
        await services.books.update(books["Emma"].id, shelved, caller)
        austen = books["Emma"].authors[0].id
        twin = await services.authors.create(AuthorCreate(name="Miss Austen"), caller)
        await services.authors.merge(austen, AuthorMerge(from_id=twin.id), caller)
        await services.authors.update(austen, AuthorUpdate(name="Jane Austen of Steventon"), caller)
        customers = (await services.customers.list(read_listing(CUSTOMER_LIST, []))).data
        written = ReviewCreate(book_id=books["Emma"].id, customer_id=customers[0].id, rating=4, text="Worth it.")
        review = await services.reviews.create(written, caller)
        await services.reviews.publish(review.id, caller)
        asked: dict[str, Any] = {
            report: await services.analytics.ask(report, [("as_of", "2026-02-01")]) for report in REPORTS
        }
        asked["/v1/authors"] = await services.authors.list(read_listing(AUTHOR_LIST, []))
        asked[f"/v1/authors/{austen}"] = await services.authors.get(austen)
        asked[f"/v1/authors/{twin.id}?include_deleted=true"] = await services.authors.get(twin.id, include_deleted=True)
        asked["/v1/categories"] = await services.categories.list(read_listing(CATEGORY_LIST, []))
        asked[f"/v1/categories/{shelf.id}"] = await services.categories.get(shelf.id)
        asked["/v1/categories/tree"] = await services.categories.tree()
        asked["/v1/reviews"] = await services.reviews.list(read_listing(REVIEW_LIST, []))
        asked[f"/v1/reviews/{review.id}"] = await services.reviews.get(review.id)
        expand = frozenset({"book", "customer"})
        asked[f"/v1/reviews/{review.id}?expand=book,customer"] = await services.reviews.get(review.id, expand=expand)
        asked["/v1/books?sort=title"] = await services.books.list(read_listing(BOOK_LIST, [("sort", "title")]))
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(asked))
    return found


def test_it_says_what_it_serves_and_is_ready(warehouse: Warehouse) -> None:
    running = warehouse.running
    assert "in the Snowflake warehouse, for reading and analytics: changes are refused" in running.out
    assert "/v1/analytics/summary'" in running.out
    assert "-d '{" not in running.out, "nothing is proposed that would be refused"
    for path in ("/health/ready", "/test-db"):
        answer = running.get(path)
        assert answer.status == 200
        (store,) = answer.json()["stores"]
        assert (store["store"], store["ok"], store["migrated"]) == ("snowflake", True, True)


def test_books_and_customers_are_read(warehouse: Warehouse) -> None:
    running = warehouse.running
    found = running.get("/v1/books?sort=title&include=total").json()
    assert ([one["title"] for one in found["data"]], found["total"]) == (["Emma", "Middlemarch"], 2)
    emma = found["data"][0]
    for path in (f"/v1/books/{emma['id']}", "/v1/isbn/0141439580", "/v1/isbn/9780141439587"):
        assert running.get(path).json() == emma
    assert [one["title"] for one in running.get("/v1/books?q=austen").json()["data"]] == ["Emma"]
    assert [one["name"] for one in running.get("/v1/customers?q=shelley").json()["data"]] == ["Mary Shelley"]
    assert running.get(f"/v1/customers/{NOWHERE}").status == 404


def test_reports_are_those_of_the_store_of_record(warehouse: Warehouse) -> None:
    for report in REPORTS:
        recorded = warehouse.answered[report]
        answer = warehouse.running.get(f"/v1/analytics/{report}?as_of=2026-02-01").json()
        assert (recorded["store"], answer["store"]) == ("postgres", "snowflake")
        assert answer | {"store": ""} == recorded | {"store": ""}
    customers = warehouse.running.get("/v1/analytics/rfm/customers?as_of=2026-02-01").json()
    assert [one["key"] for one in customers["data"]] == ["C-1", "C-2"]


def test_authors_categories_and_reviews_are_those_of_the_store_of_record(warehouse: Warehouse) -> None:
    running = warehouse.running
    paths = [path for path in warehouse.answered if path.startswith("/")]
    assert len(paths) == 10
    for path in paths:
        answer = running.get(path)
        assert (answer.status, answer.json()) == (200, warehouse.answered[path]), path
    (emma, _), (review,) = warehouse.answered["/v1/books?sort=title"]["data"], warehouse.answered["/v1/reviews"]["data"]
    assert emma["rating"] == {"count": 1, "average": "4.00"}
    (austen,) = emma["authors"]
    assert (austen["name"], emma["author"]) == ("Jane Austen of Steventon", "Jane Austen")
    for path in (
        f"/v1/authors/{austen['id']}/books",
        "/v1/books?q=steventon",
        "/v1/books?category=novels/english-novels",
    ):
        assert [one["title"] for one in running.get(path).json()["data"]] == ["Emma"], path
    shelf = warehouse.answered["/v1/categories/tree"]["data"][0]
    assert shelf["books"] == {"own": 0, "branch": 1}
    for path, titles in ((f"/v1/categories/{shelf['id']}/books", ["Emma"]), ("/v1/books?category=novels", [])):
        assert [one["title"] for one in running.get(path).json()["data"]] == titles, path
    of_emma = running.get(f"/v1/books/{emma['id']}/reviews?status=published&include=total").json()
    assert ([one["id"] for one in of_emma["data"]], of_emma["total"]) == ([review["id"]], 1)


def test_a_merged_author_leads_to_the_other(warehouse: Warehouse) -> None:
    (path,) = [one for one in warehouse.answered if one.endswith("?include_deleted=true")]
    answer = warehouse.running.request("GET", path.partition("?")[0], body=None, headers={})
    assert answer.status == 301
    assert warehouse.answered[path]["merged_into"] in answer.headers["location"]


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", "/v1/books", {"title": "Persuasion", "author": "Jane Austen", "isbn": "9780141439686"}, READ_ONLY),
        ("PATCH", f"/v1/books/{NOWHERE}", {"title": "Other"}, READ_ONLY),
        ("DELETE", f"/v1/books/{NOWHERE}", None, READ_ONLY),
        ("POST", "/v1/customers", {"name": "Nobody"}, READ_ONLY),
        ("POST", "/v1/orders", ORDER, READ_ONLY),
        ("POST", "/v1/authors", {"name": "Nobody"}, READ_ONLY),
        ("POST", f"/v1/authors/{NOWHERE}/merge", {"from_id": NOWHERE}, READ_ONLY),
        ("POST", "/v1/categories", {"name": "Poems"}, READ_ONLY),
        ("DELETE", f"/v1/categories/{NOWHERE}", None, READ_ONLY),
        ("POST", f"/v1/reviews/{NOWHERE}/publish", None, READ_ONLY),
        ("DELETE", f"/v1/reviews/{NOWHERE}", None, READ_ONLY),
        ("GET", "/v1/groups", None, PERSONAL),
        ("GET", "/v1/segments", None, PERSONAL),
        ("GET", "/v1/orders", None, COUNTED),
        ("GET", f"/v1/orders/{NOWHERE}", None, COUNTED),
        ("GET", "/v1/returns", None, COUNTED),
    ],
)  # fmt: skip
def test_what_a_warehouse_does_not_do_is_refused_with_its_reason(
    warehouse: Warehouse, method: str, path: str, body: Any, told: str
) -> None:
    data = None if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"Content-Type": "application/json"}
    answer = warehouse.running.request(method, path, body=data, headers=headers)
    problem = answer.json()
    assert (answer.status, problem["code"]) == (409, "read-only-store")
    assert problem["title"] == "This deployment has a warehouse only"
    assert told in problem["detail"]
    assert (
        warehouse.running.get("/v1/analytics/summary").json()["watermark"] == warehouse.answered["summary"]["watermark"]
    )


def test_the_document_declares_what_each_question_is_answered_with(warehouse: Warehouse) -> None:
    running = warehouse.running
    (customer, _), (book, _) = (running.get(f"/v1/{one}").json()["data"] for one in ("customers", "books"))
    there = {"customer_id": customer["id"], "book_id": book["id"], "isbn": book["isbn"], "report": "rfm"}
    refused = set()
    for one in described(running.get("/schema/openapi.json").json()):
        if one.method == "GET":
            path = one.path.format_map({name: there.get(name, NOWHERE) for name in one.places})
            status = running.get(path).status
            assert str(status) in one.told["responses"], (path, status)
            refused |= {one.id} if status == 409 else set()
    assert {"get_orders", "get_customer_addresses", "get_events", "get_book_history", "get_snapshot"} <= refused
    assert not refused & {"get_customers", "get_customer", "get_books", "get_book", "get_book_by_isbn", "get_rfm"}


@pytest.mark.parametrize("what", ["addresses", "consents", "groups", "merges"])
def test_what_tells_of_a_person_is_asked_where_the_records_are_kept(warehouse: Warehouse, what: str) -> None:
    (customer, _) = warehouse.running.get("/v1/customers").json()["data"]
    paths = {"groups": f"/v1/groups/{NOWHERE}/members"}
    answer = warehouse.running.get(paths.get(what, f"/v1/customers/{customer['id']}/{what}"))
    problem = answer.json()
    assert (answer.status, problem["code"]) == (409, "read-only-store")
    assert f"no {what} {PERSONAL}" in problem["detail"]


def test_queries_of_the_warehouse_are_counted(warehouse: Warehouse) -> None:
    warehouse.running.get("/v1/books")
    assert b'database_query_duration_seconds_count{outcome="ok",query="books.list",store="snowflake"}' in (
        warehouse.running.get("/metrics").body
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (
            ["import", "books.csv"],
            4,
            "error: this deployment answers from a Snowflake warehouse, which takes no changes",
        ),
        (["warehouse", "load"], 2, "error: STORAGE=snowflake has no facts to tell: ask where the records are kept"),
        (["warehouse", "sync"], 2, "error: STORAGE=snowflake has no facts to tell: ask where the records are kept"),
        (["analytics", "verify"], 2, "error: STORAGE=snowflake has no history to compare others with"),
        (["db", "upgrade"], 2, "error: STORAGE=snowflake has no schema of PostgreSQL"),
    ],
)
def test_commands_that_need_the_records_say_so_at_once(
    arguments: list[str],
    code: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {**ACCOUNT, "STORAGE": "snowflake"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "books.csv").write_bytes(FILES[0])
    assert run(arguments) == code
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(told)


def test_it_stops_as_asked(warehouse: Warehouse) -> None:
    assert warehouse.running.stop() == 0
    assert warehouse.running.out.endswith("Daybook has stopped. It changed nothing in the warehouse.\n")
