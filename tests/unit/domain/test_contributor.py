from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.books.contributor import (
    Contributor,
    ContributorRole,
    carried_over,
    credit_line,
    distinct,
    merged,
    renamed,
    unmerged,
)
from domain.shared.ids import AuthorId
from tests.support.builders import new_id

IDS = [AuthorId(new_id()) for _ in range(4)]
A, B, C, D = IDS
EDITOR = ContributorRole.EDITOR


def one(author_id: AuthorId, role: ContributorRole = ContributorRole.AUTHOR) -> Contributor:
    return Contributor(id=author_id, name=NAMES[author_id], role=role)


NAMES = dict(zip(IDS, "ABCD", strict=True))
CREDITS = st.lists(
    st.builds(one, st.sampled_from(IDS), st.sampled_from([ContributorRole.AUTHOR, EDITOR])), max_size=5, unique=True
).map(tuple)


def test_a_merge_may_make_one_of_two() -> None:
    both = merged((one(A), one(C), one(B), one(A, EDITOR)), A, B, "B")
    assert [(it.id, it.role) for it in distinct(both)] == [(B, "author"), (C, "author"), (B, "editor")]
    assert len(both) == 4, "all who were named are kept"


def test_a_rename_changes_one_name() -> None:
    assert [it.name for it in renamed((one(A), one(B), one(A, EDITOR)), A, "X")] == ["X", "B", "X"]


@given(CREDITS)
def test_a_merge_undone_is_as_if_it_had_not_been(credits_now: Sequence[Contributor]) -> None:
    assert unmerged(merged(credits_now, A, B, "B"), A, "A", {A}) == credits_now


@given(CREDITS, st.permutations([0, 1, 2]))
def test_merges_are_undone_in_any_order(credits_now: Sequence[Contributor], order: Sequence[int]) -> None:
    """A into B, B into C, D into C: an undone one takes along who was merged into it and still is."""
    parents: dict[AuthorId, AuthorId] = {}
    now = tuple(credits_now)
    for gone, into in ((A, B), (B, C), (D, C)):
        now, parents[gone] = merged(now, gone, into, NAMES[into]), into
    for back in [(A, B, D)[place] for place in order]:
        del parents[back]
        family = {it for it in IDS if _leads(parents, it, back)}
        now = unmerged(now, back, NAMES[back], family)
    assert now == credits_now


def _leads(parents: dict[AuthorId, AuthorId], start: AuthorId, end: AuthorId) -> bool:
    while start != end and start in parents:
        start = parents[start]
    return start == end


def test_who_stays_credited_keeps_what_is_known_of_them() -> None:
    now = merged((one(A), one(B), one(C, EDITOR)), A, B, "B")
    assert carried_over(now, (one(D), one(B))) == (one(D), now[0], now[1])
    assert carried_over(now, (one(B, EDITOR),)) == (one(B, EDITOR),), "in another role it is another credit"


def test_a_credit_line_is_of_the_authors_where_there_are_any() -> None:
    assert credit_line((one(A), one(C, EDITOR), one(B))) == "A, B"
    assert credit_line((one(C, EDITOR), one(C, ContributorRole.TRANSLATOR), one(D, EDITOR))) == "C, D"
    assert credit_line(()) == ""
    long = [Contributor(id=it, name=NAMES[it] * 100) for it in IDS]
    assert credit_line(long[:2]) == f"{'A' * 100}, {'B' * 100}"
    assert credit_line(long) == "A" * 100, "one name alone rather than a part of several"
