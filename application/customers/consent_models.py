"""What callers send and get of consents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from application.fields import line
from application.listing import AwareTime
from domain.customers.consent import (
    PURPOSE_LENGTH,
    SOURCE_LENGTH,
    Consent,
    ConsentRegister,
    ConsentState,
    purpose,
)
from domain.shared.errors import Invalid, Problems

Purpose = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=PURPOSE_LENGTH,
        description="What for, in kebab-case.",
        examples=["newsletter"],
        extra={"value": purpose},
    ),
]
Source = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SOURCE_LENGTH,
        description="Where it was said.",
        examples=["checkout"],
        extra={"value": line(SOURCE_LENGTH)},
    ),
]
Said = Annotated[AwareTime, Meta(description="When it was said; now when it is not given.")]


class ConsentGive(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer agrees to something."""

    purpose: Purpose
    source: Source
    at: Said | None = None

    def cleaned(self) -> tuple[str, str]:
        """Purpose and source as the domain knows them. Raises Invalid that names each bad field."""
        problems = Problems()
        agreed = problems.take("/purpose", purpose, self.purpose)
        source = problems.take("/source", line(SOURCE_LENGTH), self.source)
        if agreed is None or source is None:
            raise Invalid(problems.found)
        return agreed, source


class ConsentWithdraw(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer no longer agrees."""

    source: Source
    at: Said | None = None

    def cleaned(self) -> str:
        """The source as the domain knows it. Raises Invalid."""
        problems = Problems()
        source = problems.take("/source", line(SOURCE_LENGTH), self.source)
        if source is None:
            raise Invalid(problems.found)
        return source


class ConsentEntry(Struct, frozen=True, kw_only=True):
    """What was said once: `at` is when it was said, `created_at` when that was entered."""

    id: UUID
    state: ConsentState
    source: str
    at: datetime
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, entry: Consent) -> "ConsentEntry":
        """The read model of an entry."""
        return cls(
            id=entry.id,
            state=entry.state,
            source=entry.source,
            at=entry.at,
            created_at=entry.lifecycle.created_at,
            created_by=entry.lifecycle.created_by,
        )


class ConsentRead(Struct, frozen=True, kw_only=True):
    """How it is with one purpose now, since when and by which source, and all that was ever said of it, in order.

    `given_at` and `withdrawn_at` are the last times of each; `version` is how many entries there are.
    """

    customer_id: UUID
    purpose: str
    state: ConsentState
    source: str
    given_at: datetime
    withdrawn_at: datetime | None
    version: int
    history: list[ConsentEntry]

    @classmethod
    def of(cls, register: ConsentRegister, about: str) -> "ConsentRead":
        """The read model of one purpose, of which there is an entry at least."""
        history = register.about(about)
        last = {one.state: one.at for one in history}
        return cls(
            customer_id=register.customer_id,
            purpose=about,
            state=history[-1].state,
            source=history[-1].source,
            given_at=last[ConsentState.GIVEN],
            withdrawn_at=last.get(ConsentState.WITHDRAWN),
            version=len(history),
            history=[ConsentEntry.of(one) for one in history],
        )


class ConsentsRead(Struct, frozen=True, kw_only=True):
    """All purposes that a customer ever agreed to, by name. `version` is how many entries there are in all."""

    customer_id: UUID
    version: int
    data: Sequence[ConsentRead]

    @classmethod
    def of(cls, register: ConsentRegister) -> "ConsentsRead":
        """The read model of a whole register."""
        return cls(
            customer_id=register.customer_id,
            version=len(register.entries),
            data=[ConsentRead.of(register, one) for one in register.purposes],
        )
