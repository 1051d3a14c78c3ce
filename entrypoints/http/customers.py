"""/v1/customers, and the orders of one."""

from inspect import getdoc
from uuid import UUID

from application.customers.models import CUSTOMER_LIST, CustomerCreate, CustomerRead, CustomerUpdate
from application.customers.service import CustomerService
from application.listing import Listed
from application.orders.models import ORDER_LIST, OrderRead
from application.orders.service import OrderService
from application.ports.customers import CustomerReferenceExists, EmailExists
from entrypoints.http.examples import CUSTOMER, CUSTOMER_CREATE, ORDER, page_of
from entrypoints.http.handlers import Handlers
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.http.replies import NO_STORE
from entrypoints.http.resources import ResourceKind, resource_operations

CUSTOMERS = ResourceKind(
    noun="customer",
    plural="customers",
    create=CustomerCreate,
    update=CustomerUpdate,
    read=CustomerRead,
    listing=CUSTOMER_LIST,
    new_example=CUSTOMER_CREATE,
    change_example=CustomerUpdate(email="ada@example.org", tags=["newsletter"]),
    example=CUSTOMER,
    unique=(EmailExists, CustomerReferenceExists),
    cache_control=NO_STORE,
)
_KEY = "customer_id"


def customer_operations(service: CustomerService, orders: OrderService, handlers: Handlers) -> list[Operation]:
    """The operations of customers."""

    async def exists(customer_id: UUID) -> CustomerRead:
        return await service.get(customer_id, include_deleted=True)

    return [
        *resource_operations(CUSTOMERS, service, handlers),
        Operation(
            id="get_customer_orders",
            method="GET",
            path="/v1/customers/{customer_id}/orders",
            aliases=("/customers/{customer_id}/orders",),
            handler=handlers.read_sublist(orders.list, ORDER_LIST, exists, _KEY, "customer"),
            summary="List the orders of a customer",
            about=f"{getdoc(orders.list)}\n\nA deleted customer's orders are still there.",
            tag="customers",
            parameters=list_parameters(ORDER_LIST, without=frozenset({_KEY})),
            gives=Listed[OrderRead],
            gives_example=page_of(ORDER),
        ),
    ]
