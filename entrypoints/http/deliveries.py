"""/v1/webhooks/{webhook_id}/deliveries: what was sent to an endpoint, and what it answered."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from inspect import getdoc
from uuid import UUID

import msgspec
from litestar.types import ASGIApp

from application.decoding import decode
from application.listing import Listed
from application.webhooks.delivery_models import (
    DELIVERY_LIST,
    DeliveriesReplay,
    DeliveriesReplayed,
    DeliveryRead,
    RequestRead,
)
from application.webhooks.sending import CONTENT_TYPE, event_message
from domain.shared.ids import DeliveryId, WebhookId
from domain.webhooks.delivery import Attempt, Delivery, DeliveryPending, SendError
from domain.webhooks.endpoint import WebhookNotActive
from entrypoints.http.conditions import expected_version, version_tag
from entrypoints.http.config import HttpConfig
from entrypoints.http.examples import EVENT, NOW, page_of, plain
from entrypoints.http.handlers import Handlers, Nothing, resource_reply
from entrypoints.http.idempotency import claimant
from entrypoints.http.operations import Handler, Operation
from entrypoints.http.parameters import list_parameters
from entrypoints.http.replies import Reply, encode, json_reply
from entrypoints.http.requests import HttpRequest, path_id, read_optional_body, refuse_query
from entrypoints.http.webhooks import WEBHOOK, WEBHOOK_ID, WEBHOOK_KEY, WEBHOOKS
from entrypoints.services import Services

_DELIVERIES = f"{WEBHOOK}/deliveries"
_DELIVERY_KEY = ("delivery_id", "delivery")
_DELIVERY_ID = UUID("01933d10-6d85-7d98-badc-8f9aab0c1d10")
_ASKED = Delivery.ask(
    DeliveryId(_DELIVERY_ID), WebhookId(WEBHOOK_ID), EVENT.sequence or 1, EVENT.type, at=NOW, by="consumer:webhooks"
)
_TRIED = Attempt(
    at=NOW,
    url=WEBHOOKS.example.url,  # type: ignore[attr-defined]  # a WebhookRead
    duration_ms=132,
    status=503,
    error=SendError.REFUSED,
    detail="it answered 503",
    answer="down for maintenance",
)
_REQUEST = RequestRead(headers={**CONTENT_TYPE, "webhook-id": str(_DELIVERY_ID)}, body=event_message(EVENT).decode())
_READ = DeliveryRead.of(_ASKED.attempted(_TRIED, at=NOW, by="job:webhook-delivery", asked=timedelta(minutes=2)))
_FAILED = _ASKED.attempted(replace(_TRIED, status=404), at=NOW, by="job:webhook-delivery")
_REPLAYED = DeliveryRead.of(_FAILED.replay(at=NOW, by="anonymous"))
DELIVERY = msgspec.structs.replace(_READ, request=_REQUEST)
_LISTED = msgspec.structs.replace(_READ, attempts=msgspec.UNSET)


class DeliveryHandlers:
    """Builds handlers of one delivery, which two ids in the path name: that of its endpoint, and its own."""

    def __init__(self, config: HttpConfig) -> None:
        self._limit = config.max_body_bytes
        self._required = config.require_if_match

    def read_one(self, get: Callable[[UUID, UUID], Awaitable[DeliveryRead]]) -> Handler:
        """One delivery."""

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            return resource_reply(scope, await get(path_id(scope, *WEBHOOK_KEY), path_id(scope, *_DELIVERY_KEY)))

        return handle

    def replay(
        self, use_case: Callable[..., Awaitable[DeliveryRead]], present: Callable[[UUID, UUID], Awaitable[DeliveryRead]]
    ) -> Handler:
        """One delivery sent anew; it needs no body."""

        def reply(found: DeliveryRead) -> Reply:
            return json_reply(encode(found), extra=((b"etag", version_tag(found.version)),))

        async def handle(request: HttpRequest) -> ASGIApp:
            scope = request.scope
            refuse_query(scope)
            owner, item = path_id(scope, *WEBHOOK_KEY), path_id(scope, *_DELIVERY_KEY)

            async def version() -> int:
                return (await present(owner, item)).version

            expected = await expected_version(scope, version, required=self._required)
            if body := await read_optional_body(request, self._limit):
                decode(Nothing, body)
            return reply(await use_case(owner, item, claimant(request, reply), version=expected))

        return handle


def delivery_operations(services: Services, handlers: Handlers, deliveries: DeliveryHandlers) -> list[Operation]:
    """The operations of deliveries."""
    service = services.deliveries

    async def exists(webhook_id: UUID) -> object:
        return await services.webhooks.get(webhook_id, include_deleted=True)

    return [
        Operation(
            id="get_webhook_deliveries",
            method="GET",
            path=_DELIVERIES,
            handler=handlers.read_sublist(service.list, DELIVERY_LIST, exists, *WEBHOOK_KEY),
            summary="List the deliveries to a webhook",
            about=getdoc(service.list) or "",
            tag="webhooks",
            parameters=list_parameters(DELIVERY_LIST, without=frozenset({"webhook_id"})),
            gives=Listed[DeliveryRead],
            gives_example=page_of(_LISTED),
        ),
        Operation(
            id="get_webhook_delivery",
            method="GET",
            path=f"{_DELIVERIES}/{{delivery_id}}",
            handler=deliveries.read_one(service.get),
            summary="Get a delivery",
            about=getdoc(service.get) or "",
            tag="webhooks",
            gives=DeliveryRead,
            gives_example=plain(DELIVERY),
            tagged=True,
        ),
        Operation(
            id="replay_webhook_delivery",
            method="POST",
            path=f"{_DELIVERIES}/{{delivery_id}}/replay",
            handler=deliveries.replay(services.replays.replay_one, service.get),
            summary="Send a delivery anew",
            about=getdoc(services.replays.replay_one) or "",
            tag="webhooks",
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=DeliveryRead,
            gives_example=plain(_REPLAYED),
            tagged=True,
            guarded=True,
            errors=(DeliveryPending, WebhookNotActive),
        ),
        Operation(
            id="replay_webhook",
            method="POST",
            path=f"{WEBHOOK}/replay",
            handler=handlers.run_on(DeliveriesReplay, services.replays.replay, *WEBHOOK_KEY),
            summary="Send the events of a range anew",
            about=getdoc(services.replays.replay) or "",
            tag="webhooks",
            takes=DeliveriesReplay,
            takes_example={"first_sequence": 1, "last_sequence": 200},
            gives=DeliveriesReplayed,
            gives_example=plain(DeliveriesReplayed(replayed=170, skipped=30, last_sequence=200, has_more=False)),
            errors=(WebhookNotActive,),
        ),
    ]
