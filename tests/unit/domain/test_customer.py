from dataclasses import FrozenInstanceError, replace

import pytest

from domain.customers.customer import (
    Customer,
    CustomerDetails,
    CustomerStatus,
    clean_metadata,
    clean_tags,
)
from domain.customers.email_address import EmailAddress
from domain.shared.errors import Invalid
from domain.shared.ids import CustomerId
from domain.shared.lifecycle import Deleted, Lifecycle, NotDeleted
from tests.support.builders import MORNING, a_customer, minutes, new_id

LATER = MORNING + minutes(5)
DETAILS = CustomerDetails(name="Ada", email=EmailAddress.parse("ada@example.org"))


def problems(error: Invalid) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


def test_one_is_registered() -> None:
    customer_id = CustomerId(new_id())
    customer, event = Customer.register(customer_id, DETAILS, at=MORNING, by="bob")
    assert customer.lifecycle == Lifecycle(
        version=1, created_at=MORNING, created_by="bob", updated_at=MORNING, updated_by="bob"
    )
    assert (event.type, event.aggregate, event.aggregate_id, event.version) == (
        "customer.created",
        "customer",
        customer_id,
        1,
    )
    assert (event.at, event.by, event.changed, dict(event.data)) == (MORNING, "bob", (), {})


def test_a_change_names_its_fields_and_never_their_values() -> None:
    customer = a_customer(name="Ada", email="ada@example.org")
    details = replace(customer.details, name="Countess", tags=("x",), metadata={"a": "b"})
    edited, event = customer.edit(details, at=LATER, by="bob")
    assert event is not None
    assert (event.type, event.version, event.changed) == ("customer.updated", 2, ("name", "tags", "metadata"))
    assert "Countess" not in repr(event)
    assert (edited.details, edited.lifecycle.updated_at, edited.lifecycle.updated_by) == (details, LATER, "bob")
    assert (edited.lifecycle.version, edited.lifecycle.created_at) == (1, MORNING)
    assert customer.details.name == "Ada"


def test_a_change_to_what_it_is_changes_nothing() -> None:
    customer = a_customer(metadata={"a": "b"}, tags=["x"])
    same = replace(customer.details, metadata={"a": "b"}, tags=("x",))
    assert customer.edit(same, at=LATER, by="bob") == (customer, None)


def test_one_is_put_away_once_and_comes_back_once() -> None:
    customer = a_customer()
    gone, event = customer.delete(at=LATER, by="bob")
    assert (event.type, event.version, gone.lifecycle.deleted_at, gone.lifecycle.deleted) == (
        "customer.deleted",
        2,
        LATER,
        True,
    )
    with pytest.raises(Deleted):
        gone.delete(at=LATER, by="bob")
    with pytest.raises(Deleted):
        gone.edit(gone.details, at=LATER, by="bob")
    with pytest.raises(NotDeleted):
        customer.restore(at=LATER, by="bob")
    kept = replace(gone, lifecycle=gone.lifecycle.next_version())
    back, event = kept.restore(at=LATER + minutes(1), by="eve")
    assert (event.type, event.version) == ("customer.restored", 3)
    assert (back.lifecycle.deleted_at, back.lifecycle.updated_by, back.lifecycle.version) == (None, "eve", 2)
    assert back.details == customer.details


def test_one_that_nobody_could_tell_apart_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        CustomerDetails(status=CustomerStatus.INACTIVE, tags=("x",))
    assert problems(caught.value) == [("", "name-reference-or-email")]
    for one in (CustomerDetails(name="Ada"), CustomerDetails(reference="K"), CustomerDetails(email=DETAILS.email)):
        assert one.status is CustomerStatus.ACTIVE


def test_nothing_handed_out_can_be_changed() -> None:
    customer = a_customer(metadata=clean_metadata({"a": "b"}))
    with pytest.raises(FrozenInstanceError):
        customer.details = DETAILS  # type: ignore[misc]  # which is what is tried
    with pytest.raises(TypeError):
        customer.details.metadata["a"] = "c"  # type: ignore[index]  # likewise


def test_it_is_found_by_the_words_of_its_name_alone() -> None:
    customer = a_customer(name="Ada Żółć", email="x@example.org", reference="K-1", tags=["gold"])
    assert customer.search_tokens == ("ada", "zolc")
    assert a_customer(name=None, reference="K-1").search_tokens == ()


class TestTags:
    def test_they_are_trimmed_and_distinct_in_the_order_given(self) -> None:
        assert clean_tags(["b", " a ", "b", "A", "a"]) == ("b", "a", "A")
        assert clean_tags([]) == ()

    def test_each_bad_one_is_pointed_at(self) -> None:
        with pytest.raises(Invalid) as caught:
            clean_tags(["fine", " ", "x" * 51, "a\nb", "x" * 50])
        assert problems(caught.value) == [("/1", "blank"), ("/2", "too-long"), ("/3", "control-character")]

    def test_there_are_at_most_fifty_different_ones(self) -> None:
        assert len(clean_tags([str(n % 50) for n in range(100)])) == 50
        with pytest.raises(Invalid) as caught:
            clean_tags([str(n) for n in range(51)])
        assert problems(caught.value) == [("", "too-many")]


class TestMetadata:
    def test_it_is_trimmed_and_sorted_by_name(self) -> None:
        assert list(clean_metadata({" b ": " 2 ", "a": "1"}).items()) == [("a", "1"), ("b", "2")]

    def test_each_bad_entry_is_pointed_at_by_its_escaped_name(self) -> None:
        with pytest.raises(Invalid) as caught:
            clean_metadata({"a/b~c": "", "x" * 41: "fine", "key": "v" * 501, "": "fine", "k" * 40: "v" * 500})
        assert problems(caught.value) == [
            ("/a~1b~0c", "blank"),
            ("/" + "x" * 41, "too-long"),
            ("/key", "too-long"),
            ("/", "blank"),
        ]

    def test_names_that_become_one_are_not_lost_silently(self) -> None:
        with pytest.raises(Invalid) as caught:
            clean_metadata({"a": "1", " a": "2"})
        assert problems(caught.value) == [("/ a", "repeated-key")]

    def test_there_are_at_most_fifty_names(self) -> None:
        assert len(clean_metadata({str(n): "x" for n in range(50)})) == 50
        with pytest.raises(Invalid) as caught:
            clean_metadata({str(n): "x" for n in range(51)})
        assert problems(caught.value) == [("", "too-many")]
