"""What callers send and get of webhook endpoints."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.customers.models import Email
from application.fields import given, line
from application.listing import FilterField, ListSpec, SortKey, moment, one_of
from domain.customers.email_address import EmailAddress
from domain.shared.errors import Invalid, Problems
from domain.webhooks.addresses import Reach
from domain.webhooks.destination import URL_LENGTH, checked_url
from domain.webhooks.endpoint import (
    DEFAULT_OVERLAP_HOURS,
    DESCRIPTION_LENGTH,
    MOST_OVERLAP_HOURS,
    StopReason,
    WebhookDetails,
    WebhookEndpoint,
    WebhookState,
)
from domain.webhooks.event_types import EVENT_TYPE_LENGTH, MOST_EVENT_TYPES, event_pattern, event_patterns

# Where messages may go is a setting, which the use case knows; how a URL is written is the same everywhere.
_ANYWHERE = Reach.into(["0.0.0.0/0", "::/0"])
Url = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=URL_LENGTH,
        description="Where events are POSTed to, by https. A host in a private network is refused.",
        examples=["https://shop.example.org/hooks/daybook"],
        extra={"value": lambda text: checked_url(text, _ANYWHERE)},
    ),
]
Description = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=DESCRIPTION_LENGTH,
        examples=["Stock levels of the web shop"],
        extra={"value": line(DESCRIPTION_LENGTH)},
    ),
]
EventPattern = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9_]*\.(\*|[a-z][a-z0-9_]*)$",
        max_length=EVENT_TYPE_LENGTH,
        description="A type of event, or all of one kind of thing.",
        examples=["book.*"],
        extra={"value": event_pattern},
    ),
]
EventPatterns = Annotated[
    list[EventPattern],
    Meta(max_length=MOST_EVENT_TYPES, description="What to be told of; everything when it is empty."),
]
Enabled = Annotated[bool, Meta(description="Whether it is to be sent anything.")]
OverlapHours = Annotated[
    int, Meta(ge=0, le=MOST_OVERLAP_HOURS, description="Hours for which the old secret signs beside the new one.")
]


ContactEmail = Annotated[
    Email, Meta(description="Who is told when it is paused; without one it is the address of MAIL_OPERATOR.")
]


class WebhookCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new endpoint."""

    url: Url
    description: Description | None = None
    contact_email: ContactEmail | None = None
    event_types: EventPatterns = []
    enabled: Enabled = True

    def details(self, reach: Reach) -> WebhookDetails:
        """As the domain knows it. Raises Invalid that names each bad field."""
        problems = Problems()
        url = problems.take("/url", checked_url, self.url, reach)
        about = problems.take_given("/description", line(DESCRIPTION_LENGTH), self.description)
        contact = problems.take_given("/contact_email", EmailAddress.parse, self.contact_email)
        for place, one in enumerate(self.event_types):
            problems.take(f"/event_types/{place}", event_pattern, one)
        if problems.found or url is None:
            raise Invalid(problems.found)
        return WebhookDetails(
            url=url,
            description=about,
            contact_email=contact,
            event_types=event_patterns(self.event_types),
            enabled=self.enabled,
        )


class WebhookUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of an endpoint: a field not given stays, null takes an optional value away."""

    url: Url | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    contact_email: ContactEmail | None | UnsetType = UNSET
    event_types: EventPatterns | UnsetType = UNSET
    enabled: Enabled | UnsetType = UNSET

    def over(self, present: WebhookDetails, reach: Reach) -> WebhookDetails:
        """The whole new details. Raises Invalid that names each bad field."""
        return WebhookCreate(
            url=given(self.url, present.url),
            description=given(self.description, present.description),
            contact_email=given(self.contact_email, present.contact_email and present.contact_email.value),
            event_types=given(self.event_types, [*present.event_types]),
            enabled=given(self.enabled, present.enabled),
        ).details(reach)


class SecretRotate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a secret is replaced."""

    overlap_hours: OverlapHours = DEFAULT_OVERLAP_HOURS

    @property
    def overlap(self) -> timedelta:
        """How long the old secret signs beside the new one."""
        return timedelta(hours=self.overlap_hours)


class WebhookRead(Struct, frozen=True, kw_only=True):
    """An endpoint as callers see it. Its secret is not in it, but the last characters, to tell one from another.

    `failing_since` is when its first attempt failed after the last that succeeded.
    """

    id: UUID
    url: str
    description: str | None
    contact_email: str | None
    event_types: Sequence[str]
    enabled: bool
    state: WebhookState
    state_reason: StopReason | None
    state_since: datetime
    failing_since: datetime | None
    secret_hint: Annotated[str, Meta(description="The last characters of the secret.", examples=["Hh8="])]
    old_secret_until: Annotated[datetime | None, Meta(description="When a secret that was replaced stops to sign.")]
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None
    secret: Annotated[
        str | None | UnsetType,
        Meta(
            description=(
                "Only in the answer to create and to rotate-secret, once: keep it. It is null in an answer that is "
                "told again for an idempotency key."
            ),
            examples=["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="],
        ),
    ] = UNSET

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> "WebhookRead":
        """The read model of an aggregate, without its secret."""
        details, lifecycle, retiring = endpoint.details, endpoint.lifecycle, endpoint.retiring
        return cls(
            id=endpoint.id,
            url=details.url,
            description=details.description,
            contact_email=None if details.contact_email is None else details.contact_email.value,
            event_types=[*details.event_types],
            enabled=details.enabled,
            state=endpoint.state,
            state_reason=endpoint.reason,
            state_since=endpoint.since,
            failing_since=endpoint.failing_since,
            secret_hint=endpoint.secret.hint,
            old_secret_until=None if retiring is None else retiring.until,
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            deleted_at=lifecycle.deleted_at,
        )


class WebhookTested(Struct, frozen=True, kw_only=True):
    """What the receiver said to a test: a status with the beginning of its answer, or why there was none."""

    message_id: Annotated[str, Meta(description="The `webhook-id` that it was sent with.")]
    delivered: Annotated[bool, Meta(description="Whether it answered with a 2xx.")]
    status: int | None
    duration_ms: int
    answer: str | None
    error: str | None
    detail: str | None


WEBHOOK_LIST = ListSpec(
    name="webhooks",
    filters={
        "state": FilterField(read=one_of(WebhookState), choices=tuple(WebhookState)),
        "created_at": FilterField(read=moment, ranges=True),
        "updated_at": FilterField(read=moment, ranges=True),
    },
    sorts={"created_at": datetime, "updated_at": datetime},
    default_sort=(SortKey("created_at", descending=True),),
)
