"""What belongs to a customer, and how it changes hands when two customers become one, or two again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from domain.customers.address import Address
from domain.customers.consent import Consent
from domain.customers.group import Membership
from domain.shared.events import Event, Scalar
from domain.shared.ids import CustomerId, SnapshotId

ORDERS, RETURNS, REVIEWS, ADDRESSES, CONSENTS, MERGES, GROUPS = (
    "orders",
    "returns",
    "reviews",
    "addresses",
    "consents",
    "merges",
    "groups",
)
_EVENT_NAMES = {ORDERS: "order", RETURNS: "return", REVIEWS: "review", ADDRESSES: "address", CONSENTS: "consent"}


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that belongs to a customer: its id, and its version as it was read."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReview:
    """A review that belongs to a customer. Of one book, one that is not deleted."""

    id: UUID
    version: int
    book_id: UUID
    deleted: bool


@dataclass(frozen=True, slots=True)
class HeldMembership:
    """A group that a customer is in, with the version of the group."""

    membership: Membership
    version: int


@dataclass(frozen=True, slots=True, order=True)
class SnapshotPlace:
    """A place that a customer has among the members of a snapshot."""

    snapshot_id: SnapshotId
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """All that belongs to a customer, deleted things too, each kind in the order of its ids."""

    orders: tuple[Held, ...] = ()
    returns: tuple[Held, ...] = ()
    reviews: tuple[HeldReview, ...] = ()
    addresses: tuple[Address, ...] = ()
    consents: tuple[Consent, ...] = ()
    merges: tuple[Held, ...] = ()
    memberships: tuple[HeldMembership, ...] = ()
    places: tuple[SnapshotPlace, ...] = ()

    def ids(self) -> Mapping[str, frozenset[UUID]]:
        """What has an id of its own, by kind."""
        return MappingProxyType(
            {
                ORDERS: frozenset(one.id for one in self.orders),
                RETURNS: frozenset(one.id for one in self.returns),
                REVIEWS: frozenset(one.id for one in self.reviews),
                ADDRESSES: frozenset(one.id for one in self.addresses),
                CONSENTS: frozenset(one.id for one in self.consents),
                MERGES: frozenset(one.id for one in self.merges),
            }
        )

    def among(self, ids: Mapping[str, frozenset[UUID]], places: frozenset[SnapshotPlace]) -> "Belongings":
        """Those of these that are here, without memberships."""
        return Belongings(
            orders=tuple(one for one in self.orders if one.id in ids[ORDERS]),
            returns=tuple(one for one in self.returns if one.id in ids[RETURNS]),
            reviews=tuple(one for one in self.reviews if one.id in ids[REVIEWS]),
            addresses=tuple(one for one in self.addresses if one.id in ids[ADDRESSES]),
            consents=tuple(one for one in self.consents if one.id in ids[CONSENTS]),
            merges=tuple(one for one in self.merges if one.id in ids[MERGES]),
            places=tuple(one for one in self.places if one in places),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What changes hands: from whom to whom, each thing with its version as it was read, and when.

    `defaults` are the addresses that are defaults afterwards, `put_away` the reviews that are deleted by it, and
    `brought_back` those that it brings back. `leaves` are groups that the giver is no longer in, `joins` those that the
    taker is in from now on.
    """

    giver: CustomerId
    taker: CustomerId
    at: datetime
    by: str
    things: Belongings
    defaults: frozenset[UUID] = frozenset()
    put_away: frozenset[UUID] = frozenset()
    brought_back: frozenset[UUID] = frozenset()
    leaves: tuple[HeldMembership, ...] = ()
    joins: tuple[HeldMembership, ...] = ()
    _moved: Mapping[str, Scalar] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        data = MappingProxyType({"from": str(self.giver), "to": str(self.taker)})
        object.__setattr__(self, "_moved", data)

    @property
    def decided(self) -> frozenset[UUID]:
        """The reviews of which it changes more than the owner."""
        return self.put_away | self.brought_back

    def address(self, address: Address) -> Address:
        """An address as it is afterwards."""
        return replace(
            address,
            customer_id=self.taker,
            details=replace(address.details, default=address.id in self.defaults),
            lifecycle=address.lifecycle.handed_over(at=self.at, by=self.by).next_version(),
        )

    def consent(self, entry: Consent) -> Consent:
        """An entry of a history of consents as it is afterwards."""
        lifecycle = entry.lifecycle.handed_over(at=self.at, by=self.by).next_version()
        return replace(entry, customer_id=self.taker, lifecycle=lifecycle)

    def events(self) -> list[Event]:
        """One for each thing that has a history of its own, and for each group that somebody leaves or joins."""
        things = self.things
        held: list[tuple[str, Iterable[tuple[UUID, int]]]] = [
            (ORDERS, [(one.id, one.version) for one in things.orders]),
            (RETURNS, [(one.id, one.version) for one in things.returns]),
            (REVIEWS, [(one.id, one.version) for one in things.reviews]),
            (ADDRESSES, [(one.id, one.lifecycle.version) for one in things.addresses]),
            (CONSENTS, [(one.id, one.lifecycle.version) for one in things.consents]),
        ]
        moved = [
            Event(
                type=f"{_EVENT_NAMES[kind]}.moved",
                aggregate_id=thing,
                version=version + 1,
                at=self.at,
                by=self.by,
                changed=("customer_id",),
                data=self._moved,
            )
            for kind, some in held
            for thing, version in some
        ]
        left = [self._group_event("group.left", one, self.giver) for one in self.leaves]
        joined = [self._group_event("group.joined", one, self.taker) for one in self.joins]
        return [*moved, *left, *joined]

    def _group_event(self, kind: str, held: HeldMembership, customer_id: CustomerId) -> Event:
        return Event(
            type=kind,
            aggregate_id=held.membership.group_id,
            version=held.version,
            at=self.at,
            by=self.by,
            data={"customer_id": str(customer_id)},
        )
