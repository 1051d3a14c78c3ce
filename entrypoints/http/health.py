"""/health, /health/live, /health/ready and /test-db."""

from collections.abc import Awaitable, Callable
from inspect import getdoc
from typing import Literal

from litestar.types import ASGIApp
from msgspec import Struct

from application.health.service import Health, HealthService
from application.ports.stores import StoreHealth
from entrypoints.http.examples import plain
from entrypoints.http.operations import Handler, Operation
from entrypoints.http.problems import problem_reply
from entrypoints.http.refusals import NotReady
from entrypoints.http.replies import encode, json_reply
from entrypoints.http.requests import HttpRequest, refuse_query

_RETRY = ((b"retry-after", b"5"),)
_FINE = Health(status="ok", stores=[StoreHealth(store="postgres", ok=True, round_trip_ms=0.41, migrated=True)])


class Alive(Struct, frozen=True, kw_only=True):
    """The server answers. It says nothing of its stores."""

    status: Literal["ok"] = "ok"


def health_operations(service: HealthService) -> list[Operation]:
    """The operations of health. None of them needs access control, and no store is asked for the first two."""
    alive = encode(Alive())

    async def live(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        return json_reply(alive)

    def operation(name: str, path: str, handler: Handler, summary: str, about: str) -> Operation:
        asks = handler is not live
        return Operation(
            id=name,
            method="GET",
            path=path,
            handler=handler,
            summary=summary,
            about=about,
            tag="health",
            gives=Health if asks else Alive,
            gives_example=plain(_FINE if asks else Alive()),
            errors=(NotReady,) if asks else (),
        )

    return [
        operation("get_health", "/health", live, "Is the server up", getdoc(Alive) or ""),
        operation("get_health_live", "/health/live", live, "Is the process alive", getdoc(Alive) or ""),
        operation(
            "get_health_ready", "/health/ready", _asking(service.ready), "Is it ready", getdoc(service.ready) or ""
        ),
        operation(
            "test_db", "/test-db", _asking(service.connected), "Are the stores there", getdoc(service.connected) or ""
        ),
    ]


def _asking(check: Callable[[], Awaitable[Health]]) -> Handler:
    async def handle(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        health = await check()
        if health.ok:
            return json_reply(encode(health))
        bad = ", ".join(one.store for one in health.stores if not one.ok or one.migrated is False)
        return problem_reply(
            NotReady(f"not well: {bad or 'no store'}", _RETRY), request.scope, {"stores": health.stores}
        )

    return handle
