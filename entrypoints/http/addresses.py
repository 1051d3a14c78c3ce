"""/v1/customers/{customer_id}/addresses."""

from inspect import getdoc
from uuid import UUID

from litestar.types import Scope

from application.customers.address_models import ADDRESS_LIST, AddressCreate, AddressRead, AddressUpdate
from application.customers.addresses import AddressService
from application.customers.service import CustomerService
from application.listing import Listed
from domain.customers.address import AddressBook, AddressType, TooManyAddresses
from domain.shared.ids import AddressId, CustomerId
from entrypoints.http.examples import CUSTOMER_ID, NOW, plain
from entrypoints.http.handlers import Handlers
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.http.parts import CUSTOMER_KEY, PartHandlers
from entrypoints.http.requests import PATCH_TYPES, path_id

_PLACE = "/v1/customers/{customer_id}/addresses"
_ADDRESS = f"{_PLACE}/{{address_id}}"
_ADDRESS_ID = UUID("01933d10-6d81-7f54-b6f8-4b5c6d7e8f06")

_NEW = AddressCreate(
    type=AddressType.SHIPPING,
    default=True,
    recipient="Ada Lovelace",
    lines=["12 St James's Square"],
    city="London",
    postal_code="SW1Y 4JH",
    country="GB",
)
_BOOK, _ADDED, _EVENTS = AddressBook(customer_id=CustomerId(CUSTOMER_ID)).add(
    AddressId(_ADDRESS_ID), _NEW.details(), at=NOW, by="anonymous"
)
_EXAMPLE = AddressRead.of(_ADDED)


def _address_id(scope: Scope) -> UUID:
    return path_id(scope, "address_id", "address")


def address_operations(
    service: AddressService, customers: CustomerService, handlers: Handlers, parts: PartHandlers
) -> list[Operation]:
    """The operations of addresses."""

    async def present(customer_id: UUID, address_id: UUID) -> int:
        return (await service.get(customer_id, address_id)).version

    async def exists(customer_id: UUID) -> object:
        return await customers.get(customer_id, include_deleted=True)

    return [
        Operation(
            id="get_customer_addresses",
            method="GET",
            path=_PLACE,
            handler=handlers.read_sublist(service.list, ADDRESS_LIST, exists, *CUSTOMER_KEY),
            summary="List the addresses of a customer",
            about=f"{getdoc(service.list)}",
            tag="customers",
            parameters=list_parameters(ADDRESS_LIST, without=frozenset({"customer_id"})),
            gives=Listed[AddressRead],
            gives_example={"data": [plain(_EXAMPLE)], "has_more": False, "next_cursor": None},
        ),
        Operation(
            id="create_customer_address",
            method="POST",
            path=_PLACE,
            handler=parts.create(
                AddressCreate,
                service.create,
                lambda made: f"/v1/customers/{made.customer_id}/addresses/{made.id}",
            ),
            summary="Add an address to a customer",
            about=getdoc(service.create) or "",
            tag="customers",
            takes=AddressCreate,
            takes_example=plain(_NEW),
            gives=AddressRead,
            gives_example=plain(_EXAMPLE),
            status=201,
            tagged=True,
            located=True,
            errors=(TooManyAddresses,),
        ),
        Operation(
            id="get_customer_address",
            method="GET",
            path=_ADDRESS,
            handler=parts.read_one(service.get, _address_id),
            summary="Get an address of a customer",
            about=getdoc(service.get) or "",
            tag="customers",
            gives=AddressRead,
            gives_example=plain(_EXAMPLE),
            tagged=True,
        ),
        Operation(
            id="patch_customer_address",
            method="PATCH",
            path=_ADDRESS,
            handler=parts.change(AddressUpdate, service.update, present, _address_id, media_types=PATCH_TYPES),
            summary="Change an address of a customer",
            about=getdoc(service.update) or "",
            tag="customers",
            takes=AddressUpdate,
            takes_example=plain(AddressUpdate(postal_code="SW1Y 4LE")),
            media_types=PATCH_TYPES,
            gives=AddressRead,
            gives_example=plain(_EXAMPLE),
            tagged=True,
            guarded=True,
        ),
        Operation(
            id="delete_customer_address",
            method="DELETE",
            path=_ADDRESS,
            handler=parts.delete(service.delete, present, _address_id),
            summary="Take an address of a customer away",
            about=getdoc(service.delete) or "",
            tag="customers",
            status=204,
            guarded=True,
        ),
    ]
