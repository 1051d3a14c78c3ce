"""/v1/webhooks: endpoints, their secrets, and a test of one."""

from datetime import timedelta
from inspect import getdoc
from uuid import UUID

import msgspec

from application.caller import Caller
from application.webhooks.models import (
    WEBHOOK_LIST,
    SecretRotate,
    WebhookCreate,
    WebhookRead,
    WebhookTested,
    WebhookUpdate,
)
from application.webhooks.service import WebhookService
from domain.shared.ids import WebhookId
from domain.webhooks.addresses import Reach
from domain.webhooks.endpoint import WebhookEndpoint
from domain.webhooks.secret import SigningSecret
from entrypoints.http.conditions import content_tag
from entrypoints.http.examples import NOW, plain
from entrypoints.http.handlers import Handlers, Nothing
from entrypoints.http.operations import Operation
from entrypoints.http.replies import NO_STORE
from entrypoints.http.resources import ResourceKind, resource_operations

WEBHOOK = "/v1/webhooks/{webhook_id}"
WEBHOOK_KEY = ("webhook_id", "webhook")
WEBHOOK_ID = UUID("01933d10-6d84-7c87-a9cb-7e8f9aab0c09")
_NEW = WebhookCreate(
    url="https://shop.example.org/hooks/daybook",
    description="Stock levels of the web shop",
    contact_email="hooks@shop.example.org",
    event_types=["book.*", "order.placed"],
)
_OLD_SECRET, _NEW_SECRET = SigningSecret(bytes(range(32))), SigningSecret(bytes(range(32, 64)))
_REGISTERED, _ = WebhookEndpoint.register(
    WebhookId(WEBHOOK_ID), _NEW.details(Reach()), _OLD_SECRET, at=NOW, by="anonymous"
)
_ROTATED, _ = _REGISTERED.rotate(_NEW_SECRET, overlap=timedelta(hours=24), at=NOW, by="anonymous")


def _shown(endpoint: WebhookEndpoint) -> WebhookRead:
    return msgspec.structs.replace(WebhookRead.of(endpoint), secret=endpoint.secret.reveal())


WEBHOOKS = ResourceKind(
    noun="webhook",
    plural="webhooks",
    create=WebhookCreate,
    update=WebhookUpdate,
    read=WebhookRead,
    listing=WEBHOOK_LIST,
    new_example=_NEW,
    change_example=WebhookUpdate(event_types=["book.*"]),
    example=WebhookRead.of(_REGISTERED),
    made_example=_shown(_REGISTERED),
    unique=(),
    cache_control=NO_STORE,
    tag=content_tag,
    aliased=False,
)
_TESTED = WebhookTested(
    message_id="01933d10-6d85-7d98-badc-8f9aab0c1d10",
    delivered=False,
    status=404,
    duration_ms=87,
    answer="Not Found",
    error="refused",
    detail="it answered 404",
)


def webhook_operations(service: WebhookService, handlers: Handlers) -> list[Operation]:
    """The operations of endpoints."""

    async def present(webhook_id: UUID) -> int:
        return (await service.get(webhook_id, include_deleted=True)).version

    async def test(webhook_id: UUID, _: Nothing, __: Caller) -> WebhookTested:
        return await service.test(webhook_id)

    return [
        *resource_operations(WEBHOOKS, service, handlers),
        Operation(
            id="rotate_webhook_secret",
            method="POST",
            path=f"{WEBHOOK}/rotate-secret",
            handler=handlers.decide(SecretRotate, service.rotate, present, *WEBHOOK_KEY, tag=content_tag),
            summary="Replace the secret of a webhook",
            about=getdoc(service.rotate) or "",
            tag="webhooks",
            takes=SecretRotate,
            takes_example={"overlap_hours": 48},
            optional_body=True,
            gives=WebhookRead,
            gives_example=plain(_shown(_ROTATED)),
            tagged=True,
            guarded=True,
        ),
        Operation(
            id="resume_webhook",
            method="POST",
            path=f"{WEBHOOK}/resume",
            handler=handlers.act(service.resume, present, *WEBHOOK_KEY, tag=content_tag),
            summary="Resume a webhook",
            about=getdoc(service.resume) or "",
            tag="webhooks",
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=WebhookRead,
            gives_example=plain(WEBHOOKS.example),
            tagged=True,
            guarded=True,
        ),
        Operation(
            id="test_webhook",
            method="POST",
            path=f"{WEBHOOK}/test",
            handler=handlers.run_on(Nothing, test, *WEBHOOK_KEY),
            summary="Send a test to a webhook",
            about=getdoc(service.test) or "",
            tag="webhooks",
            takes=Nothing,
            takes_example={},
            optional_body=True,
            gives=WebhookTested,
            gives_example=plain(_TESTED),
        ),
    ]
