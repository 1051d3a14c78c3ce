"""The HTTP application: `create_app(services, config)`.

What wraps it (telemetry) and what it leaves behind in the ASGI scope:

- `scope["path_template"]` is the template of the route, such as `/v1/books/{book_id}`, once the request has been
  routed; it is absent after a 404 for an unknown path and after a 405.
- `scope["state"]["request_id"]` is read for events and problems; whoever wraps the application puts it there, and
  adds the X-Request-Id header to the answer. Without it the id is "".
- Errors never leave the application: what is unexpected is logged with its traceback and answered as a 500. Only when
  an answer has already begun does the exception reach the server.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from application.errors import Conflict, StaleVersion
from entrypoints.http.addresses import address_operations
from entrypoints.http.analytics import analytics_operations
from entrypoints.http.authors import author_operations
from entrypoints.http.books import book_operations
from entrypoints.http.categories import category_operations
from entrypoints.http.config import HttpConfig
from entrypoints.http.consents import consent_operations
from entrypoints.http.customers import customer_operations
from entrypoints.http.deliveries import DeliveryHandlers, delivery_operations
from entrypoints.http.documentation import documentation_operations
from entrypoints.http.duplicates import duplicate_operations
from entrypoints.http.event_hub import EventHub, StreamObserver
from entrypoints.http.events import event_operations
from entrypoints.http.groups import group_operations
from entrypoints.http.handlers import Handlers
from entrypoints.http.health import health_operations
from entrypoints.http.idempotency import once_a_key
from entrypoints.http.jobs import job_operations, schedule_operations
from entrypoints.http.leaving import CallerGone
from entrypoints.http.members import MemberHandlers
from entrypoints.http.merges import merge_operations
from entrypoints.http.meta import Metrics, meta_operations
from entrypoints.http.operations import Handler, Operation
from entrypoints.http.orders import order_operations, return_operations
from entrypoints.http.parts import PartHandlers
from entrypoints.http.people import person_operations
from entrypoints.http.problems import answer_error
from entrypoints.http.profiles import profile_operations
from entrypoints.http.replies import empty_reply
from entrypoints.http.requests import PATCH_TYPES, HttpRequest, header
from entrypoints.http.reviews import review_operations
from entrypoints.http.security import cross_origin
from entrypoints.http.segments import segment_operations
from entrypoints.http.sparse import with_fields
from entrypoints.http.webhooks import webhook_operations
from entrypoints.services import Services

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


def create_app(
    services: Services,
    config: HttpConfig,
    *,
    lifespan: Lifespan | None = None,
    metrics: Metrics | None = None,
    hub: EventHub | None = None,
    counted_by: Handler | None = None,
) -> Litestar:
    """The application on these services.

    `lifespan` is entered when the server starts and left when it stops; `metrics` gives the media type and the text of
    /metrics, which does not exist without it. `hub` feeds the event stream; whoever stops the server closes it first.
    `counted_by` answers in place of these services what takes long to count.
    """
    operations = http_operations(services, config, metrics, hub)
    if counted_by is not None:
        operations = [replace(one, handler=counted_by) if one.counts else one for one in operations]

    @asynccontextmanager
    async def span(_: Litestar) -> AsyncIterator[None]:
        if lifespan is None:
            yield
        else:
            async with lifespan():
                yield

    return Litestar(
        route_handlers=_route_handlers(operations),
        exception_handlers={Exception: answer_error},
        before_send=[cross_origin(config.allowed_origins)] if config.allowed_origins else [],
        lifespan=[span],
        openapi_config=None,
        logging_config=None,
    )


def http_operations(
    services: Services, config: HttpConfig, metrics: Metrics | None = None, hub: EventHub | None = None
) -> list[Operation]:
    """Every operation of the application, those of the documentation included."""
    hub = hub or event_hub(services, config)
    handlers, parts, members = Handlers(config), PartHandlers(config), MemberHandlers(config)
    operations = [
        *customer_operations(services.customers, services.orders, handlers),
        *duplicate_operations(services.duplicates, handlers),
        *address_operations(services.addresses, services.customers, handlers, parts),
        *consent_operations(services.consents, parts),
        *person_operations(services.customers, services.erasures, services.exports, handlers),
        *profile_operations(services.profiles, handlers),
        *merge_operations(services.merges, services.customers, handlers, parts),
        *book_operations(services.books, services.book_batches, handlers),
        *author_operations(services.authors, services.books, handlers),
        *category_operations(services.categories, handlers),
        *review_operations(services.reviews, handlers),
        *group_operations(services.groups, handlers, members),
        *segment_operations(services.segments, handlers, members),
        *order_operations(services.orders, handlers),
        *return_operations(services.orders, handlers),
        *analytics_operations(services.analytics, services.report_files, handlers),
        *event_operations(services, handlers, hub, config),
        *job_operations(services.jobs, handlers),
        *schedule_operations(services.schedules, handlers),
        *webhook_operations(services.webhooks, handlers),
        *delivery_operations(services, handlers, DeliveryHandlers(config)),
        *health_operations(services.health),
        *meta_operations(config, metrics),
    ]
    # An idempotency key is the business of every POST, and of no request that comes without one.
    operations = [
        replace(one, handler=once_a_key(one.handler, services.idempotency, config.max_body_bytes))
        if one.method == "POST"
        else one
        for one in operations
    ]
    operations = [with_fields(one) for one in operations]
    if config.docs:
        operations += documentation_operations(operations, config)
    return operations


def event_hub(services: Services, config: HttpConfig, observer: StreamObserver | None = None) -> EventHub:
    """What feeds the event stream, as the configuration has it."""
    return EventHub(
        services.events,
        most_readers=config.stream_readers,
        most_bytes=config.stream_buffer_bytes,
        observer=observer,
    )


def _route_handlers(operations: Sequence[Operation]) -> list[HTTPRouteHandler]:
    # One for all methods of a path: Litestar makes what it has of a path anew with each.
    handlers: dict[str, dict[str, Handler]] = defaultdict(dict)
    for operation in operations:
        for path in operation.paths:
            handlers[path][operation.method] = operation.handler
            if operation.method == "GET":
                handlers[path]["HEAD"] = operation.handler
    return [_route_handler(path, of_path) for path, of_path in handlers.items()]


def _route_handler(path: str, handlers: Mapping[str, Handler]) -> HTTPRouteHandler:
    allowed = sorted({*handlers, "OPTIONS"})
    answer = _answer({**handlers, "OPTIONS": _options(allowed)})
    return HTTPRouteHandler(
        path.replace("}", ":str}"),
        http_method=allowed,  # type: ignore[arg-type]  # names of methods, as those of operations are
        status_code=200,
        middleware=[lambda app: answer],  # noqa: ARG005  # Litestar names it
    )(_answered_before)


def _answer(handlers: Mapping[str, Handler]) -> ASGIApp:
    """As middleware that goes no further: Litestar routes and answers errors.

    Its own handling of parameters, injection and response objects costs half of what reading one book does, and
    nothing of it is used.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            handler = handlers[scope["method"]]  # type: ignore[typeddict-item]  # an HTTP scope
            reply = await handler(HttpRequest(scope, receive))
        except Conflict as error:
            raise _as_asked(error, scope) from error
        except CallerGone:
            return
        await reply(scope, receive, send)

    return answer


def _as_asked(error: Conflict, scope: Scope) -> Conflict:
    """A race that was lost, as the caller's own condition says it: the version that If-Match named is gone."""
    named = header(scope, b"if-match")
    if type(error) is not Conflict or named is None or named.strip() == b"*":
        return error
    return StaleVersion(error.detail)


async def _answered_before() -> None:
    """What Litestar wants to have behind a middleware."""


def _options(allowed: Sequence[str]) -> Handler:
    extra = [(b"allow", ", ".join(allowed).encode("ascii"))]
    if "PATCH" in allowed:
        extra.append((b"accept-patch", ", ".join(PATCH_TYPES).encode("ascii")))

    async def options(_: HttpRequest) -> ASGIApp:
        return empty_reply(204, extra)

    return options
