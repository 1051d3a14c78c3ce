"""/, /v1/version, /problems and /metrics: what a curious person, or a machine, asks of the service itself."""

from collections.abc import Callable

from litestar.types import ASGIApp
from msgspec import Struct

from application.errors import NotFound
from entrypoints.http.config import HttpConfig
from entrypoints.http.examples import plain
from entrypoints.http.operations import Operation, Parameter
from entrypoints.http.problems import PROBLEMS_PATH, ProblemType, problem_types
from entrypoints.http.replies import NO_STORE, SECURITY_HEADERS, Reply, encode, json_reply, see_other_place
from entrypoints.http.requests import HttpRequest, header, refuse_query

Metrics = Callable[[], tuple[str, bytes]]
_NAME = "Daybook"
_VARY = ((b"vary", b"accept"),)


class Version(Struct, frozen=True, kw_only=True):
    """Which version of the service answers."""

    name: str
    version: str


class Welcome(Struct, frozen=True, kw_only=True):
    """Where to go from here."""

    name: str
    version: str
    links: dict[str, str]


class ProblemTypes(Struct, frozen=True, kw_only=True):
    """Every code that an error may carry."""

    data: list[ProblemType]


def meta_operations(config: HttpConfig, metrics: Metrics | None) -> list[Operation]:
    """The operations of the service itself; /metrics only where something collects metrics."""
    return [_welcome(config), _version(config), *_problems(), *([_metrics(metrics)] if metrics is not None else [])]


def _welcome(config: HttpConfig) -> Operation:
    links = {"books": "/v1/books", "customers": "/v1/customers", "orders": "/v1/orders", "health": "/health"}
    if config.docs:
        links |= {"documentation": "/schema/swagger", "openapi": "/schema/openapi.json"}
    welcome = Welcome(name=_NAME, version=config.version, links=links)
    body = encode(welcome)

    async def handle(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        if config.docs and b"text/html" in (header(request.scope, b"accept") or b""):
            return see_other_place("/schema/swagger", _VARY)
        return json_reply(body, extra=_VARY)

    return Operation(
        id="get_welcome",
        method="GET",
        path="/",
        handler=handle,
        summary="Where to go from here",
        about="JSON with the first paths to look at; a browser is sent to the documentation.",
        tag="service",
        gives=Welcome,
        gives_example=plain(welcome),
    )


def _version(config: HttpConfig) -> Operation:
    version = Version(name=_NAME, version=config.version)
    body = encode(version)

    async def handle(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        return json_reply(body)

    return Operation(
        id="get_version",
        method="GET",
        path="/v1/version",
        handler=handle,
        summary="Which version answers",
        about=Version.__doc__ or "",
        tag="service",
        gives=Version,
        gives_example=plain(version),
    )


def _problems() -> list[Operation]:
    types = problem_types()
    every = encode(ProblemTypes(data=types))
    each = {one.code: encode(one) for one in types}

    async def list_all(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        return json_reply(every)

    async def get_one(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        code = request.scope["path_params"]["code"]
        if code not in each:
            raise NotFound("problem", code)
        return json_reply(each[code])

    return [
        Operation(
            id="get_problems",
            method="GET",
            path=PROBLEMS_PATH,
            handler=list_all,
            summary="List what can go wrong",
            about="Every code that an error may carry, with its status and what it means.",
            tag="service",
            gives=ProblemTypes,
            gives_example={"data": [plain(types[0])]},
        ),
        Operation(
            id="get_problem",
            method="GET",
            path=f"{PROBLEMS_PATH}/{{code}}",
            handler=get_one,
            summary="What a problem's code means",
            about="The page that `type` of a problem leads to.",
            tag="service",
            parameters=(
                Parameter(
                    name="code",
                    place="path",
                    about="`code` of a problem.",
                    schema={"type": "string"},
                    example=types[0].code,
                ),
            ),
            gives=ProblemType,
            gives_example=plain(types[0]),
        ),
    ]


def _metrics(metrics: Metrics) -> Operation:
    async def handle(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        media_type, body = metrics()
        headers = [*SECURITY_HEADERS, NO_STORE, (b"content-type", media_type.encode("ascii"))]
        return Reply(200, [*headers, (b"content-length", b"%d" % len(body))], body)

    return Operation(
        id="get_metrics",
        method="GET",
        path="/metrics",
        handler=handle,
        summary="Metrics for Prometheus",
        about="Request durations by route, pool use and query times, in the OpenMetrics text format.",
        tag="service",
        gives=str,
        gives_example="# TYPE http_requests_in_flight gauge\nhttp_requests_in_flight 1.0\n# EOF\n",
        gives_media_type="application/openmetrics-text",
    )
