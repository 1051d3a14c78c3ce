"""What belongs to a customer, for tests: addresses and entries of the history of consents."""

from collections.abc import Sequence
from datetime import datetime

from domain.customers.address import Address, AddressBook, AddressDetails, AddressType
from domain.customers.consent import Consent, ConsentRegister, ConsentState
from domain.customers.customer import Customer
from domain.shared.ids import AddressId, ConsentId
from domain.shared.lifecycle import Lifecycle
from tests.support.builders import ACTOR, MORNING, new_id


def a_place(
    *,
    kind: AddressType = AddressType.SHIPPING,
    default: bool = False,
    recipient: str | None = None,
    lines: Sequence[str] = ("12 St James's Square",),
    city: str | None = "London",
    region: str | None = None,
    postal_code: str | None = "SW1Y 4JH",
    country: str = "GB",
) -> AddressDetails:
    """The details of an address."""
    return AddressDetails(
        type=kind,
        default=default,
        recipient=recipient,
        lines=tuple(lines),
        city=city,
        region=region,
        postal_code=postal_code,
        country=country,
    )


def an_address(customer: Customer, details: AddressDetails | None = None, *, at: datetime = MORNING) -> Address:
    """An address that a customer has."""
    return Address(
        id=AddressId(new_id()),
        customer_id=customer.id,
        details=details or a_place(),
        lifecycle=Lifecycle.begun(at=at, by=ACTOR),
    )


def book_of(customer: Customer, *addresses: Address) -> AddressBook:
    """All addresses of a customer."""
    return AddressBook.of(customer.id, addresses)


def an_entry(
    customer: Customer,
    state: ConsentState = ConsentState.GIVEN,
    *,
    purpose: str = "newsletter",
    source: str = "checkout",
    at: datetime = MORNING,
) -> Consent:
    """One entry of a customer's history."""
    return Consent(
        id=ConsentId(new_id()),
        customer_id=customer.id,
        purpose=purpose,
        state=state,
        source=source,
        at=at,
        lifecycle=Lifecycle.begun(at=at, by=ACTOR),
    )


def register_of(customer: Customer, *entries: Consent) -> ConsentRegister:
    """The whole history of a customer."""
    return ConsentRegister.of(customer.id, entries)
