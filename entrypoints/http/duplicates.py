"""/v1/customers/duplicates."""

from decimal import Decimal
from inspect import getdoc

from litestar.types import ASGIApp
from msgspec.structs import replace

from application.customers.duplicate_models import DuplicateRead, read_question
from application.customers.duplicates import DuplicateService
from application.listing import DEFAULT_LIMIT, MAX_LIMIT, Listed
from domain.customers.duplicates import DEFAULT_SCORE, Reason, score
from entrypoints.http.examples import CUSTOMER, ORDER_ID, page_of
from entrypoints.http.handlers import Handlers, next_link
from entrypoints.http.operations import Operation, Parameter
from entrypoints.http.parameters import CURSOR
from entrypoints.http.replies import encode, json_reply
from entrypoints.http.requests import HttpRequest, query_pairs
from entrypoints.http.sparse import projected

_REASONS = [Reason.MAILBOX, Reason.NAME]
_EXAMPLE = DuplicateRead(
    score=score(_REASONS),
    reasons=_REASONS,
    first=CUSTOMER,
    second=replace(CUSTOMER, id=ORDER_ID, reference=None, email="ada+books@example.org", phone=None),
)
_PARAMETERS = (
    Parameter(
        name="limit",
        about=f"How many at most; more than {MAX_LIMIT} is taken as {MAX_LIMIT}.",
        schema={"type": "integer", "minimum": 1, "maximum": 999_999_999, "default": DEFAULT_LIMIT},
        example=50,
    ),
    Parameter(name="cursor", about="`next_cursor` of the page before, asked for with the same score.", schema=CURSOR),
    Parameter(
        name="include",
        about="`total`: count all of them, too.",
        schema={"type": "string", "enum": ["total"]},
        example="total",
    ),
    Parameter(
        name="min_score",
        about="Only pairs of this score or more, from 0 to 1.",
        schema={
            "type": "string",
            "pattern": r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$",
            "default": str(DEFAULT_SCORE.normalize()),
        },
        example=str(Decimal("0.7")),
    ),
)


def duplicate_operations(service: DuplicateService, handlers: Handlers) -> list[Operation]:
    """The operation that finds duplicates."""

    async def handle(request: HttpRequest) -> ASGIApp:
        scope = request.scope
        pairs = query_pairs(scope)
        page = await service.list(read_question(pairs))
        extra = [] if page.next_cursor is None else [next_link(scope, pairs, page.next_cursor)]
        return handlers.packed(json_reply(encode(projected(scope, page)), extra=extra), scope)

    return [
        Operation(
            id="get_customer_duplicates",
            method="GET",
            path="/v1/customers/duplicates",
            handler=handle,
            summary="List customers who may be one person",
            about=getdoc(service.list) or "",
            tag="customers",
            parameters=_PARAMETERS,
            gives=Listed[DuplicateRead],
            gives_example=page_of(_EXAMPLE),
        )
    ]
