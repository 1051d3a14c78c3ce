"""Webhook endpoints in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import Changes, MemoryStore
from application.errors import NotFound
from application.listing import Listing, Page
from application.webhooks.models import WebhookRead
from domain.shared.ids import WebhookId
from domain.webhooks.endpoint import WebhookEndpoint


class MemoryWebhookRepository:
    """Endpoints for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, webhook_id: WebhookId) -> WebhookEndpoint:
        """Deleted ones too. Raises NotFound."""
        endpoint = self._store.webhooks.get(webhook_id)
        if endpoint is None:
            raise NotFound("webhook", webhook_id)
        return endpoint

    async def listening(self) -> Sequence[WebhookEndpoint]:
        """Those that are active and not deleted, in the order of their ids."""
        return sorted((one for one in self._store.webhooks.values() if one.listens), key=lambda one: one.id.int)

    def add(self, endpoint: WebhookEndpoint) -> None:
        """Keeps a new endpoint at commit."""
        self._pending.write(lambda changes: changes.webhooks.add(endpoint))

    def save(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """Keeps a changed endpoint at commit, under the next version."""
        saved = replace(endpoint, lifecycle=endpoint.lifecycle.next_version())
        self._pending.write(lambda changes: changes.webhooks.save(saved))
        return saved

    def note_failing(self, webhook_id: WebhookId, since: datetime | None) -> None:
        """Keeps at commit when an endpoint began to fail, or that it does not, without a new version."""

        def note(changes: Changes) -> None:
            endpoint = changes.webhooks.get(webhook_id)
            if endpoint is not None:
                kept = None if since is None else endpoint.failing_since or since
                changes.webhooks.amend(replace(endpoint, failing_since=kept))

        self._pending.write(note)


class MemoryWebhookReader:
    """Endpoints for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.webhook_rows,
            columns={
                "state": lambda one: one.state,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
        )

    async def get(self, webhook_id: UUID, *, include_deleted: bool = False) -> WebhookRead:
        """Raises NotFound."""
        endpoint = self._store.webhooks.get(webhook_id)
        if endpoint is None or (endpoint.lifecycle.deleted and not include_deleted):
            raise NotFound("webhook", webhook_id)
        return WebhookRead.of(endpoint)

    async def list(self, listing: Listing) -> Page[WebhookRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, WebhookRead.of)
