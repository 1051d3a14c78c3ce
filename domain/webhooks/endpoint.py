"""A receiver of events: its URL, what it wants to hear of, the secret it knows, and whether it is sent anything now."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.customers.email_address import EmailAddress
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.ids import WebhookId
from domain.shared.lifecycle import Lifecycle
from domain.webhooks.event_types import wants
from domain.webhooks.secret import SigningSecret

DESCRIPTION_LENGTH = 500
FAILING_FOR = timedelta(days=5)
"""How long nothing may have been delivered before the next delivery that ends failed pauses the endpoint."""
DEFAULT_OVERLAP_HOURS = 24
MOST_OVERLAP_HOURS = 24 * 7


class WebhookNotActive(Refused):
    """Something was to be sent to an endpoint that is paused or disabled."""

    code = "webhook-not-active"


class WebhookState(StrEnum):
    """Only an active one is sent anything. A paused one kept failing; a disabled one is not to be sent anything."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class StopReason(StrEnum):
    """Why an endpoint is not active: it failed for days, it answered 410 Gone, or somebody switched it off."""

    FAILING = "failing"
    GONE = "gone"
    SWITCHED_OFF = "switched-off"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDetails:
    """What may be edited. `url` is checked (destination.py) and `event_types` are sorted; none of them means all.

    `contact_email` is who is told when it is paused.
    """

    url: str
    description: str | None = None
    contact_email: EmailAddress | None = None
    event_types: tuple[str, ...] = ()
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiringSecret:
    """A secret that still signs beside the new one, until then."""

    secret: SigningSecret
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """An endpoint: an aggregate of its own, without its deliveries. Methods return the new endpoint and the event.

    `since` is when it came into its state. `failing_since` is the first failed attempt after the last success, kept
    by the deliveries without a new version.
    """

    id: WebhookId
    details: WebhookDetails
    secret: SigningSecret
    retiring: RetiringSecret | None = None
    state: WebhookState = WebhookState.ACTIVE
    reason: StopReason | None = None
    since: datetime
    lifecycle: Lifecycle
    failing_since: datetime | None = None

    @classmethod
    def register(
        cls, webhook_id: WebhookId, details: WebhookDetails, secret: SigningSecret, *, at: datetime, by: str
    ) -> tuple["WebhookEndpoint", Event]:
        """A new endpoint."""
        made = cls(id=webhook_id, details=details, secret=secret, since=at, lifecycle=Lifecycle.begun(at=at, by=by))
        return _switched(made, at), made._event("webhook.created", at, by, 1)

    @property
    def listens(self) -> bool:
        """Whether it is sent anything now."""
        return self.state is WebhookState.ACTIVE and not self.lifecycle.deleted

    def require_active(self) -> None:
        """Raises WebhookNotActive."""
        if self.state is not WebhookState.ACTIVE:
            raise WebhookNotActive(f"the webhook is {self.state}: resume it before anything is sent to it")

    def wants(self, event_type: str) -> bool:
        """Whether an event of this type is to be sent to it now."""
        return self.listens and wants(self.details.event_types, event_type)

    def secrets(self, at: datetime) -> Sequence[SigningSecret]:
        """What signs at this moment, the newest first."""
        retiring = self.retiring
        return [self.secret, retiring.secret] if retiring is not None and at < retiring.until else [self.secret]

    def edit(self, details: WebhookDetails, *, at: datetime, by: str) -> tuple["WebhookEndpoint", Event | None]:
        """With other details; no event when nothing changed. `enabled` switches it on and off. Raises Deleted."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        changed = tuple(f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name))
        if not changed:
            return self, None
        edited = replace(self, details=details, lifecycle=lifecycle)
        if "enabled" in changed:
            edited = _switched(edited, at)
        return edited, self._event("webhook.updated", at, by, self.lifecycle.version + 1, changed)

    def rotate(
        self, secret: SigningSecret, *, overlap: timedelta, at: datetime, by: str
    ) -> tuple["WebhookEndpoint", Event]:
        """With a new secret; the present one signs beside it for `overlap`, an older one no more. Raises Deleted."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        retiring = RetiringSecret(secret=self.secret, until=at + overlap) if overlap else None
        rotated = replace(self, secret=secret, retiring=retiring, lifecycle=lifecycle)
        return rotated, self._event("webhook.rotated", at, by, self.lifecycle.version + 1, ("secret",))

    def pause(self, *, at: datetime, by: str) -> tuple["WebhookEndpoint", Event]:
        """Sent nothing until somebody resumes it: it failed for too long. Raises Deleted."""
        return self._stopped(WebhookState.PAUSED, StopReason.FAILING, "webhook.paused", at, by)

    def give_up(self, *, at: datetime, by: str) -> tuple["WebhookEndpoint", Event]:
        """Disabled, since it answered that it is gone. Raises Deleted."""
        return self._stopped(WebhookState.DISABLED, StopReason.GONE, "webhook.disabled", at, by)

    def resume(self, *, at: datetime, by: str) -> tuple["WebhookEndpoint", Event | None]:
        """Active again, as if it had never failed; no event when it is active. Raises Deleted."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        if self.state is WebhookState.ACTIVE:
            return self, None
        details = replace(self.details, enabled=True)
        back = _switched(replace(self, details=details, lifecycle=lifecycle), at)
        return back, self._event("webhook.resumed", at, by, self.lifecycle.version + 1)

    def delete(self, *, at: datetime, by: str) -> tuple["WebhookEndpoint", Event]:
        """Put away, restorable; it is sent nothing more. Raises Deleted when it already is."""
        gone = replace(self, lifecycle=self.lifecycle.put_away(at=at, by=by))
        return gone, self._event("webhook.deleted", at, by, self.lifecycle.version + 1)

    def restore(self, *, at: datetime, by: str) -> tuple["WebhookEndpoint", Event]:
        """Back again in the state that it had. Raises NotDeleted."""
        back = replace(self, lifecycle=self.lifecycle.restored(at=at, by=by))
        return back, self._event("webhook.restored", at, by, self.lifecycle.version + 1)

    def failed_too_long(self, at: datetime) -> bool:
        """Whether a delivery that ends failed now is the one to pause it for."""
        return self.failing_since is not None and at - self.failing_since >= FAILING_FOR

    def _stopped(
        self, state: WebhookState, reason: StopReason, kind: str, at: datetime, by: str
    ) -> tuple["WebhookEndpoint", Event]:
        details = replace(self.details, enabled=state is not WebhookState.DISABLED)
        lifecycle = self.lifecycle.touched(at=at, by=by)
        stopped = replace(self, details=details, state=state, reason=reason, since=at, lifecycle=lifecycle)
        event = self._event(kind, at, by, self.lifecycle.version + 1)
        return stopped, replace(event, data={"reason": reason.value})

    def _event(self, kind: str, at: datetime, by: str, version: int, changed: tuple[str, ...] = ()) -> Event:
        return Event(type=kind, aggregate_id=self.id, version=version, at=at, by=by, changed=changed)


def _switched(endpoint: WebhookEndpoint, at: datetime) -> WebhookEndpoint:
    """On or off, as its details say."""
    if endpoint.details.enabled:
        return replace(endpoint, state=WebhookState.ACTIVE, reason=None, since=at, failing_since=None)
    return replace(endpoint, state=WebhookState.DISABLED, reason=StopReason.SWITCHED_OFF, since=at)
