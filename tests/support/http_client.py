"""A client that speaks ASGI to the application, and holds every answer to what all answers have in common."""

import asyncio
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from litestar.types import ASGIApp

REQUEST_ID = "req-1"
_PROBLEM_FIELDS = {"type", "title", "status", "detail", "code", "instance", "request_id", "errors"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What came back. `raw` is as it was sent, `body` is unpacked."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the problem."""
        code: str = self.json()["code"]
        return code

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Where what is wrong, as the problem says it."""
        return [(one["pointer"], one["code"]) for one in self.json()["errors"]]


class HttpClient:
    """Requests, one after the other."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def get(self, path: str, **given: Any) -> HttpAnswer:
        return await self.request("GET", path, **given)

    async def head(self, path: str, **given: Any) -> HttpAnswer:
        return await self.request("HEAD", path, **given)

    async def post(self, path: str, **given: Any) -> HttpAnswer:
        return await self.request("POST", path, **given)

    async def put(self, path: str, **given: Any) -> HttpAnswer:
        return await self.request("PUT", path, **given)

    async def patch(self, path: str, **given: Any) -> HttpAnswer:
        return await self.request("PATCH", path, **given)

    async def delete(self, path: str, **given: Any) -> HttpAnswer:
        return await self.request("DELETE", path, **given)

    async def options(self, path: str, **given: Any) -> HttpAnswer:
        return await self.request("OPTIONS", path, **given)

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | Sequence[bytes] | None = None,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    ) -> HttpAnswer:
        """`path` with its query; the body as `json`, or as `content` in one or several chunks."""
        pairs = [(n.lower(), v) for n, v in (headers.items() if isinstance(headers, Mapping) else headers)]
        chunks = [content] if isinstance(content, bytes) else [*(content or [b""])]
        if json is not None:
            chunks = [_encoded(json)]
        if json is not None and "content-type" not in dict(pairs):
            pairs.append(("content-type", "application/json"))
        if len(chunks) == 1 and chunks[0] and "content-length" not in dict(pairs):
            pairs.append(("content-length", str(len(chunks[0]))))
        url = urlsplit(path)
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(url.path),
            "raw_path": url.path.encode("latin-1"),
            "query_string": url.query.encode("latin-1"),
            "root_path": "",
            "headers": [(b"host", b"daybook.example"), *((n.encode("latin-1"), v.encode("latin-1")) for n, v in pairs)],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
            "state": {"request_id": REQUEST_ID},
        }
        # In a task of its own, as a server does it: what a request leaves in its context ends with it.
        answer = await asyncio.create_task(_spoken(self.app, scope, chunks))
        _check(method, scope["path"], answer)
        return answer


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


async def _spoken(app: ASGIApp, scope: Any, chunks: Sequence[bytes]) -> HttpAnswer:
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": place + 1 < len(chunks)}
        for place, chunk in enumerate(chunks)
    ]
    sent: list[Any] = []
    answered = asyncio.Event()

    async def receive() -> Any:
        if waiting:
            return waiting.pop(0)
        # A caller goes away with the answer, or with the first piece of one that has no end.
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            answered.set()

    await app(scope, receive, send)
    start, *bodies = sent
    assert start["type"] == "http.response.start"
    assert {one["type"] for one in bodies} == {"http.response.body"}
    # One message holds a whole answer; only what has no end by itself comes in pieces.
    pieces = (b"content-type", b"text/event-stream") in start["headers"] and scope["method"] == "GET"
    assert [one.get("more_body", False) for one in bodies] == [True] * (len(bodies) - 1) + [False]
    assert pieces or len(bodies) == 1
    headers: dict[str, str] = {}
    for name, value in sent[0]["headers"]:
        key = name.decode("latin-1")
        assert name == name.lower(), "ASGI asks for names in lower case"
        assert key not in headers or key == "vary", f"{key} stands twice"
        headers[key] = f"{headers[key]}, {value.decode('latin-1')}" if key in headers else value.decode("latin-1")
    return HttpAnswer(status=sent[0]["status"], headers=headers, raw=b"".join(one["body"] for one in bodies))


def _check(method: str, path: str, answer: HttpAnswer) -> None:
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert "cache-control" in headers
    assert headers["server"] == "daybook", "which software serves is nobody's business"
    if method == "HEAD" or answer.status in (204, 304):
        assert answer.raw == b""
    else:
        assert headers.get("content-type") == "text/event-stream" or int(headers["content-length"]) == len(answer.raw)
    if answer.status >= 400:
        assert headers["content-type"] == "application/problem+json"
        assert headers["cache-control"] == "no-store"
        if method != "HEAD":
            _check_problem(path, answer)


def _check_problem(path: str, answer: HttpAnswer) -> None:
    problem = answer.json()
    assert problem.keys() >= _PROBLEM_FIELDS
    assert problem["status"] == answer.status
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["request_id"] == REQUEST_ID
    assert unquote(problem["instance"]).rstrip("/") in (path.rstrip("/"), path.replace("//", "/").rstrip("/"))
    assert "?" not in problem["instance"]
    for one in problem["errors"]:
        assert one.keys() == {"pointer", "code", "message"}
    text = answer.body.decode("utf-8")
    for leak in ("Traceback", 'File "', "SELECT ", "INSERT ", "asyncpg", "msgspec", ".py"):
        assert leak not in text
