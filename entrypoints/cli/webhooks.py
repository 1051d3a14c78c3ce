"""`daybook webhooks`."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from cyclopts import App, Parameter

from application.webhooks.delivery_models import DELIVERY_LIST, DeliveriesReplay, DeliveriesReplayed
from application.webhooks.models import WEBHOOK_LIST, SecretRotate, WebhookCreate, WebhookRead, WebhookUpdate
from entrypoints.cli import exits
from entrypoints.cli.exits import UsageError
from entrypoints.cli.inputs import (
    CursorOption,
    IdArgument,
    JsonOption,
    LimitOption,
    SortOption,
    TotalOption,
    UnsetOption,
    command,
    listing,
    whole_number,
)
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.resources import Resource
from entrypoints.cli.running import CALLER, VersionOption, use
from entrypoints.services import Services

app = App(name="webhooks", help="Webhooks: who is told of events over HTTP.")
_COLUMNS: Final = ("id", "url", "state", "state_reason", "event_types", "created_at")
_DELIVERY_COLUMNS: Final = (
    "id",
    "sequence",
    "type",
    "state",
    "attempt_count",
    "last_status",
    "last_error",
    "updated_at",
)
UrlOption = Annotated[
    str | None, Parameter(help="Where events are POSTed to, by https; WEBHOOKS_ALLOWED_NETWORKS allows more.")
]
DescriptionOption = Annotated[str | None, Parameter(help="What it is for, in a line.")]
EnabledOption = Annotated[bool | None, Parameter(help="Whether it is sent anything.")]
TypesOption = Annotated[
    tuple[str, ...],
    Parameter(name="--event-type", negative="", help="A type of event, or all of a kind: book.*; may be repeated."),
]
ContactOption = Annotated[str | None, Parameter(help="The address that is told when it is paused.")]
OverlapOption = Annotated[
    int | None, Parameter(converter=whole_number, help="Hours for which the old secret signs too; 24 when not given.")
]
FirstOption = Annotated[
    int | None, Parameter(converter=whole_number, help="From the event of this sequence on, included.")
]
LastOption = Annotated[int | None, Parameter(converter=whole_number, help="To the event of this sequence, included.")]
SinceOption = Annotated[str | None, Parameter(help="From this time on, included; RFC 3339 with its offset.")]
UntilOption = Annotated[str | None, Parameter(help="To this time, included; RFC 3339 with its offset.")]
_KEEP: Final = "keep the secret: it is not shown again"

_RESOURCE: Final = Resource(
    group=app,
    one="webhook",
    service=lambda services: services.webhooks,
    model=WebhookRead,
    spec=WEBHOOK_LIST,
    columns=_COLUMNS,
)

_RESOURCE.lists(
    """One page of webhooks, the newest first.

    $ daybook webhooks list --state paused
    """
)

_RESOURCE.gets(
    """One webhook, without its secret.

    $ daybook webhooks get 01997f43-8c00-7000-8000-0123456789ab
    """
)


@app.command
def create(
    *,
    url: UrlOption = None,
    description: DescriptionOption = None,
    contact_email: ContactOption = None,
    event_types: TypesOption = (),
    enabled: EnabledOption = None,
    json: JsonOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Registers an endpoint and shows its secret, this once. Without --event-type it is told of everything.

    $ daybook webhooks create --url https://shop.example.org/hooks
    $ daybook webhooks create --url https://shop.example.org/hooks --contact-email hooks@shop.example.org
    $ daybook webhooks create --url https://shop.example.org/hooks --event-type 'book.*' --event-type order.placed
    """
    given = {
        "url": url,
        "description": description,
        "contact_email": contact_email,
        "event_types": [*event_types] or None,
        "enabled": enabled,
    }
    new = command(WebhookCreate, json, given)
    show(use(lambda services: services.webhooks.create(new, CALLER)), format)
    message(_KEEP)


