"""/v1/events, and what happened to a customer, a book or an order."""

from collections.abc import Awaitable, Callable
from inspect import getdoc
from uuid import UUID

from application.events.models import EVENT_LIST, HISTORY_LIST, EventRead
from application.listing import Listed
from entrypoints.http.config import HttpConfig
from entrypoints.http.event_hub import EventHub
from entrypoints.http.event_stream import stream_operation
from entrypoints.http.examples import EVENT, page_of
from entrypoints.http.handlers import Handlers
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.services import Services

_OF_ONE = frozenset({"aggregate_id"})


def event_operations(services: Services, handlers: Handlers, hub: EventHub, config: HttpConfig) -> list[Operation]:
    """The operations of events."""

    async def customer(customer_id: UUID) -> object:
        return await services.customers.get(customer_id, include_deleted=True)

    async def book(book_id: UUID) -> object:
        return await services.books.get(book_id, include_deleted=True)

    return [
        Operation(
            id="get_events",
            method="GET",
            path="/v1/events",
            handler=handlers.read_list(services.events.list, EVENT_LIST),
            summary="List events",
            about=getdoc(services.events.list) or "",
            tag="events",
            parameters=list_parameters(EVENT_LIST),
            gives=Listed[EventRead],
            gives_example=page_of(EVENT),
        ),
        stream_operation(services.events, hub, config),
        _history("customer", "customers", customer, services, handlers, aliased=True),
        _history("book", "books", book, services, handlers, aliased=True),
        _history("order", "orders", services.orders.get, services, handlers),
    ]


def _history(
    noun: str,
    plural: str,
    exists: Callable[[UUID], Awaitable[object]],
    services: Services,
    handlers: Handlers,
    *,
    aliased: bool = False,
) -> Operation:
    path = f"/{plural}/{{{noun}_id}}/history"
    return Operation(
        id=f"get_{noun}_history",
        method="GET",
        path=f"/v1{path}",
        aliases=(path,) if aliased else (),
        handler=handlers.read_sublist(
            services.events.history, HISTORY_LIST, exists, f"{noun}_id", noun, field="aggregate_id"
        ),
        summary=f"List what happened to {'an' if noun == 'order' else 'a'} {noun}",
        about=getdoc(services.events.history) or "",
        tag=plural,
        parameters=list_parameters(HISTORY_LIST, without=_OF_ONE),
        gives=Listed[EventRead],
        gives_example=page_of(EVENT),
    )
