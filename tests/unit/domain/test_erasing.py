"""What is left of a person: the rules. That nothing else is, the stores are held to."""

from dataclasses import replace

import pytest

from domain.books.review import ReviewerErased
from domain.customers.belongings import Belongings
from domain.customers.customer import NOBODY, CustomerErased, CustomerStatus
from domain.customers.merge import MergeForgotten, merge, undo
from domain.shared.ids import MergeId
from domain.shared.lifecycle import Deleted
from tests.support.builders import MORNING, a_book, a_customer, a_review, minutes, new_id

LATER, LATEST = MORNING + minutes(5), MORNING + minutes(9)


def test_an_erased_customer_is_a_tombstone() -> None:
    ada = a_customer(name="Ada", email="ada@example.org", tags=["x"], metadata={"a": "b"})
    erased, event = ada.erase(at=LATER, by="bob")
    assert (erased.details, erased.search_tokens) == (NOBODY, ())
    assert NOBODY.status is CustomerStatus.INACTIVE
    assert (erased.erased_at, erased.lifecycle.deleted_at) == (LATER, LATER)
    assert (erased.lifecycle.updated_at, erased.lifecycle.updated_by) == (LATER, "bob")
    assert (erased.lifecycle.created_at, erased.lifecycle.created_by) == (MORNING, "ada")
    assert (event.type, event.aggregate_id, event.version, event.at, event.by) == (
        "customer.erased",
        ada.id,
        2,
        LATER,
        "bob",
    )
    assert (event.changed, dict(event.data)) == ((), {}), "nothing of the person"


def test_a_deleted_one_is_erased_too_and_stays_deleted_since_then() -> None:
    gone = a_customer().delete(at=LATER, by="bob")[0]
    erased, _ = gone.erase(at=LATEST, by="eve")
    assert (erased.lifecycle.deleted_at, erased.erased_at) == (LATER, LATEST)


def test_nothing_becomes_of_it_any_more() -> None:
    erased, _ = a_customer().erase(at=LATER, by="bob")
    with pytest.raises(CustomerErased):
        erased.erase(at=LATEST, by="bob")
    with pytest.raises(CustomerErased):
        erased.restore(at=LATEST, by="bob")
    with pytest.raises(Deleted):
        erased.delete(at=LATEST, by="bob")
    with pytest.raises(Deleted):
        erased.edit(a_customer().details, at=LATEST, by="bob")


def test_a_review_keeps_its_stars_and_takes_no_words_again() -> None:
    book, ada = a_book(), a_customer()
    said = a_review(book, ada, stars=2, title="So", text="My words", language="en")
    said = said.reject("Rude", at=MORNING, by="eve")[0]
    silent, event = said.forget(at=LATER, by="bob")
    assert (silent.details.title, silent.details.text, silent.details.language, silent.reason) == (None,) * 4
    assert (silent.details.rating, silent.status, silent.counted) == (2, said.status, said.counted)
    assert (event.type, event.version, dict(event.data)) == ("review.erased", said.lifecycle.version + 1, {})
    with pytest.raises(ReviewerErased):
        silent.edit(replace(silent.details, text="Others' words"), at=LATEST, by="bob")
    with pytest.raises(ReviewerErased):
        silent.edit(replace(silent.details, rating=5), at=LATEST, by="bob")
    assert silent.publish(at=LATEST, by="bob")[0].counted.sum == 2, "moderators still decide"


def test_whom_it_was_merged_with_is_erased_along() -> None:
    ada, bob = a_customer(name="Ada"), a_customer(name="Bob")
    nothing = Belongings()
    _, made, _, _ = merge(MergeId(new_id()), ada, bob, held=nothing, others=nothing, at=MORNING, by="bob")
    assert (made.gone().details, made.gone().lifecycle.version) == (bob.details, 2)
    forgotten, event = made.forget(at=LATER, by="eve")
    tombstone = forgotten.gone()
    assert (event.type, event.aggregate_id, event.version) == ("customer.erased", bob.id, 3)
    assert (tombstone.id, tombstone.details, tombstone.lifecycle.version) == (bob.id, NOBODY, 3)
    assert (tombstone.erased_at, tombstone.lifecycle.deleted_at) == (LATER, MORNING)
    with pytest.raises(MergeForgotten):
        undo(forgotten, ada, held=nothing, groups={}, at=LATEST, by="bob")
