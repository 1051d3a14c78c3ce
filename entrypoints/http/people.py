"""What a person may ask for: all that is held of them, and that it is erased."""

from datetime import timedelta
from inspect import getdoc
from uuid import UUID

from litestar.types import ASGIApp
from msgspec.structs import replace

from application.customers.erasing import ErasureService
from application.customers.export_models import CustomerExport, ErasureRead
from application.customers.exporting import ExportService
from application.customers.service import CustomerService
from entrypoints.http.examples import CUSTOMER, CUSTOMER_ID, EVENT, NOW, ORDER, plain
from entrypoints.http.handlers import Handlers, Nothing
from entrypoints.http.operations import Handler, Operation
from entrypoints.http.replies import encode, json_reply
from entrypoints.http.requests import HttpRequest, path_id, refuse_query

_KEY = ("customer_id", "customer")
_EXPORT = CustomerExport(
    exported_at=NOW + timedelta(days=1),
    customer=CUSTOMER,
    merged=[],
    addresses=[],
    consents=[],
    orders=[ORDER],
    returns=[],
    reviews=[],
    groups=[],
    snapshots=[],
    events=[replace(EVENT, type="customer.created", aggregate="customer", aggregate_id=CUSTOMER_ID, data={})],
)


def person_operations(
    customers: CustomerService, erasures: ErasureService, exports: ExportService, handlers: Handlers
) -> list[Operation]:
    """The operations of the people behind customers."""

    async def present(customer_id: UUID) -> int:
        return (await customers.get(customer_id, include_deleted=True)).version

    return [
        Operation(
            id="erase_customer",
            method="POST",
            path="/v1/customers/{customer_id}/erase",
            handler=handlers.act(erasures.erase, present, *_KEY),
            summary="Erase a customer",
            about=f"{getdoc(erasures.erase)}\n\nIt cannot be undone.",
            tag="customers",
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=ErasureRead,
            gives_example=plain(ErasureRead(id=CUSTOMER_ID, version=2, erased_at=NOW)),
            tagged=True,
            guarded=True,
        ),
        Operation(
            id="export_customer",
            method="GET",
            path="/v1/customers/{customer_id}/export",
            handler=_export(exports, handlers),
            summary="Export all that is held about a customer",
            about=f"{getdoc(exports.export)}\n\nThe answer is meant to be saved as a file.",
            tag="customers",
            gives=CustomerExport,
            gives_example=plain(_EXPORT),
        ),
    ]


def _export(exports: ExportService, handlers: Handlers) -> Handler:
    async def handle(request: HttpRequest) -> ASGIApp:
        scope = request.scope
        refuse_query(scope)
        customer_id = path_id(scope, *_KEY)
        found = encode(await exports.export(customer_id))
        name = f'attachment; filename="customer-{customer_id}.json"'.encode("ascii")
        return handlers.packed(json_reply(found, extra=[(b"content-disposition", name)]), scope)

    return handle