@app.command
def update(
    webhook_id: IdArgument,
    /,
    *,
    url: UrlOption = None,
    description: DescriptionOption = None,
    contact_email: ContactOption = None,
    event_types: TypesOption = (),
    enabled: EnabledOption = None,
    unset: UnsetOption = (),
    json: JsonOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Changes the fields that are given and leaves the others.

    $ daybook webhooks update 01997f43-8c00-7000-8000-0123456789ab --no-enabled
    $ daybook webhooks update 01997f43-8c00-7000-8000-0123456789ab --unset contact_email
    """
    given = {
        "url": url,
        "description": description,
        "contact_email": contact_email,
        "event_types": [*event_types] or None,
        "enabled": enabled,
    }
    changes = command(WebhookUpdate, json, given, unset)
    show(use(lambda services: services.webhooks.update(webhook_id, changes, CALLER, version=version)), format)


@app.command
def rotate_secret(
    webhook_id: IdArgument,
    /,
    *,
    overlap_hours: OverlapOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Replaces the secret and shows the new one, this once; the old one signs beside it for a day.

    $ daybook webhooks rotate-secret 01997f43-8c00-7000-8000-0123456789ab
    $ daybook webhooks rotate-secret 01997f43-8c00-7000-8000-0123456789ab --overlap-hours 0
    """
    asked = command(SecretRotate, None, {"overlap_hours": overlap_hours})
    show(use(lambda services: services.webhooks.rotate(webhook_id, asked, CALLER, version=version)), format)
    message(_KEEP)


@app.command(name="test")
def send_test(
    webhook_id: IdArgument,
    /,
    *,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> int:
    """Sends a test at once, and tells what the receiver said; exit code 1 when it did not take it.

    $ daybook webhooks test 01997f43-8c00-7000-8000-0123456789ab

    This command sends it itself, by its own settings: WEBHOOKS_ALLOWED_NETWORKS of this shell or its .env counts, not
    that of the server. POST /v1/webhooks/{id}/test has the server send it.
    """
    told = use(lambda services: services.webhooks.test(webhook_id))
    show(told, format)
    return exits.OK if told.delivered else exits.FAILURE


@app.command
def resume(
    webhook_id: IdArgument,
    /,
    *,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Has one that was paused or disabled sent events again, those from now on.

    $ daybook webhooks resume 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.webhooks.resume(webhook_id, CALLER, version=version)), format)


_RESOURCE.deletes(
    """Puts a webhook away; it is sent nothing more, and can be restored.

    $ daybook webhooks delete 01997f43-8c00-7000-8000-0123456789ab --yes
    """
)

_RESOURCE.restores(
    """Brings a deleted webhook back in the state that it had.

    $ daybook webhooks restore 01997f43-8c00-7000-8000-0123456789ab
    """
)


@app.command
def deliveries(
    webhook_id: IdArgument,
    delivery_id: Annotated[UUID | None, Parameter(help="One delivery, with its request and its attempts.")] = None,
    /,
    *,
    sort: SortOption = None,
    limit: LimitOption = None,
    cursor: CursorOption = None,
    total: TotalOption = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
    **filters: str,
) -> None:
    """One page of the deliveries to a webhook, the latest first, or one of them.

    $ daybook webhooks deliveries 01997f43-8c00-7000-8000-0123456789ab --state failed
    $ daybook webhooks deliveries 01997f43-8c00-7000-8000-0123456789ab 01997f43-8c00-7000-8000-ba9876543210

    Filters are those of the HTTP API: --state, --type, --sequence, --created_at, --updated_at, the last three also with
    [gte], [gt], [lte] and [lt].
    """
    if delivery_id is not None:
        show(use(lambda services: services.deliveries.get(webhook_id, delivery_id)), format)
        return
    of_webhook = {**filters, "webhook_id": str(webhook_id)}
    asked = listing(DELIVERY_LIST, of_webhook, sort=sort, limit=limit, cursor=cursor, total=total)

    async def ask(services: Services) -> object:
        await services.webhooks.get(webhook_id, include_deleted=True)
        return await services.deliveries.list(asked)

    show(use(ask), format, columns=_DELIVERY_COLUMNS)


@app.command
def replay(
    webhook_id: IdArgument,
    delivery_id: Annotated[UUID | None, Parameter(help="One delivery to be sent anew.")] = None,
    /,
    *,
    first_sequence: FirstOption = None,
    last_sequence: LastOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Sends one delivery anew, or the events of a whole range, also what happened while the webhook was not active.

    $ daybook webhooks replay 01997f43-8c00-7000-8000-0123456789ab --since 2026-11-01T00:00:00Z
    $ daybook webhooks replay 01997f43-8c00-7000-8000-0123456789ab --first-sequence 1200 --last-sequence 1300
    """
    bounds = {"first_sequence": first_sequence, "last_sequence": last_sequence, "since": since, "until": until}
    if delivery_id is not None:
        if any(one is not None for one in bounds.values()):
            raise UsageError("give a delivery or a range, not both")
        show(use(lambda services: services.replays.replay_one(webhook_id, delivery_id, CALLER)), format)
        return
    asked = command(DeliveriesReplay, None, bounds)

    async def ask(services: Services) -> DeliveriesReplayed:
        """Page after page, as one answer."""
        page = await services.replays.replay(webhook_id, asked, CALLER)
        replayed, skipped = page.replayed, page.skipped
        while page.has_more and page.last_sequence is not None:
            following = msgspec.structs.replace(asked, first_sequence=page.last_sequence + 1)
            page = await services.replays.replay(webhook_id, following, CALLER)
            replayed, skipped = replayed + page.replayed, skipped + page.skipped
        return msgspec.structs.replace(page, replayed=replayed, skipped=skipped)

    show(use(ask), format)
