"""/v1/orders and /v1/returns."""

from inspect import getdoc
from uuid import UUID

from application.listing import Listed
from application.orders.models import (
    ORDER_LIST,
    RETURN_LIST,
    OrderCreate,
    OrderRead,
    OrderReturnCreate,
    ReturnCreate,
    ReturnRead,
)
from application.orders.service import OrderService
from application.ports.orders import OrderReferenceExists, ReturnReferenceExists
from domain.orders.order import OrderCancelled, OrderHasReturns, TooMuchReturned
from entrypoints.http.examples import (
    CANCELLED_ORDER,
    ORDER,
    ORDER_CREATE,
    ORDER_RETURN,
    ORDER_RETURN_CREATE,
    RETURN,
    RETURN_CREATE,
    page_of,
    plain,
)
from entrypoints.http.handlers import Handlers, Nothing
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import expand_flag, list_parameters

_ORDERS = "/v1/orders"
_ORDER = "/v1/orders/{order_id}"
_RETURNS = "/v1/returns"
_KEY = ("order_id", "order")


def order_operations(service: OrderService, handlers: Handlers) -> list[Operation]:
    """The operations of orders."""
    expand = expand_flag(ORDER_LIST.expansions)

    async def present(order_id: UUID) -> int:
        return (await service.get(order_id)).version

    return [
        Operation(
            id="get_orders",
            method="GET",
            path=_ORDERS,
            handler=handlers.read_list(service.list, ORDER_LIST),
            summary="List orders",
            about=getdoc(service.list) or "",
            tag="orders",
            parameters=list_parameters(ORDER_LIST),
            gives=Listed[OrderRead],
            gives_example=page_of(ORDER),
        ),
        Operation(
            id="create_order",
            method="POST",
            path=_ORDERS,
            handler=handlers.create(OrderCreate, service.place, _ORDERS),
            summary="Place an order",
            about=getdoc(service.place) or "",
            tag="orders",
            takes=OrderCreate,
            takes_example=plain(ORDER_CREATE),
            gives=OrderRead,
            gives_example=plain(ORDER),
            status=201,
            tagged=True,
            located=True,
            errors=(OrderReferenceExists,),
        ),
        Operation(
            id="get_order",
            method="GET",
            path=_ORDER,
            handler=handlers.read_one(service.get, *_KEY, flags=(expand,)),
            summary="Get an order",
            about=getdoc(service.get) or "",
            tag="orders",
            parameters=(expand.parameter,),
            gives=OrderRead,
            gives_example=plain(ORDER),
            tagged=True,
        ),
        Operation(
            id="cancel_order",
            method="POST",
            path=f"{_ORDER}/cancel",
            handler=handlers.act(service.cancel, present, *_KEY),
            summary="Cancel an order",
            about=getdoc(service.cancel) or "",
            tag="orders",
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=OrderRead,
            gives_example=plain(CANCELLED_ORDER),
            tagged=True,
            guarded=True,
            errors=(OrderCancelled, OrderHasReturns),
        ),
        Operation(
            id="get_order_returns",
            method="GET",
            path=f"{_ORDER}/returns",
            handler=handlers.read_sublist(service.list_returns, RETURN_LIST, service.get, *_KEY),
            summary="List what came back of an order",
            about=getdoc(service.list_returns) or "",
            tag="orders",
            parameters=list_parameters(RETURN_LIST, without=frozenset({"order_id"})),
            gives=Listed[ReturnRead],
            gives_example=page_of(ORDER_RETURN),
        ),
        Operation(
            id="create_order_return",
            method="POST",
            path=f"{_ORDER}/returns",
            handler=handlers.create_under(OrderReturnCreate, service.take_back, present, *_KEY, place=_RETURNS),
            summary="Record what comes back of an order",
            about=getdoc(service.take_back) or "",
            tag="orders",
            takes=OrderReturnCreate,
            takes_example=plain(ORDER_RETURN_CREATE),
            gives=ReturnRead,
            gives_example=plain(ORDER_RETURN),
            status=201,
            tagged=True,
            guarded=True,
            located=True,
            errors=(OrderCancelled, TooMuchReturned, ReturnReferenceExists),
        ),
    ]


def return_operations(service: OrderService, handlers: Handlers) -> list[Operation]:
    """The operations of returns."""
    expand = expand_flag(RETURN_LIST.expansions)
    return [
        Operation(
            id="get_returns",
            method="GET",
            path=_RETURNS,
            handler=handlers.read_list(service.list_returns, RETURN_LIST),
            summary="List returns",
            about=getdoc(service.list_returns) or "",
            tag="returns",
            parameters=list_parameters(RETURN_LIST),
            gives=Listed[ReturnRead],
            gives_example=page_of(RETURN),
        ),
        Operation(
            id="create_return",
            method="POST",
            path=_RETURNS,
            handler=handlers.create(ReturnCreate, service.take_back_alone, _RETURNS),
            summary="Record a return without its order",
            about=getdoc(service.take_back_alone) or "",
            tag="returns",
            takes=ReturnCreate,
            takes_example=plain(RETURN_CREATE),
            gives=ReturnRead,
            gives_example=plain(RETURN),
            status=201,
            tagged=True,
            located=True,
            errors=(ReturnReferenceExists,),
        ),
        Operation(
            id="get_return",
            method="GET",
            path=f"{_RETURNS}/{{return_id}}",
            handler=handlers.read_one(service.get_return, "return_id", "return", flags=(expand,)),
            summary="Get a return",
            about=getdoc(service.get_return) or "",
            tag="returns",
            parameters=(expand.parameter,),
            gives=ReturnRead,
            gives_example=plain(RETURN),
            tagged=True,
        ),
    ]
