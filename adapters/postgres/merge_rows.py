"""Merges as rows, and back again."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from asyncpg import Record

from adapters.postgres.kinds import Kind
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.sql.tables import merges
from domain.customers.belongings import SnapshotPlace
from domain.customers.customer import CustomerDetails, CustomerStatus
from domain.customers.email_address import EmailAddress
from domain.customers.group import Membership
from domain.customers.merge import Kept, Merge
from domain.customers.phone_number import PhoneNumber
from domain.shared.ids import CustomerId, GroupId, MergeId, SnapshotId
from domain.shared.lifecycle import Lifecycle

_FIELDS = ("id", "customer_id", "into_id", "from_id", "from_version", "moved", "kept")
# The order in which the function below takes a row apart.
MERGE_OUTPUT = [merges.c[name] for name in (*_FIELDS, *LIFECYCLE)]
_DEFAULTS, _PUT_AWAY, _PLACES = "defaults", "put_away", "places"


def _values(merge: Merge) -> tuple[object, ...]:
    moved = {**merge.moved, _DEFAULTS: merge.defaults, _PUT_AWAY: merge.put_away}
    document: dict[str, Any] = {kind: sorted(map(str, ids)) for kind, ids in moved.items()}
    document[_PLACES] = [[str(one.snapshot_id), one.number] for one in sorted(merge.places)]
    return (
        merge.id,
        merge.customer_id,
        merge.into_id,
        merge.from_id,
        merge.from_version,
        document,
        None if merge.kept is None else _kept_document(merge.kept),
        *lifecycle_values(merge.lifecycle),
    )


MERGES = Kind(merges, _values)


def merge_of(row: Record) -> Merge:
    """The merge of a row of MERGE_OUTPUT."""
    document = dict(row[5])
    places = frozenset(SnapshotPlace(SnapshotId(UUID(one)), number) for one, number in document.pop(_PLACES))
    moved = {kind: frozenset(map(UUID, ids)) for kind, ids in document.items()}
    defaults, put_away = moved.pop(_DEFAULTS), moved.pop(_PUT_AWAY)
    return Merge(
        id=MergeId(row[0]),
        customer_id=CustomerId(row[1]),
        into_id=CustomerId(row[2]),
        from_id=CustomerId(row[3]),
        from_version=row[4],
        moved=MappingProxyType(moved),
        places=places,
        defaults=defaults,
        put_away=put_away,
        kept=None if row[6] is None else _kept_of(row[6]),
        lifecycle=lifecycle_of(row[7:12]),
    )


def _kept_document(kept: Kept) -> Mapping[str, Any]:
    details, lifecycle = kept.details, kept.lifecycle
    return {
        "name": details.name,
        "reference": details.reference,
        "email": None if details.email is None else details.email.value,
        "phone": None if details.phone is None else details.phone.value,
        "status": details.status,
        "tags": details.tags,
        "metadata": dict(details.metadata),
        "version": lifecycle.version,
        "created_at": lifecycle.created_at.isoformat(),
        "created_by": lifecycle.created_by,
        "updated_at": lifecycle.updated_at.isoformat(),
        "updated_by": lifecycle.updated_by,
        "filled": kept.filled,
        "given_tags": kept.tags,
        "given_metadata": kept.metadata,
        "memberships": [
            [str(one.group_id), str(one.customer_id), one.added_at.isoformat(), one.added_by]
            for one in kept.memberships
        ],
    }


def _kept_of(document: Mapping[str, Any]) -> Kept:
    email, phone = document["email"], document["phone"]
    return Kept(
        details=CustomerDetails(
            name=document["name"],
            reference=document["reference"],
            email=None if email is None else EmailAddress(email),
            phone=None if phone is None else PhoneNumber(phone),
            status=CustomerStatus(document["status"]),
            tags=tuple(document["tags"]),
            metadata=MappingProxyType(dict(sorted(document["metadata"].items()))),
        ),
        lifecycle=Lifecycle(
            version=document["version"],
            created_at=datetime.fromisoformat(document["created_at"]),
            created_by=document["created_by"],
            updated_at=datetime.fromisoformat(document["updated_at"]),
            updated_by=document["updated_by"],
        ),
        filled=tuple(document["filled"]),
        tags=tuple(document["given_tags"]),
        metadata=tuple(document["given_metadata"]),
        memberships=tuple(
            Membership(
                group_id=GroupId(UUID(group_id)),
                customer_id=CustomerId(UUID(customer_id)),
                added_at=datetime.fromisoformat(added_at),
                added_by=added_by,
            )
            for group_id, customer_id, added_at, added_by in document["memberships"]
        ),
    )
