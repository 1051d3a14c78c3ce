"""The customer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.customers.email_address import EmailAddress
from domain.customers.phone_number import PhoneNumber
from domain.shared.errors import Invalid, Problems, Refused
from domain.shared.events import Event
from domain.shared.ids import CustomerId
from domain.shared.lifecycle import Lifecycle
from domain.shared.text import clean_line, tokens

NAME_LENGTH = 255
REFERENCE_LENGTH = 64
MAX_TAGS = 50
TAG_LENGTH = 50
MAX_METADATA = 50
METADATA_KEY_LENGTH = 40
METADATA_VALUE_LENGTH = 500


class CustomerStatus(StrEnum):
    """Whether the shop deals with this customer now."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class CustomerErased(Refused):
    """The customer was erased, which cannot be undone."""

    code = "customer-erased"


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Distinct, trimmed tags in the order given. Raises Invalid that points at each bad one."""
    problems = Problems()
    cleaned = [problems.take(f"/{place}", clean_line, tag, TAG_LENGTH) for place, tag in enumerate(tags)]
    problems.raise_if_any()
    distinct = tuple(dict.fromkeys(tag for tag in cleaned if tag is not None))
    if len(distinct) > MAX_TAGS:
        raise Invalid.because("too-many", f"must have at most {MAX_TAGS} tags")
    return distinct


def clean_metadata(metadata: Mapping[str, str]) -> Mapping[str, str]:
    """At most 50 keys of 40 characters with values of 500 (Stripe's limits). Raises Invalid."""
    problems = Problems()
    cleaned: dict[str, str] = {}
    for key, value in metadata.items():
        pointer = "/" + key.replace("~", "~0").replace("/", "~1")
        good_key = problems.take(pointer, clean_line, key, METADATA_KEY_LENGTH)
        good_value = problems.take(pointer, clean_line, value, METADATA_VALUE_LENGTH)
        if good_key in cleaned:
            problems.add(pointer, "repeated-key", "is the same key as another, spaces around it aside")
        if good_key is not None and good_value is not None:
            cleaned[good_key] = good_value
    if len(metadata) > MAX_METADATA:
        problems.add("", "too-many", f"must have at most {MAX_METADATA} keys")
    problems.raise_if_any()
    return MappingProxyType(dict(sorted(cleaned.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDetails:
    """What may be edited. Raises Invalid with `name-reference-or-email` when a customer could not be told apart."""

    name: str | None = None
    reference: str | None = None
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    status: CustomerStatus = CustomerStatus.ACTIVE
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.name is None and self.reference is None and self.email is None:
            raise Invalid.because("name-reference-or-email", "must have a name, a reference or an e-mail address")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nobody(CustomerDetails):
    """What is left of an erased customer: not even what would tell it apart."""

    status: CustomerStatus = CustomerStatus.INACTIVE

    def __post_init__(self) -> None:
        """Nobody has no name, no reference and no e-mail address."""


NOBODY: CustomerDetails = _Nobody()
"""The details of every erased customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer: an aggregate of its own. Methods return the new customer and the event.

    Once `erased_at` is set it is deleted for good and its details are NOBODY: what was bought leads to a tombstone.
    """

    id: CustomerId
    details: CustomerDetails
    lifecycle: Lifecycle
    erased_at: datetime | None = None

    @classmethod
    def register(
        cls, customer_id: CustomerId, details: CustomerDetails, *, at: datetime, by: str
    ) -> tuple["Customer", Event]:
        """A new customer."""
        customer = cls(id=customer_id, details=details, lifecycle=Lifecycle.begun(at=at, by=by))
        return customer, customer._event("customer.created", at, by, 1)

    def edit(self, details: CustomerDetails, *, at: datetime, by: str) -> tuple["Customer", Event | None]:
        """With other details; no event when nothing changed. Raises Deleted."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        changed = tuple(f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name))
        if not changed:
            return self, None
        edited = replace(self, details=details, lifecycle=lifecycle)
        return edited, self._event("customer.updated", at, by, self.lifecycle.version + 1, changed)

    def delete(self, *, at: datetime, by: str) -> tuple["Customer", Event]:
        """Put away, restorable. Raises Deleted when it already is."""
        gone = replace(self, lifecycle=self.lifecycle.put_away(at=at, by=by))
        return gone, self._event("customer.deleted", at, by, self.lifecycle.version + 1)

    def restore(self, *, at: datetime, by: str) -> tuple["Customer", Event]:
        """Back again. Raises NotDeleted, or CustomerErased."""
        self._refuse_when_erased()
        back = replace(self, lifecycle=self.lifecycle.restored(at=at, by=by))
        return back, self._event("customer.restored", at, by, self.lifecycle.version + 1)

    def erase(self, *, at: datetime, by: str) -> tuple["Customer", Event]:
        """Without anything that tells of the person, for good; also when it is deleted. Raises CustomerErased."""
        self._refuse_when_erased()
        forgotten = replace(self, details=NOBODY, lifecycle=self.lifecycle.ended(at=at, by=by), erased_at=at)
        return forgotten, self._event("customer.erased", at, by, self.lifecycle.version + 1)

    def _refuse_when_erased(self) -> None:
        if self.erased_at is not None:
            raise CustomerErased("the customer was erased, which cannot be undone")

    @property
    def search_tokens(self) -> tuple[str, ...]:
        """The words it is found by: its name alone (e-mail, phone and reference are found by equality)."""
        return tokens(self.details.name)

    def _event(self, kind: str, at: datetime, by: str, version: int, changed: tuple[str, ...] = ()) -> Event:
        return Event(type=kind, aggregate_id=self.id, version=version, at=at, by=by, changed=changed)
