"""/v1/customers/{customer_id}/merge, /unmerge and /merges."""

from inspect import getdoc
from uuid import UUID

from application.customers.merge_models import (
    MERGE_LIST,
    MergeAnswer,
    MergeCommand,
    MergeRead,
    UnmergeAnswer,
)
from application.customers.merging import MergeService
from application.customers.models import CustomerCreate, CustomerRead
from application.customers.service import CustomerService
from application.listing import Listed
from domain.customers.belongings import Belongings, Held
from domain.customers.customer import Customer
from domain.customers.merge import MergeForgotten, MergeTooLarge, SurvivorMerged, merge
from domain.shared.ids import CustomerId, MergeId
from entrypoints.http.examples import CUSTOMER_CREATE, CUSTOMER_ID, NOW, ORDER_ID, page_of, plain
from entrypoints.http.handlers import Handlers
from entrypoints.http.operations import Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.http.parts import CUSTOMER_KEY, PartHandlers

_CUSTOMER = "/v1/customers/{customer_id}"
_OTHER_ID = UUID("01933d10-6d84-7287-a9cb-7e8f9a0b1c09")
_MERGE_ID = UUID("01933d10-6d85-7398-bacd-8f9a0b1c2d0a")

_SURVIVOR, _ = Customer.register(CustomerId(CUSTOMER_ID), CUSTOMER_CREATE.details(), at=NOW, by="anonymous")
_OTHER, _ = Customer.register(
    CustomerId(_OTHER_ID), CustomerCreate(name="A. Lovelace", tags=["b2b"]).details(), at=NOW, by="anonymous"
)
_MADE = merge(
    MergeId(_MERGE_ID),
    _SURVIVOR,
    _OTHER,
    held=Belongings(),
    others=Belongings(orders=(Held(ORDER_ID, 1),)),
    at=NOW,
    by="anonymous",
)
_COMMAND = MergeCommand(from_id=_OTHER_ID)
_ANSWER = MergeAnswer(customer=CustomerRead.of(_MADE[0]), merge=MergeRead.of(_MADE[1]))
_UNDONE = UnmergeAnswer(customer=CustomerRead.of(_SURVIVOR), restored=CustomerRead.of(_OTHER))


def merge_operations(
    service: MergeService, customers: CustomerService, handlers: Handlers, parts: PartHandlers
) -> list[Operation]:
    """The operations of merging customers."""

    async def present(customer_id: UUID) -> int:
        return (await customers.get(customer_id, include_deleted=True)).version

    async def exists(customer_id: UUID) -> object:
        return await customers.get(customer_id, include_deleted=True)

    return [
        Operation(
            id="merge_customer",
            method="POST",
            path=f"{_CUSTOMER}/merge",
            handler=parts.change_whole(MergeCommand, service.merge, present),
            summary="Merge another customer into this one",
            about=getdoc(service.merge) or "",
            tag="customers",
            takes=MergeCommand,
            takes_example=plain(_COMMAND),
            gives=MergeAnswer,
            gives_example=plain(_ANSWER),
            tagged=True,
            guarded=True,
            errors=(MergeTooLarge,),
        ),
        Operation(
            id="unmerge_customer",
            method="POST",
            path=f"{_CUSTOMER}/unmerge",
            handler=parts.change_whole(MergeCommand, service.undo, present),
            summary="Undo the merge of another customer",
            about=getdoc(service.undo) or "",
            tag="customers",
            takes=MergeCommand,
            takes_example=plain(_COMMAND),
            gives=UnmergeAnswer,
            gives_example=plain(_UNDONE),
            tagged=True,
            guarded=True,
            errors=(SurvivorMerged, MergeForgotten),
        ),
        Operation(
            id="get_customer_merges",
            method="GET",
            path=f"{_CUSTOMER}/merges",
            handler=handlers.read_sublist(service.list, MERGE_LIST, exists, *CUSTOMER_KEY),
            summary="List what was merged into a customer",
            about=getdoc(service.list) or "",
            tag="customers",
            parameters=list_parameters(MERGE_LIST, without=frozenset({"customer_id"})),
            gives=Listed[MergeRead],
            gives_example=page_of(_ANSWER.merge),
        ),
    ]
