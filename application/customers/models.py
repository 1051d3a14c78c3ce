"""What callers send and get of customers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.fields import given, line
from application.listing import FilterField, ListSpec, SortKey, as_kept, moment, one_of
from domain.customers.customer import (
    MAX_METADATA,
    MAX_TAGS,
    METADATA_KEY_LENGTH,
    METADATA_VALUE_LENGTH,
    NAME_LENGTH,
    REFERENCE_LENGTH,
    TAG_LENGTH,
    Customer,
    CustomerDetails,
    CustomerStatus,
    clean_metadata,
    clean_tags,
)
from domain.customers.email_address import EmailAddress
from domain.customers.phone_number import PhoneNumber
from domain.shared.errors import Invalid, Problems

Name = Annotated[
    str, Meta(min_length=1, max_length=NAME_LENGTH, examples=["Ada Lovelace"], extra={"value": line(NAME_LENGTH)})
]
Reference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=REFERENCE_LENGTH,
        description="The number an older system gave it; unique.",
        examples=["K-1815"],
        extra={"value": line(REFERENCE_LENGTH)},
    ),
]
Email = Annotated[
    str, Meta(min_length=3, max_length=320, examples=["ada@example.org"], extra={"value": EmailAddress.parse})
]
Phone = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=40,
        description="E.164.",
        examples=["+442079460958"],
        extra={"value": PhoneNumber.parse},
    ),
]
Tag = Annotated[str, Meta(min_length=1, max_length=TAG_LENGTH, extra={"value": line(TAG_LENGTH)})]
Tags = Annotated[list[Tag], Meta(max_length=MAX_TAGS, examples=[["newsletter"]], extra={"value": clean_tags})]
MetadataKey = Annotated[
    str, Meta(min_length=1, max_length=METADATA_KEY_LENGTH, extra={"value": line(METADATA_KEY_LENGTH)})
]
MetadataValue = Annotated[
    str, Meta(min_length=1, max_length=METADATA_VALUE_LENGTH, extra={"value": line(METADATA_VALUE_LENGTH)})
]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue],
    Meta(max_length=MAX_METADATA, examples=[{"shelf": "A3"}], extra={"value": clean_metadata}),
]


class CustomerCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new customer: a name, a reference or an e-mail address at least."""

    name: Name | None = None
    reference: Reference | None = None
    email: Email | None = None
    phone: Phone | None = None
    status: CustomerStatus = CustomerStatus.ACTIVE
    tags: Tags = []
    metadata: Metadata = {}

    def details(self) -> CustomerDetails:
        """As the domain knows it. Raises Invalid that names each bad field."""
        problems = Problems()
        name = problems.take_given("/name", line(NAME_LENGTH), self.name)
        reference = problems.take_given("/reference", line(REFERENCE_LENGTH), self.reference)
        email = problems.take_given("/email", EmailAddress.parse, self.email)
        phone = problems.take_given("/phone", PhoneNumber.parse, self.phone)
        tags = problems.take("/tags", clean_tags, self.tags)
        metadata = problems.take("/metadata", clean_metadata, self.metadata)
        if self.name is None and self.reference is None and self.email is None:
            problems.take("", CustomerDetails)
        if problems.found or tags is None or metadata is None:
            raise Invalid(problems.found)
        return CustomerDetails(
            name=name,
            reference=reference,
            email=email,
            phone=phone,
            status=self.status,
            tags=tags,
            metadata=metadata,
        )


class CustomerUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a customer: a field not given stays, null takes the value away. `metadata` is replaced as a whole."""

    name: Name | None | UnsetType = UNSET
    reference: Reference | None | UnsetType = UNSET
    email: Email | None | UnsetType = UNSET
    phone: Phone | None | UnsetType = UNSET
    status: CustomerStatus | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def over(self, present: CustomerDetails) -> CustomerDetails:
        """The whole new details. Raises Invalid that names each bad field."""
        return CustomerCreate(
            name=given(self.name, present.name),
            reference=given(self.reference, present.reference),
            email=given(self.email, present.email and present.email.value),
            phone=given(self.phone, present.phone and present.phone.value),
            status=given(self.status, present.status),
            tags=given(self.tags, list(present.tags)),
            metadata=given(self.metadata, dict(present.metadata)),
        ).details()


class CustomerRead(Struct, frozen=True, kw_only=True):
    """A customer as callers see it."""

    id: UUID
    name: str | None
    reference: str | None
    email: str | None
    phone: str | None
    status: CustomerStatus
    tags: list[str]
    metadata: dict[str, str]
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None
    erased_at: Annotated[
        datetime | None, Meta(description="Since when nothing is left of it but this row; only lists show such ones.")
    ]

    @classmethod
    def of(cls, customer: Customer) -> "CustomerRead":
        """The read model of an aggregate."""
        details, lifecycle = customer.details, customer.lifecycle
        return cls(
            id=customer.id,
            name=details.name,
            reference=details.reference,
            email=None if details.email is None else details.email.value,
            phone=None if details.phone is None else details.phone.value,
            status=details.status,
            tags=list(details.tags),
            metadata=dict(details.metadata),
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            deleted_at=lifecycle.deleted_at,
            erased_at=customer.erased_at,
        )


CUSTOMER_LIST = ListSpec(
    name="customers",
    searchable=True,
    filters={
        "email": FilterField(read=lambda text: EmailAddress.parse(text).value),
        "phone": FilterField(read=lambda text: PhoneNumber.parse(text).value),
        "reference": FilterField(read=as_kept),
        "status": FilterField(read=one_of(CustomerStatus), choices=tuple(CustomerStatus)),
        "tag": FilterField(read=as_kept),
        "created_at": FilterField(read=moment, ranges=True),
        "updated_at": FilterField(read=moment, ranges=True),
    },
    sorts={"created_at": datetime, "updated_at": datetime, "name": str, "reference": str},
    default_sort=(SortKey("created_at", descending=True),),
)
