"""The metrics of a worker over HTTP, for Prometheus: a worker has no server whose port it could be asked at."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from entrypoints.bootstrap.failures import PortInUse
from entrypoints.bootstrap.settings import ServerConfig
from entrypoints.http.health import Alive
from entrypoints.http.replies import JSON, NO_STORE, SECURITY_HEADERS, encode

_HEADERS: Final = {name.decode(): value.decode() for name, value in (*SECURITY_HEADERS, NO_STORE)}
_STOPS_WITHIN: Final = 1.0


@asynccontextmanager
async def answering(server: ServerConfig, port: int, scrape: Callable[[], tuple[str, bytes]]) -> AsyncIterator[None]:
    """Inside, `/metrics` and `/health/live` are answered at this port as the server answers them. Raises PortInUse."""

    async def metrics(_: web.Request) -> web.Response:
        return _answer(*scrape())

    async def live(_: web.Request) -> web.Response:
        return _answer(JSON[1].decode(), encode(Alive()))

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/health/live", live)
    app.on_response_prepare.append(_dress)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOPS_WITHIN)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, server.host, port).start()
        except OSError as error:
            raise PortInUse(
                f"The metrics of this worker cannot be served at {server.address(port)} ({error.strerror}): stop what "
                f"is there, or choose another port with WORKER_METRICS_PORT={port + 1}."
            ) from error
        yield
    finally:
        await runner.cleanup()


def _answer(media_type: str, body: bytes) -> web.Response:
    return web.Response(body=body, headers={"content-type": media_type})


async def _dress(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
