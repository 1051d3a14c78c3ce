"""/v1/customers/{customer_id}/consents."""

from datetime import timedelta
from inspect import getdoc
from uuid import UUID

from litestar.types import Scope

from application.customers.consent_models import ConsentGive, ConsentRead, ConsentsRead, ConsentWithdraw
from application.customers.consents import ConsentService
from domain.customers.consent import ConsentOutOfOrder, ConsentRegister, NeverGiven, TooManyConsents
from domain.shared.ids import ConsentId, CustomerId
from entrypoints.http.conditions import content_tag
from entrypoints.http.examples import CUSTOMER_ID, NOW, plain
from entrypoints.http.operations import Operation, Parameter
from entrypoints.http.parts import PartHandlers

_PLACE = "/v1/customers/{customer_id}/consents"
_CONSENT = f"{_PLACE}/{{purpose}}"
_IDS = (UUID("01933d10-6d82-7065-87a9-5c6d7e8f9a07"), UUID("01933d10-6d83-7176-98ba-6d7e8f9a0b08"))

_GIVE = ConsentGive(purpose="newsletter", source="checkout")
_WITHDRAW = ConsentWithdraw(source="unsubscribe link")
_GIVEN, _ = ConsentRegister(customer_id=CustomerId(CUSTOMER_ID)).give(
    ConsentId(_IDS[0]), _GIVE.purpose, source=_GIVE.source, when=NOW, at=NOW, by="anonymous"
)
_WITHDRAWN, _ = _GIVEN.withdraw(
    ConsentId(_IDS[1]),
    _GIVE.purpose,
    source=_WITHDRAW.source,
    when=NOW + timedelta(days=30),
    at=NOW + timedelta(days=30),
    by="anonymous",
)
_PURPOSE = Parameter(
    name="purpose",
    place="path",
    about="What the consent is for.",
    schema={"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 64},
    example="newsletter",
)


def _purpose(scope: Scope) -> str:
    found: str = scope["path_params"]["purpose"]
    return found


def consent_operations(service: ConsentService, parts: PartHandlers) -> list[Operation]:
    """The operations of consents."""

    async def present(customer_id: UUID, purpose: str) -> int:
        return (await service.get(customer_id, purpose)).version

    return [
        Operation(
            id="get_customer_consents",
            method="GET",
            path=_PLACE,
            handler=parts.read_all(service.list),
            summary="List the consents of a customer",
            about=getdoc(service.list) or "",
            tag="customers",
            gives=ConsentsRead,
            gives_example=plain(ConsentsRead.of(_GIVEN)),
            tagged=True,
        ),
        Operation(
            id="give_customer_consent",
            method="POST",
            path=_PLACE,
            handler=parts.create(
                ConsentGive,
                service.give,
                lambda made: f"/v1/customers/{made.customer_id}/consents/{made.purpose}",
                tag=content_tag,
            ),
            summary="Note that a customer agrees",
            about=getdoc(service.give) or "",
            tag="customers",
            takes=ConsentGive,
            takes_example=plain(_GIVE),
            gives=ConsentRead,
            gives_example=plain(ConsentRead.of(_GIVEN, "newsletter")),
            status=201,
            tagged=True,
            located=True,
            errors=(ConsentOutOfOrder, TooManyConsents),
        ),
        Operation(
            id="get_customer_consent",
            method="GET",
            path=_CONSENT,
            handler=parts.read_one(service.get, _purpose, tag=content_tag),
            summary="Get one consent of a customer",
            about=getdoc(service.get) or "",
            tag="customers",
            parameters=(_PURPOSE,),
            gives=ConsentRead,
            gives_example=plain(ConsentRead.of(_GIVEN, "newsletter")),
            tagged=True,
        ),
        Operation(
            id="withdraw_customer_consent",
            method="POST",
            path=f"{_CONSENT}/withdraw",
            handler=parts.change(ConsentWithdraw, service.withdraw, present, _purpose, tag=content_tag),
            summary="Note that a customer no longer agrees",
            about=getdoc(service.withdraw) or "",
            tag="customers",
            parameters=(_PURPOSE,),
            takes=ConsentWithdraw,
            takes_example=plain(_WITHDRAW),
            gives=ConsentRead,
            gives_example=plain(ConsentRead.of(_WITHDRAWN, "newsletter")),
            tagged=True,
            guarded=True,
            errors=(NeverGiven, ConsentOutOfOrder),
        ),
    ]
