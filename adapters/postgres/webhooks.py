"""Webhook endpoints in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from sqlalchemy import bindparam, func, literal_column, select, update

from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.kinds import Kind
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import MOMENT, webhooks
from application.errors import NotFound
from application.listing import Listing, Page
from application.webhooks.models import WebhookRead
from domain.customers.email_address import EmailAddress
from domain.shared.ids import WebhookId
from domain.webhooks.endpoint import RetiringSecret, StopReason, WebhookDetails, WebhookEndpoint, WebhookState
from domain.webhooks.secret import SigningSecret

_SAVED = (
    "url",
    "description",
    "event_types",
    "enabled",
    "secret",
    "retiring_secret",
    "retiring_until",
    "state",
    "reason",
    "since",
    "failing_since",
)
# The order in which the function below takes a row apart.
WEBHOOK_OUTPUT = [webhooks.c[name] for name in ("id", *_SAVED, *LIFECYCLE, "deleted_at", "contact_email")]
_GET = Statement(select(*WEBHOOK_OUTPUT).where(webhooks.c.id == bindparam("id")), name="webhooks.get")
_LISTENING = Statement(
    select(*WEBHOOK_OUTPUT)
    .where(webhooks.c.state == literal_column("'active'"), webhooks.c.deleted_at.is_(None))
    .order_by(webhooks.c.id),
    name="webhooks.listening",
)
_FAILING = Statement(
    update(webhooks)
    .values(failing_since=func.coalesce(webhooks.c.failing_since, bindparam("since", type_=MOMENT)))
    .where(webhooks.c.id == bindparam("webhook_id")),
    name="webhooks.failing",
)
_NOT_FAILING = Statement(
    update(webhooks)
    .values(failing_since=None)
    .where(webhooks.c.id == bindparam("webhook_id"), webhooks.c.failing_since.is_not(None)),
    name="webhooks.not_failing",
)
_LISTS = ListStatements(webhooks, WEBHOOK_OUTPUT)


def _values(endpoint: WebhookEndpoint) -> tuple[object, ...]:
    details, lifecycle, retiring = endpoint.details, endpoint.lifecycle, endpoint.retiring
    return (
        endpoint.id,
        details.url,
        details.description,
        details.event_types,
        details.enabled,
        endpoint.secret.key,
        None if retiring is None else retiring.secret.key,
        None if retiring is None else retiring.until,
        endpoint.state,
        endpoint.reason,
        endpoint.since,
        endpoint.failing_since,
        *lifecycle_values(lifecycle),
        lifecycle.deleted_at,
        None if details.contact_email is None else details.contact_email.value,
    )


WEBHOOKS = Kind(webhooks, _values, saves=(*_SAVED, "updated_at", "updated_by", "deleted_at", "contact_email"))


def webhook_of(row: Record) -> WebhookEndpoint:
    """The aggregate of a row of WEBHOOK_OUTPUT."""
    retiring = None if row[6] is None else RetiringSecret(secret=SigningSecret(row[6]), until=row[7])
    return WebhookEndpoint(
        id=WebhookId(row[0]),
        details=WebhookDetails(
            url=row[1],
            description=row[2],
            contact_email=None if row[18] is None else EmailAddress(row[18]),
            event_types=tuple(row[3]),
            enabled=row[4],
        ),
        secret=SigningSecret(row[5]),
        retiring=retiring,
        state=WebhookState(row[8]),
        reason=None if row[9] is None else StopReason(row[9]),
        since=row[10],
        failing_since=row[11],
        lifecycle=lifecycle_of(row[12:18]),
    )


def _read_of(row: Record) -> WebhookRead:
    return WebhookRead.of(webhook_of(row))


class PostgresWebhookRepository:
    """Endpoints for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, webhook_id: WebhookId) -> WebhookEndpoint:
        """Deleted ones too. Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=webhook_id))
        if row is None:
            raise NotFound("webhook", webhook_id)
        return webhook_of(row)

    async def listening(self) -> Sequence[WebhookEndpoint]:
        """Those that are active and not deleted, in the order of their ids."""
        return [webhook_of(row) for row in await read(self._pool, _LISTENING.fetch)]

    def add(self, endpoint: WebhookEndpoint) -> None:
        """Keeps a new endpoint at commit."""
        self._pending.add(WEBHOOKS, endpoint)

    def save(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """Keeps a changed endpoint at commit, under the next version."""
        saved = replace(endpoint, lifecycle=endpoint.lifecycle.next_version())
        self._pending.save(WEBHOOKS, saved)
        return saved

    def note_failing(self, webhook_id: WebhookId, since: datetime | None) -> None:
        """Keeps at commit when an endpoint began to fail, or that it does not, without a new version."""

        async def note(connection: Connection) -> None:
            if since is None:
                await _NOT_FAILING.execute(connection, webhook_id=webhook_id)
            else:
                await _FAILING.execute(connection, webhook_id=webhook_id, since=since)

        self._pending.step(note)


class PostgresWebhookReader:
    """Endpoints for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, webhook_id: UUID, *, include_deleted: bool = False) -> WebhookRead:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=webhook_id))
        if row is None or (row[17] is not None and not include_deleted):
            raise NotFound("webhook", webhook_id)
        return _read_of(row)

    async def list(self, listing: Listing) -> Page[WebhookRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)
