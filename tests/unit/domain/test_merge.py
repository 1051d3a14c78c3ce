"""Two customers become one, and two again: the arithmetic of it. The law is held by the contract of merges."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from domain.customers.address import MAX_ADDRESSES, AddressType
from domain.customers.belongings import Belongings, Held
from domain.customers.consent import MAX_GIVEN
from domain.customers.customer import Customer
from domain.customers.merge import Merge, MergeForgotten, MergeTooLarge, SurvivorMerged, merge, undo
from domain.shared.errors import Invalid
from domain.shared.ids import CustomerId, MergeId
from domain.shared.lifecycle import Deleted
from tests.support.belongings import a_place, an_address, an_entry
from tests.support.builders import MORNING, a_customer, minutes, new_id

LATER = MORNING + minutes(5)
WHEN: dict[str, Any] = {"at": LATER, "by": "bob"}
NOTHING = Belongings()


def merged(
    survivor: Customer, other: Customer, held: Belongings = NOTHING, others: Belongings = NOTHING
) -> tuple[Customer, Merge]:
    changed, made, _, _ = merge(MergeId(new_id()), survivor, other, held=held, others=others, **WHEN)
    return changed, made


def undone(made: Merge, survivor: Customer, held: Belongings = NOTHING) -> tuple[Customer, Customer]:
    changed, back, _, _ = undo(made, survivor, held=held, groups=MappingProxyType({}), **WHEN)
    return changed, back


def test_what_both_have_stays_the_survivors() -> None:
    ada = a_customer(name="Ada", reference="K-1", tags=["x"], metadata={"a": "1"})
    bob = a_customer(name="Bob", reference="K-2", tags=["x"], metadata={"a": "2"})
    changed, made = merged(ada, bob)
    assert changed.details == ada.details
    assert made.kept is not None
    assert (made.kept.filled, made.kept.tags, made.kept.metadata) == ((), (), ())


def test_a_deleted_survivor_takes_nothing_and_nobody_goes_into_itself() -> None:
    gone = a_customer().delete(at=MORNING, by="bob")[0]
    with pytest.raises(Deleted):
        merged(gone, a_customer())
    with pytest.raises(Invalid):
        merged(gone, gone)


def test_there_has_to_be_room() -> None:
    ada, bob = a_customer(), a_customer()
    homes = tuple(an_address(ada) for _ in range(MAX_ADDRESSES))
    with pytest.raises(MergeTooLarge):
        merged(ada, bob, Belongings(addresses=homes), Belongings(addresses=(an_address(bob),)))
    entries = tuple(an_entry(ada, at=MORNING + minutes(n)) for n in range(2 * MAX_GIVEN))
    with pytest.raises(MergeTooLarge):
        merged(ada, bob, Belongings(consents=entries), Belongings(consents=(an_entry(bob),)))
    with pytest.raises(MergeTooLarge):
        merged(a_customer(metadata={str(n): "x" for n in range(50)}), a_customer(metadata={"more": "x"}))
    same = {str(n): "x" for n in range(50)}
    assert len(merged(a_customer(metadata=same), a_customer(metadata=same))[0].details.metadata) == 50


def test_what_was_changed_since_stays_and_what_was_not_goes_back() -> None:
    ada = a_customer(name="Ada", tags=["a"])
    bob = a_customer(email="bob@example.org", phone="+442079460958", tags=["b", "c"], metadata={"k": "1", "l": "1"})
    changed, made = merged(ada, bob)
    since = replace(
        changed,
        details=replace(
            changed.details, phone=None, tags=("b", "d", "a"), metadata=MappingProxyType({"k": "2", "l": "1"})
        ),
    )
    left, back = undone(made, since)
    assert (left.details.email, left.details.phone) == (None, None)
    assert (left.details.tags, left.details.metadata) == (("d", "a"), {"k": "2"})
    assert back.details == bob.details


def test_a_survivor_keeps_something_to_be_told_by() -> None:
    ada = a_customer(name=None, email="ada@example.org")
    changed, made = merged(ada, a_customer(name="Bob"))
    nameless = replace(changed, details=replace(changed.details, email=None))
    with pytest.raises(Invalid) as caught:
        undone(made, nameless)
    assert caught.value.problems[0].code == "name-reference-or-email"


def test_what_cannot_be_undone() -> None:
    ada, bob = a_customer(), a_customer()
    changed, made = merged(ada, bob)
    with pytest.raises(SurvivorMerged):
        undone(replace(made, customer_id=CustomerId(new_id())), changed)
    with pytest.raises(MergeForgotten):
        undone(replace(made, kept=None), changed)


def test_defaults_go_back_as_they_were_one_a_type() -> None:
    ada, bob = a_customer(), a_customer()
    first, second = (
        an_address(bob, a_place(kind=kind, default=True)) for kind in (AddressType.BILLING, AddressType.SHIPPING)
    )
    changed, made = merged(ada, bob, others=Belongings(addresses=(first, second)))
    assert made.defaults == {first.id, second.id}
    # Both are of one type by now.
    moved = [replace(one, customer_id=ada.id, details=a_place(default=False)) for one in (first, second)]
    _, _, handover, _ = undo(
        made, changed, held=Belongings(addresses=tuple(moved)), groups=MappingProxyType({}), **WHEN
    )
    assert handover.defaults == {first.id}
    assert [handover.address(one).details.default for one in moved] == [True, False]


def test_what_is_gone_by_now_does_not_come_back() -> None:
    ada, bob = a_customer(), a_customer()
    orders = (Held(new_id(), 1), Held(new_id(), 1))
    changed, made = merged(ada, bob, others=Belongings(orders=orders))
    _, _, handover, events = undo(
        made, changed, held=Belongings(orders=(Held(orders[0].id, 7),)), groups=MappingProxyType({}), **WHEN
    )
    assert handover.things.orders == (Held(orders[0].id, 7),)
    assert [(one.type, one.version) for one in events[2:]] == [("order.moved", 8)]


def test_whoever_has_a_copy_sees_the_other_one_go_and_come_back() -> None:
    bob = a_customer(name="Bob")
    changed, made = merged(a_customer(), bob)
    gone = made.gone()
    assert gone is not None
    assert (gone.id, gone.details, gone.lifecycle.version, gone.lifecycle.deleted) == (bob.id, bob.details, 2, True)
    _, back = undone(made, changed)
    assert (back.lifecycle.version, back.lifecycle.deleted) == (3, False)
