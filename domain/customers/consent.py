"""What a customer agreed to and no longer agrees to: a history to which entries are added and that never changes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from domain.shared.errors import Invalid, Refused
from domain.shared.events import Event
from domain.shared.ids import ConsentId, CustomerId
from domain.shared.lifecycle import Lifecycle

PURPOSE_LENGTH = 64
SOURCE_LENGTH = 255
MAX_GIVEN = 500
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_PURPOSE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class NeverGiven(Refused):
    """A consent was to be withdrawn that was never given."""

    code = "consent-never-given"


class ConsentOutOfOrder(Refused):
    """A later entry of this purpose is already kept, and the history is never rewritten."""

    code = "consent-out-of-order"


class TooManyConsents(Refused):
    """Consent was given as often as one customer's history holds."""

    code = "too-many-consents"


class ConsentState(StrEnum):
    """What an entry says, and what the last one says now."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


def purpose(text: str) -> str:
    """What for, in kebab-case, such as `newsletter`. Raises Invalid with `invalid-purpose`."""
    if len(text) > PURPOSE_LENGTH or not _PURPOSE.fullmatch(text):
        message = f"must be lower case words with hyphens between, at most {PURPOSE_LENGTH} characters"
        raise Invalid.because("invalid-purpose", message)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One entry: `at` is when it was given or withdrawn, `source` where. It never changes, but a merge may move it."""

    id: ConsentId
    customer_id: CustomerId
    purpose: str
    state: ConsentState
    source: str
    at: datetime
    lifecycle: Lifecycle

    @property
    def place(self) -> tuple[datetime, bool, ConsentId]:
        """Entries stand in this order. Of two at one moment, from two customers that were merged, a no counts."""
        return self.at, self.state is ConsentState.WITHDRAWN, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRegister:
    """The whole history of one customer. Methods return the new register, and None where nothing was to be added."""

    customer_id: CustomerId
    entries: tuple[Consent, ...] = ()

    @classmethod
    def of(cls, customer_id: CustomerId, entries: Iterable[Consent]) -> "ConsentRegister":
        """From entries in any order."""
        return cls(customer_id=customer_id, entries=tuple(sorted(entries, key=lambda one: one.place)))

    def about(self, purpose: str) -> Sequence[Consent]:
        """The entries of one purpose, in order; the last one says how it is."""
        return [one for one in self.entries if one.purpose == purpose]

    @property
    def purposes(self) -> Sequence[str]:
        """All purposes that were ever agreed to, sorted."""
        return sorted({one.purpose for one in self.entries})

    def give(
        self, consent_id: ConsentId, purpose: str, *, source: str, when: datetime, at: datetime, by: str
    ) -> tuple["ConsentRegister", Event | None]:
        """Agreed at `when`, which is told `at` this moment. What is given already stays as it is.

        Raises ConsentOutOfOrder, TooManyConsents, or Invalid when `when` is to come.
        """
        history = self.about(purpose)
        if history and history[-1].state is ConsentState.GIVEN:
            return self, None
        if sum(one.state is ConsentState.GIVEN for one in self.entries) >= MAX_GIVEN:
            raise TooManyConsents(f"consent was given {MAX_GIVEN} times, as often as a history holds")
        return self._with(consent_id, purpose, ConsentState.GIVEN, source, when, at, by)

    def withdraw(
        self, consent_id: ConsentId, purpose: str, *, source: str, when: datetime, at: datetime, by: str
    ) -> tuple["ConsentRegister", Event | None]:
        """No longer agreed from `when` on. What is withdrawn already stays as it is.

        Raises NeverGiven, ConsentOutOfOrder, or Invalid when `when` is to come.
        """
        history = self.about(purpose)
        if not history:
            raise NeverGiven(f"consent to {purpose} was never given")
        if history[-1].state is ConsentState.WITHDRAWN:
            return self, None
        return self._with(consent_id, purpose, ConsentState.WITHDRAWN, source, when, at, by)

    def _with(
        self,
        consent_id: ConsentId,
        purpose: str,
        state: ConsentState,
        source: str,
        when: datetime,
        at: datetime,
        by: str,
    ) -> tuple["ConsentRegister", Event]:
        if not EARLIEST <= when <= at:
            raise Invalid.because("out-of-range", "must be from 1900 on and not be to come", "/at")
        history = self.about(purpose)
        if history and when < history[-1].at:
            raise ConsentOutOfOrder(f"consent to {purpose} was last {history[-1].state} later than that")
        entry = Consent(
            id=consent_id,
            customer_id=self.customer_id,
            purpose=purpose,
            state=state,
            source=source,
            at=when.astimezone(UTC),
            lifecycle=Lifecycle.begun(at=at, by=by),
        )
        event = Event(
            type=f"consent.{state}",
            aggregate_id=entry.id,
            version=1,
            at=at,
            by=by,
            data={"customer_id": str(self.customer_id), "purpose": purpose},
        )
        return ConsentRegister.of(self.customer_id, (*self.entries, entry)), event
