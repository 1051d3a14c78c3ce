"""Webhook endpoints, as kept and as read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.listing import Listing, Page
from application.webhooks.models import WebhookRead
from domain.shared.ids import WebhookId
from domain.webhooks.endpoint import WebhookEndpoint


class WebhookRepository(Protocol):
    """Endpoints for writing, inside a unit of work. `get` finds deleted ones too, so that they can be restored.

    Their secrets are kept as they are, since messages are signed with them.
    """

    async def get(self, webhook_id: WebhookId) -> WebhookEndpoint:
        """Raises NotFound."""
        ...

    async def listening(self) -> Sequence[WebhookEndpoint]:
        """Those that are active and not deleted, in the order of their ids."""
        ...

    def add(self, endpoint: WebhookEndpoint) -> None:
        """Keeps a new endpoint at commit."""
        ...

    def save(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """Keeps a changed endpoint at commit, under the next version, and returns it with that version.

        Commit raises Conflict when the stored version is no longer the one that was loaded.
        """
        ...

    def note_failing(self, webhook_id: WebhookId, since: datetime | None) -> None:
        """Keeps at commit when an endpoint began to fail, or that it does not, without a new version.

        The earlier time stays where there is one already.
        """
        ...


class WebhookReader(Protocol):
    """Endpoints for reading, straight to read models, without their secrets."""

    async def get(self, webhook_id: UUID, *, include_deleted: bool = False) -> WebhookRead:
        """Raises NotFound; a deleted one is not found unless asked for."""
        ...

    async def list(self, listing: Listing) -> Page[WebhookRead]:
        """One page in the order asked for."""
        ...
