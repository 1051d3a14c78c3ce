"""What HTTP itself asks: methods, Allow, OPTIONS, HEAD, cross-origin requests, compression."""

import re

import pytest
from msgspec.structs import replace

from entrypoints.http.app import create_app, http_operations
from entrypoints.http.openapi import openapi_document
from entrypoints.services import Services
from tests.integration.http.conftest import CONFIG, NothingWritten
from tests.integration.http.payloads import ISBN, NO_ID, a_book
from tests.support.builders import isbn
from tests.support.every_operation import described, one_of_each
from tests.support.http_client import HttpClient

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
KNOWN = {"isbn": ISBN, "code": "not-found", "report": "rfm", "folder": "pages", "file": "redoc.css"}


async def every_path(client: HttpClient, services: Services) -> dict[str, set[str]]:
    """A path that exists for each route, with the methods that the table of operations gives it."""
    operations = http_operations(services, CONFIG)
    there = await one_of_each(client, described(openapi_document(operations, "1")))
    ids = {**KNOWN, **there.places}
    found: dict[str, set[str]] = {}
    for operation in operations:
        for template in operation.paths:
            path = re.sub(r"\{(\w+)\}", lambda place: ids[place[1]], template)
            found.setdefault(path, {"OPTIONS"}).update(
                {"GET", "HEAD"} if operation.method == "GET" else {operation.method}
            )
    return found


async def test_every_path_tells_its_methods_and_refuses_the_others(client: HttpClient, services: Services) -> None:
    paths = await every_path(client, services)
    assert len(paths) > 35
    for path, methods in paths.items():
        allow = ", ".join(sorted(methods))
        options = await client.options(path)
        assert (options.status, options.headers["allow"]) == (204, allow)
        for method in sorted((METHODS | {"TRACE", "PROPFIND"}) - methods):
            answer = await client.request(method, path)
            assert (answer.status, answer.headers["allow"]) == (405, allow), (method, path)
            if method != "HEAD":
                assert answer.code == "method-not-allowed"


# One of each is too little to fit a model to.
OTHER_THAN_200 = {
    "/schema": 307,
    "/v1/analytics/lifetime-value": 409,
    "/v1/analytics/churn": 409,
    "/v1/analytics/churn/customers": 409,
}


async def test_head_tells_what_get_would(client: HttpClient, services: Services) -> None:
    for path, methods in (await every_path(client, services)).items():
        if "GET" in methods:
            get, head = await client.get(path), await client.head(path)
            assert head.status == get.status == OTHER_THAN_200.get(path, 200), path
            assert head.raw == b""
            if "round_trip_ms" not in get.body.decode():
                assert head.headers == get.headers, path


async def test_head_of_what_is_not_there_has_no_body(client: HttpClient) -> None:
    for path in (f"/v1/books/{NO_ID}", "/nowhere", "/v1/books?x=1"):
        assert (await client.head(path)).status in (400, 404)


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v2/books", "/v1/books/1/2", "/books2", "/favicon.ico", "/%2e%2e/x"])
async def test_an_unknown_path_is_a_problem_too(client: HttpClient, path: str) -> None:
    answer = await client.get(f"{path}?secret=1")
    assert (answer.status, answer.code) == (404, "no-such-path")
    assert b"secret" not in answer.raw


async def test_a_path_is_the_same_with_a_slash_at_its_end(client: HttpClient) -> None:
    assert (await client.get("/v1/books/")).status == 200


async def test_a_browser_is_sent_to_the_documentation(client: HttpClient) -> None:
    plain = await client.get("/")
    assert plain.json()["links"]["openapi"] == "/schema/openapi.json"
    for link in plain.json()["links"].values():
        assert (await client.get(link)).status == 200
    page = await client.get("/", headers={"Accept": "text/html,application/xhtml+xml"})
    assert (page.status, page.headers["location"], page.headers["vary"]) == (307, "/schema/swagger", "accept")
    assert (await client.get("/v1/version")).json() == {"name": "Daybook", "version": "1.2.3"}


async def test_without_documentation_there_is_none(services: Services) -> None:
    client = HttpClient(create_app(services, replace(CONFIG, docs=False)))
    for path in ("/schema", "/schema/openapi.json", "/schema/swagger", "/schema/assets/pages/redoc.css"):
        assert (await client.get(path)).code == "no-such-path"
    welcome = await client.get("/", headers={"Accept": "text/html"})
    assert "documentation" not in welcome.json()["links"]


async def test_metrics_are_there_where_something_collects_them(services: Services, client: HttpClient) -> None:
    assert (await client.get("/metrics")).code == "no-such-path"
    metered = HttpClient(create_app(services, CONFIG, metrics=lambda: ("text/plain", b"up 1\n")))
    answer = await metered.get("/metrics")
    assert (answer.status, answer.headers["content-type"], answer.raw) == (200, "text/plain", b"up 1\n")


async def test_no_origin_is_allowed_by_default(client: HttpClient) -> None:
    answer = await client.get("/v1/books", headers={"Origin": "https://shop.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_an_allowed_origin_may_ask_and_see(services: Services, nothing_written: NothingWritten) -> None:
    client = HttpClient(create_app(services, replace(CONFIG, allowed_origins=("https://shop.example",))))
    origin = {"Origin": "https://shop.example"}
    async with nothing_written():
        preflight = await client.options("/v1/books", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "https://shop.example"
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"
    assert "If-Match" in preflight.headers["access-control-allow-headers"]
    for answer in (await client.get("/v1/books", headers=origin), await client.get("/nowhere", headers=origin)):
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert "ETag" in answer.headers["access-control-expose-headers"]
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers
    for stranger in ("https://evil.example", "https://shop.example.evil.example", "null"):
        answer = await client.get("/v1/books", headers={"Origin": stranger})
        assert "access-control-allow-origin" not in answer.headers
    assert (await client.get("/v1/books")).headers["vary"] == "Origin"


async def test_every_origin_may_be_allowed(services: Services) -> None:
    client = HttpClient(create_app(services, replace(CONFIG, allowed_origins=("*",))))
    answer = await client.get("/v1/books", headers={"Origin": "https://any.example"})
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_long_answer_is_compressed_for_who_takes_it(client: HttpClient) -> None:
    for n in range(30):
        await client.post("/v1/books", json=a_book(isbn=isbn(n).value))
    plain = await client.get("/v1/books?limit=30")
    packed = await client.get("/v1/books?limit=30", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert len(packed.raw) < len(plain.raw) / 3
    assert "accept-encoding" in plain.headers["vary"]
    assert "accept-encoding" in packed.headers["vary"]
    for refusal in ("identity", "gzip;q=0", "gzip; q=0.0", "br"):
        answer = await client.get("/v1/books?limit=30", headers={"Accept-Encoding": refusal})
        assert "content-encoding" not in answer.headers
    short = await client.get("/v1/books?limit=1", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in short.headers


async def test_telemetry_finds_the_template_and_leaves_the_id(services: Services) -> None:
    app = create_app(services, CONFIG)
    scopes = []

    async def around(scope, receive, send):  # type: ignore[no-untyped-def]  # the shape of ASGI
        await app(scope, receive, send)
        scopes.append(scope)

    client = HttpClient(around)
    await client.get(f"/v1/books/{NO_ID}")
    await client.get("/nowhere")
    assert [scope.get("path_template") for scope in scopes] == ["/v1/books/{book_id}", None]
