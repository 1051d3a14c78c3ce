"""The addresses of a customer, which keep one rule together: one default a type at most, and not too many."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from domain.customers.country import country_code
from domain.shared.errors import Problems, Refused
from domain.shared.events import Event
from domain.shared.ids import AddressId, CustomerId
from domain.shared.lifecycle import Lifecycle
from domain.shared.text import tokens

MAX_ADDRESSES = 50
MAX_ADDRESS_LINES = 5
ADDRESS_LINE_LENGTH = 255
RECIPIENT_LENGTH = 255
CITY_LENGTH = 128
REGION_LENGTH = 128
POSTAL_CODE_LENGTH = 16


class TooManyAddresses(Refused):
    """The customer has as many addresses as one can have."""

    code = "too-many-addresses"


class AddressType(StrEnum):
    """What an address is for."""

    BILLING = "billing"
    SHIPPING = "shipping"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDetails:
    """What may be edited. `default` marks the one to be used where a type alone is asked for.

    Raises Invalid when there is no line, more than five, or no such country.
    """

    type: AddressType
    default: bool = False
    recipient: str | None = None
    lines: tuple[str, ...]
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str

    def __post_init__(self) -> None:
        problems = Problems()
        if not self.lines:
            problems.add("/lines", "no-lines", "must have at least one line")
        if len(self.lines) > MAX_ADDRESS_LINES:
            problems.add("/lines", "too-many", f"must have at most {MAX_ADDRESS_LINES} lines")
        problems.take("/country", country_code, self.country)
        problems.raise_if_any()

    @property
    def match_key(self) -> tuple[str, ...]:
        """The folded words of the place: two addresses with the same ones are the same place, however written."""
        return tokens(*self.lines, self.postal_code or self.city, self.country)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address of a customer, with a version of its own."""

    id: AddressId
    customer_id: CustomerId
    details: AddressDetails
    lifecycle: Lifecycle

    def edited(self, details: AddressDetails, *, at: datetime, by: str) -> tuple["Address", Event]:
        """With other details, under the next version."""
        changed = tuple(f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name))
        edited = replace(self, details=details, lifecycle=self.lifecycle.touched(at=at, by=by).next_version())
        return edited, edited.event("address.updated", at, by, changed)

    def event(self, kind: str, at: datetime, by: str, changed: tuple[str, ...] = ()) -> Event:
        """What happened to it, at its version: whose it is and what for, never where."""
        return Event(
            type=kind,
            aggregate_id=self.id,
            version=self.lifecycle.version,
            at=at,
            by=by,
            changed=changed,
            data={"customer_id": str(self.customer_id), "address_type": str(self.details.type)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBook:
    """All addresses of one customer, in the order of their ids. Methods return the new book and what happened."""

    customer_id: CustomerId
    addresses: tuple[Address, ...] = ()

    @classmethod
    def of(cls, customer_id: CustomerId, addresses: Iterable[Address]) -> "AddressBook":
        """From addresses in any order."""
        return cls(customer_id=customer_id, addresses=tuple(sorted(addresses, key=lambda one: one.id)))

    def find(self, address_id: AddressId) -> Address | None:
        """The address of this id, if it is one of them."""
        return next((one for one in self.addresses if one.id == address_id), None)

    def default(self, kind: AddressType) -> Address | None:
        """The default of this type, if there is one."""
        return next((one for one in self.addresses if one.details.default and one.details.type is kind), None)

    def add(
        self, address_id: AddressId, details: AddressDetails, *, at: datetime, by: str
    ) -> tuple["AddressBook", Address, tuple[Event, ...]]:
        """One more. As the default it takes that from the other of its type. Raises TooManyAddresses."""
        if len(self.addresses) >= MAX_ADDRESSES:
            raise TooManyAddresses(f"the customer has {len(self.addresses)} addresses, as many as one can have")
        address = Address(
            id=address_id,
            customer_id=self.customer_id,
            details=details,
            lifecycle=Lifecycle.begun(at=at, by=by),
        )
        book, given_up = self._taking_in(address, at=at, by=by)
        return book, address, (*given_up, address.event("address.added", at, by))

    def change(
        self, address: Address, details: AddressDetails, *, at: datetime, by: str
    ) -> tuple["AddressBook", Address, tuple[Event, ...]]:
        """One of them with other details; no events when nothing changed."""
        if details == address.details:
            return self, address, ()
        edited, event = address.edited(details, at=at, by=by)
        book, given_up = self._taking_in(edited, at=at, by=by)
        return book, edited, (*given_up, event)

    def remove(self, address: Address, *, at: datetime, by: str) -> tuple["AddressBook", Event]:
        """Without one of them. It is gone for good: nobody keeps an address that is not wanted."""
        left = AddressBook.of(self.customer_id, (one for one in self.addresses if one.id != address.id))
        gone = replace(address, lifecycle=address.lifecycle.next_version())
        return left, gone.event("address.removed", at, by)

    def _taking_in(self, address: Address, *, at: datetime, by: str) -> tuple["AddressBook", tuple[Event, ...]]:
        """With this one in its place; who is the default of its type gives that up when it is to be the default."""
        others = {one.id: one for one in self.addresses if one.id != address.id}
        holder = self.default(address.details.type) if address.details.default else None
        events: tuple[Event, ...] = ()
        if holder is not None and holder.id in others:
            others[holder.id], event = holder.edited(replace(holder.details, default=False), at=at, by=by)
            events = (event,)
        return AddressBook.of(self.customer_id, (*others.values(), address)), events
