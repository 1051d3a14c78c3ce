"""What callers send and get of addresses."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.fields import given, line
from application.listing import FilterField, ListSpec, SortKey, identifier, one_of
from domain.customers.address import (
    ADDRESS_LINE_LENGTH,
    CITY_LENGTH,
    MAX_ADDRESS_LINES,
    POSTAL_CODE_LENGTH,
    RECIPIENT_LENGTH,
    REGION_LENGTH,
    Address,
    AddressDetails,
    AddressType,
)
from domain.customers.country import country_code
from domain.shared.errors import Invalid, Problems

Recipient = Annotated[
    str,
    Meta(min_length=1, max_length=RECIPIENT_LENGTH, examples=["Ada Lovelace"], extra={"value": line(RECIPIENT_LENGTH)}),
]
AddressLine = Annotated[
    str,
    Meta(min_length=1, max_length=ADDRESS_LINE_LENGTH, extra={"value": line(ADDRESS_LINE_LENGTH)}),
]
AddressLines = Annotated[
    list[AddressLine],
    Meta(min_length=1, max_length=MAX_ADDRESS_LINES, examples=[["12 St James's Square"]]),
]
City = Annotated[
    str, Meta(min_length=1, max_length=CITY_LENGTH, examples=["London"], extra={"value": line(CITY_LENGTH)})
]
Region = Annotated[
    str, Meta(min_length=1, max_length=REGION_LENGTH, examples=["England"], extra={"value": line(REGION_LENGTH)})
]
PostalCode = Annotated[
    str,
    Meta(min_length=1, max_length=POSTAL_CODE_LENGTH, examples=["SW1Y 4JH"], extra={"value": line(POSTAL_CODE_LENGTH)}),
]
Country = Annotated[
    str,
    Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2 code.", examples=["GB"], extra={"value": country_code}),
]


class AddressCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new address. As the default it takes that from the other of its type."""

    type: AddressType
    lines: AddressLines
    country: Country
    default: bool = False
    recipient: Recipient | None = None
    city: City | None = None
    region: Region | None = None
    postal_code: PostalCode | None = None

    def details(self) -> AddressDetails:
        """As the domain knows it. Raises Invalid that names each bad field."""
        problems = Problems()
        recipient = problems.take_given("/recipient", line(RECIPIENT_LENGTH), self.recipient)
        lines = [
            problems.take(f"/lines/{place}", line(ADDRESS_LINE_LENGTH), one) for place, one in enumerate(self.lines)
        ]
        city = problems.take_given("/city", line(CITY_LENGTH), self.city)
        region = problems.take_given("/region", line(REGION_LENGTH), self.region)
        postal_code = problems.take_given("/postal_code", line(POSTAL_CODE_LENGTH), self.postal_code)
        details = problems.take(
            "",
            lambda: AddressDetails(
                type=self.type,
                default=self.default,
                recipient=recipient,
                lines=tuple(one or "" for one in lines),
                city=city,
                region=region,
                postal_code=postal_code,
                country=self.country,
            ),
        )
        if problems.found or details is None:
            raise Invalid(problems.found)
        return details


class AddressUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of an address: a field not given stays, null takes the value away. `lines` is replaced as a whole."""

    type: AddressType | UnsetType = UNSET
    default: bool | UnsetType = UNSET
    recipient: Recipient | None | UnsetType = UNSET
    lines: AddressLines | UnsetType = UNSET
    city: City | None | UnsetType = UNSET
    region: Region | None | UnsetType = UNSET
    postal_code: PostalCode | None | UnsetType = UNSET
    country: Country | UnsetType = UNSET

    def over(self, present: AddressDetails) -> AddressDetails:
        """The whole new details. Raises Invalid that names each bad field."""
        return AddressCreate(
            type=given(self.type, present.type),
            default=given(self.default, present.default),
            recipient=given(self.recipient, present.recipient),
            lines=given(self.lines, list(present.lines)),
            city=given(self.city, present.city),
            region=given(self.region, present.region),
            postal_code=given(self.postal_code, present.postal_code),
            country=given(self.country, present.country),
        ).details()


class AddressRead(Struct, frozen=True, kw_only=True):
    """An address as callers see it."""

    id: UUID
    customer_id: UUID
    type: AddressType
    default: bool
    recipient: str | None
    lines: list[str]
    city: str | None
    region: str | None
    postal_code: str | None
    country: str
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, address: Address) -> "AddressRead":
        """The read model of one."""
        details, lifecycle = address.details, address.lifecycle
        return cls(
            id=address.id,
            customer_id=address.customer_id,
            type=details.type,
            default=details.default,
            recipient=details.recipient,
            lines=list(details.lines),
            city=details.city,
            region=details.region,
            postal_code=details.postal_code,
            country=details.country,
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
        )


ADDRESS_LIST = ListSpec(
    name="addresses",
    deletable=False,
    filters={
        "customer_id": FilterField(read=identifier),
        "type": FilterField(read=one_of(AddressType), choices=tuple(AddressType)),
    },
    sorts={"created_at": datetime},
    default_sort=(SortKey("created_at", descending=True),),
)
