from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.books.rating import Rating
from domain.books.review import NEXT, Review, ReviewDecided, ReviewDetails, ReviewStatus
from domain.shared.errors import Invalid
from domain.shared.ids import BookId, CustomerId, ReviewId
from domain.shared.lifecycle import Deleted, NotDeleted
from tests.support.builders import MORNING, minutes, new_id

LATER = MORNING + minutes(5)
WORDS = ReviewDetails(rating=4, title="Long", text="And good.", language="en")


def written(details: ReviewDetails = WORDS) -> Review:
    ids: dict[str, Any] = {"book_id": BookId(new_id()), "customer_id": CustomerId(new_id())}
    return Review.write(ReviewId(new_id()), **ids, details=details, at=MORNING, by="ada")[0]


def of_status(status: ReviewStatus) -> Review:
    review = written()
    if status is ReviewStatus.PUBLISHED:
        return review.publish(at=MORNING, by="ada")[0]
    return review if status is ReviewStatus.PENDING else review.reject("spam", at=MORNING, by="ada")[0]


def test_one_is_written_and_waits() -> None:
    ids: dict[str, Any] = {"book_id": BookId(new_id()), "customer_id": CustomerId(new_id())}
    review, event = Review.write(ReviewId(new_id()), **ids, details=WORDS, at=MORNING, by="ada")
    assert (review.status, review.counted, review.lifecycle.version) == (ReviewStatus.PENDING, Rating(0, 0), 1)
    assert (event.type, event.version, event.by) == ("review.created", 1, "ada")
    assert dict(event.data) == {"book_id": str(review.book_id), "rating": 4, "status": "pending"}


@pytest.mark.parametrize("stars", [-1, 0, 6, 10**30])
def test_a_rating_is_of_one_to_five(stars: int) -> None:
    with pytest.raises(Invalid) as caught:
        replace(WORDS, rating=stars)
    assert caught.value.problems[0].code == "out-of-range"


@pytest.mark.parametrize("status", ReviewStatus)
@pytest.mark.parametrize("wanted", [ReviewStatus.PUBLISHED, ReviewStatus.REJECTED])
def test_only_what_is_allowed_follows(status: ReviewStatus, wanted: ReviewStatus) -> None:
    review = of_status(status)

    def decide() -> Any:
        if wanted is ReviewStatus.PUBLISHED:
            return review.publish(at=LATER, by="bob")
        return review.reject("rude", at=LATER, by="bob")

    if wanted not in NEXT[status]:
        with pytest.raises(ReviewDecided, match=f"already {status}"):
            decide()
        return
    decided, event = decide()
    assert (decided.status, decided.lifecycle.updated_by) == (wanted, "bob")
    assert decided.reason == ("rude" if wanted is ReviewStatus.REJECTED else None)
    assert (event.type, event.version, event.changed) == (f"review.{wanted}", review.lifecycle.version + 1, ("status",))


def test_the_transitions_are_these() -> None:
    pending, published, rejected = ReviewStatus
    assert {(one, other) for one, others in NEXT.items() for other in others} == {
        (pending, published),
        (pending, rejected),
        (published, rejected),
        (rejected, published),
    }


@pytest.mark.parametrize("status", ReviewStatus)
def test_new_words_are_pending_again(status: ReviewStatus) -> None:
    review = of_status(status)
    edited, event = review.edit(replace(WORDS, text="Other."), at=LATER, by="bob")
    assert event is not None
    assert (edited.status, edited.reason, edited.counted) == (ReviewStatus.PENDING, None, Rating())
    assert event.changed == (("text",) if status is ReviewStatus.PENDING else ("text", "status"))


@pytest.mark.parametrize("status", ReviewStatus)
def test_another_rating_or_language_leaves_the_status(status: ReviewStatus) -> None:
    review = of_status(status)
    edited, event = review.edit(replace(WORDS, rating=1, language=None), at=LATER, by="bob")
    assert event is not None
    assert (edited.status, edited.reason, event.changed) == (status, review.reason, ("rating", "language"))


def test_a_change_to_what_it_is_changes_nothing() -> None:
    review = written()
    assert review.edit(replace(WORDS), at=LATER, by="bob") == (review, None)


def test_what_counts_is_published_and_there() -> None:
    review = of_status(ReviewStatus.PUBLISHED)
    gone, event = review.delete(at=LATER, by="bob")
    back, other = gone.restore(at=LATER, by="bob")
    assert [one.counted for one in (review, gone, back)] == [Rating(1, 4), Rating(0, 0), Rating(1, 4)]
    assert (event.type, other.type) == ("review.deleted", "review.restored")
    assert [of_status(one).counted.count for one in ReviewStatus] == [0, 1, 0]


def test_what_is_deleted_is_not_changed() -> None:
    gone = written().delete(at=LATER, by="bob")[0]
    changes: list[Callable[[], object]] = [
        lambda: gone.delete(at=LATER, by="bob"),
        lambda: gone.edit(replace(WORDS, rating=1), at=LATER, by="bob"),
        lambda: gone.publish(at=LATER, by="bob"),
        lambda: gone.reject(None, at=LATER, by="bob"),
    ]
    for change in changes:
        with pytest.raises(Deleted):
            change()
    with pytest.raises(NotDeleted):
        written().restore(at=LATER, by="bob")


@given(title=st.text(min_size=3), text=st.text(min_size=3), reason=st.text(min_size=3))
def test_no_word_of_a_person_is_in_an_event(title: str, text: str, reason: str) -> None:
    review = written()
    details = ReviewDetails(rating=5, title=f"<{title}>", text=f"<{text}>")
    edited, first = review.edit(details, at=LATER, by="ada")
    _, second = edited.reject(f"<{reason}>", at=LATER, by="ada")
    for event in (first, second):
        assert event is not None
        for word in (title, text, reason):
            assert f"<{word}>" not in repr(event)
