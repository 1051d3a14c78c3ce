"""Consents: a history that only grows, and what it says now."""

from datetime import UTC, datetime

import pytest

from domain.customers.consent import (
    MAX_GIVEN,
    ConsentOutOfOrder,
    ConsentRegister,
    ConsentState,
    NeverGiven,
    TooManyConsents,
    purpose,
)
from domain.shared.errors import Invalid
from domain.shared.ids import ConsentId
from tests.support.belongings import an_entry, register_of
from tests.support.builders import MORNING, a_customer, minutes, new_id

ADA = a_customer()


def said(register: ConsentRegister, verb: str, at: float, about: str = "news") -> ConsentRegister:
    when = MORNING + minutes(at)
    after, event = getattr(register, verb)(ConsentId(new_id()), about, source="web", when=when, at=when, by="bob")
    assert (event is None) == (after == register)
    return after  # type: ignore[no-any-return]  # of either method


@pytest.mark.parametrize("text", ["newsletter", "a", "third-party-2", "x" * 64])
def test_purposes(text: str) -> None:
    assert purpose(text) == text


@pytest.mark.parametrize("text", ["", "News", "a b", "-a", "a-", "a--b", "a_b", "ä", "x" * 65])
def test_what_is_no_purpose(text: str) -> None:
    with pytest.raises(Invalid):
        purpose(text)


def test_it_is_given_withdrawn_and_given_again() -> None:
    given = said(ConsentRegister(customer_id=ADA.id), "give", 1)
    assert said(given, "give", 2) == given
    withdrawn = said(given, "withdraw", 3)
    assert said(withdrawn, "withdraw", 4) == withdrawn
    again = said(withdrawn, "give", 5)
    assert [one.state for one in again.about("news")] == ["given", "withdrawn", "given"]
    other = said(again, "give", 0, about="survey")
    assert other.purposes == ["news", "survey"]
    assert other.about("survey")[0].at == MORNING


def test_what_was_never_given_is_not_withdrawn() -> None:
    given = said(ConsentRegister(customer_id=ADA.id), "give", 1)
    with pytest.raises(NeverGiven):
        said(given, "withdraw", 2, about="survey")


def test_the_history_is_never_rewritten() -> None:
    given = said(ConsentRegister(customer_id=ADA.id), "give", 2)
    with pytest.raises(ConsentOutOfOrder):
        said(given, "withdraw", 1)
    for when in (MORNING + minutes(9), datetime(1899, 12, 31, tzinfo=UTC)):
        with pytest.raises(Invalid):
            given.withdraw(ConsentId(new_id()), "news", source="web", when=when, at=MORNING + minutes(5), by="bob")


def test_of_two_who_were_merged_the_last_word_counts_and_a_no_of_one_moment() -> None:
    yes, no = an_entry(ADA, at=MORNING), an_entry(ADA, ConsentState.WITHDRAWN, at=MORNING)
    assert register_of(ADA, no, yes).about("newsletter")[-1] == no
    later = an_entry(ADA, at=MORNING + minutes(1))
    assert register_of(ADA, later, no, yes).about("newsletter")[-1] == later


def test_a_history_holds_so_many() -> None:
    entries = [an_entry(ADA, list(ConsentState)[n % 2], at=MORNING + minutes(n)) for n in range(2 * MAX_GIVEN)]
    full = register_of(ADA, *entries)
    with pytest.raises(TooManyConsents):
        said(full, "give", 2 * MAX_GIVEN, about="newsletter")
    ended = said(register_of(ADA, *entries[:-1]), "withdraw", 2 * MAX_GIVEN, about="newsletter")
    assert ended.about("newsletter")[-1].source == "web"
