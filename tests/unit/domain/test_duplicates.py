"""What two customers share, and what it is worth."""

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.duplicates import WEIGHTS, Block, Reason, candidates, mailbox, score
from domain.customers.email_address import EmailAddress
from domain.shared.ids import CustomerId
from tests.support.builders import new_id

IDS = sorted(CustomerId(new_id()) for _ in range(6))


@pytest.mark.parametrize(
    ("address", "box"),
    [
        ("ada@example.org", "ada@example.org"),
        ("a.da@example.org", "a.da@example.org"),
        ("ada+shop@example.org", "ada@example.org"),
        ("a.da+shop@gmail.com", "ada@gmail.com"),
        ("Ada@GoogleMail.com", "ada@gmail.com"),
        ("+shop@example.org", "+shop@example.org"),
        ("+shop@gmail.com", "+shop@gmail.com"),
    ],
)
def test_where_mail_ends_up(address: str, box: str) -> None:
    assert mailbox(EmailAddress.parse(address)) == box


def test_the_score_is_that_of_independent_reasons() -> None:
    told = {one: str(score([one])) for one in Reason}
    assert told == {"mailbox": "0.9", "phone": "0.7", "name": "0.4", "address": "0.6"}
    assert str(score([Reason.NAME, Reason.ADDRESS])) == "0.76"
    assert str(score(Reason)) == "0.9928"
    assert score([]) == 0


@given(st.lists(st.tuples(st.sampled_from(Reason), st.sets(st.sampled_from(IDS), min_size=2)), max_size=6))
def test_candidates_are_every_two_who_share_something(drawn: list[tuple[Reason, set[CustomerId]]]) -> None:
    found = candidates([Block(reason, list(members)) for reason, members in drawn], Decimal(0))
    expected = {}
    for pair in combinations(IDS, 2):
        reasons = {reason for reason, members in drawn if members.issuperset(pair)}
        if reasons:
            doubt = 1.0
            for reason in reasons:
                doubt *= 1 - float(WEIGHTS[reason])
            expected[pair] = (reasons, 1 - doubt)
    assert {(one.first, one.second): set(one.reasons) for one in found} == {
        pair: reasons for pair, (reasons, _) in expected.items()
    }
    for one in found:
        assert float(one.score) == pytest.approx(expected[one.first, one.second][1])
        assert list(one.reasons) == sorted(one.reasons, key=list(Reason).index)
    assert found == sorted(found, key=lambda one: (-one.score, one.first, one.second))


def test_what_scores_too_little_is_left_out() -> None:
    blocks = [Block(Reason.NAME, IDS[:2]), Block(Reason.PHONE, IDS[2:4])]
    assert [one.first for one in candidates(blocks, Decimal("0.5"))] == [IDS[2]]
    assert [one.first for one in candidates(blocks, Decimal("0.4"))] == [IDS[2], IDS[0]]
    assert candidates(blocks, Decimal("0.71")) == []
