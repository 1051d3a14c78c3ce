"""Every error is in the table, and what is not ours to explain is not explained."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog

import application
import domain
from application.decoding import Malformed
from application.errors import ApplicationError, Conflict, OutcomeUnknown, ReadOnlyStore, Unavailable
from application.ports.stores import StoreHealth
from domain.shared.errors import DomainError
from entrypoints.http.app import create_app
from entrypoints.http.problems import KINDS, kind_of, problem_type, problem_types
from entrypoints.http.refusals import HttpRefusal
from entrypoints.services import Services
from tests.integration.http.conftest import CONFIG
from tests.integration.http.payloads import a_book
from tests.support.http_client import REQUEST_ID, HttpClient


def every_error(root: type[Exception]) -> Iterator[type[Exception]]:
    for kind in root.__subclasses__():
        yield kind
        yield from every_error(kind)


def test_every_error_of_the_core_is_mapped() -> None:
    for package in (domain, application):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    errors = {
        error
        for root in (DomainError, ApplicationError, HttpRefusal)
        for error in every_error(root)
        if error.__module__.startswith(("domain.", "application.", "entrypoints."))
    }
    assert len(errors) > 25
    unmapped = {error.__name__ for error in errors if kind_of(error) is None}
    assert unmapped == set()
    codes = [error.code for error in (*errors, Malformed)]  # type: ignore[attr-defined]  # every error has one
    assert len(set(codes)) == len(codes), "a code means one thing"
    known = {one.code for one in problem_types()}
    assert set(codes) <= known
    for error in errors:
        assert error.__doc__, error


def test_an_error_outside_the_table_is_noticed() -> None:
    class Stray(ApplicationError):
        code = "stray"

    assert kind_of(Stray) is None
    with pytest.raises(LookupError):
        problem_type(Stray)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Invalid", 422),
        ("Refused", 409),
        ("Malformed", 400),
        ("BadQuery", 400),
        ("NotFound", 404),
        ("AlreadyExists", 400),
        ("Conflict", 409),
        ("StaleVersion", 412),
        ("ReadOnlyStore", 409),
        ("Unavailable", 503),
        ("OutcomeUnknown", 503),
        ("NoSuchPath", 404),
        ("MethodNotAllowed", 405),
        ("ContentTooLarge", 413),
        ("UnsupportedMediaType", 415),
        ("PreconditionRequired", 428),
        ("InternalError", 500),
    ],
)
def test_the_table_says(name: str, status: int) -> None:
    (kind,) = [row for error, row in KINDS.items() if error.__name__ == name]
    assert kind.status == status


async def test_every_problem_has_a_page(client: HttpClient) -> None:
    for one in (await client.get("/problems")).json()["data"]:
        page = await client.get(one["type"])
        assert page.json() == one
        assert one["explanation"]
        assert one["title"]
    assert (await client.get("/problems/nonsense")).code == "not-found"


def failing(services: Services, error: Exception) -> HttpClient:
    """The application with books that raise `error`."""

    class Books:
        def __getattr__(self, name: str) -> Any:
            method = getattr(services.books, name)

            async def fail(*_: Any, **__: Any) -> Any:
                raise error

            fail.__doc__ = method.__doc__
            return fail

    return HttpClient(create_app(replace(services, books=Books()), CONFIG))  # type: ignore[arg-type]  # a stand-in


async def test_what_is_unexpected_is_logged_and_not_told(services: Services) -> None:
    secret = 'SELECT "secret" FROM books; postgresql://daybook:hunter2@db'
    with structlog.testing.capture_logs() as logs:
        answer = await failing(services, RuntimeError(secret)).post("/v1/books", json=a_book())
    assert (answer.status, answer.code) == (500, "internal-error")
    assert b"secret" not in answer.raw
    assert b"RuntimeError" not in answer.raw
    (line,) = logs
    assert (line["log_level"], line["request_id"]) == ("error", REQUEST_ID)
    assert secret in str(line["exc_info"])
    assert line["exc_info"].__traceback__ is not None


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Unavailable("the store does not answer", retry_after=7), 503, "unavailable"),
        (OutcomeUnknown("the connection died during the commit", retry_after=7), 503, "outcome-unknown"),
        (Conflict("somebody was faster"), 409, "conflict"),
        (ReadOnlyStore("this deployment answers questions only"), 409, "read-only-store"),
    ],
)
async def test_what_a_store_may_say(services: Services, error: ApplicationError, status: int, code: str) -> None:
    answer = await failing(services, error).post("/v1/books", json=a_book())
    assert (answer.status, answer.code, answer.json()["detail"]) == (status, code, error.detail)
    assert answer.headers.get("retry-after") == ("7" if status == 503 else None)


async def test_a_store_that_is_not_there_makes_health_a_503(services: Services) -> None:
    class Gone:
        name = "postgres"

        def __init__(self, health: StoreHealth) -> None:
            self._health = health

        async def check(self) -> StoreHealth:
            return self._health

    def client_on(health: StoreHealth) -> HttpClient:
        checked = type(services.health)(stores=[Gone(health)])
        return HttpClient(create_app(replace(services, health=checked), CONFIG))

    gone = client_on(StoreHealth(store="postgres", ok=False, detail="it does not answer"))
    for path in ("/health/ready", "/test-db"):
        answer = await gone.get(path)
        assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "not-ready", "5")
        assert answer.json()["stores"][0]["ok"] is False
        assert "postgres" in answer.json()["detail"]
    assert (await gone.get("/health")).status == 200
    behind = client_on(StoreHealth(store="postgres", ok=True, migrated=False))
    assert [(await behind.get(path)).status for path in ("/health/ready", "/test-db")] == [503, 200]


async def test_a_host_that_is_no_host_is_refused(client: HttpClient) -> None:
    answer = await client.get("/v1/books", headers=[("host", "daybook.example/../<script>")])
    assert answer.status in (200, 400)
    assert b"<script>" not in answer.raw


async def test_half_a_character_in_a_path_is_no_fault_of_ours(client: HttpClient) -> None:
    app = client.app
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    for path in ("/v1/books/\udcff", "/v1/isbn/\udcff", "/\udcff"):
        sent.clear()
        scope: Any = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "state": {}}
        await app(scope, receive, send)
        assert sent[0]["status"] == 404
