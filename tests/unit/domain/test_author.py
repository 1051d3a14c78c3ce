from dataclasses import replace

import pytest

from domain.books.author import (
    Author,
    AuthorDetails,
    AuthorMerged,
    NotMerged,
    author_key,
    clean_names,
    sort_name_of,
)
from domain.books.publication_date import PublicationDate
from domain.shared.errors import Invalid
from domain.shared.ids import AuthorId
from domain.shared.lifecycle import Deleted, NotDeleted
from tests.support.builders import MORNING, an_author, minutes, new_id

LATER = MORNING + minutes(5)


def problems(error: Invalid) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


def test_one_is_entered_and_its_event_names_nobody() -> None:
    author_id = AuthorId(new_id())
    author, event = Author.enter(author_id, an_author("George Eliot").details, at=MORNING, by="bob")
    assert (author.id, author.living, author.lifecycle.version) == (author_id, True, 1)
    assert (event.type, event.version, dict(event.data)) == ("author.created", 1, {})


@pytest.mark.parametrize(
    ("name", "sorted_as"),
    [
        ("George Eliot", "Eliot, George"),
        ("Homer", "Homer"),
        ("Gabriel García Márquez", "Márquez, Gabriel García"),
        ("J. R. R. Tolkien", "Tolkien, J. R. R."),
        ("Le Guin, Ursula K.", "Le Guin, Ursula K."),
    ],
)
def test_the_last_word_sorts_first(name: str, sorted_as: str) -> None:
    assert sort_name_of(name) == sorted_as


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J.K. Rowling", "j k rowling"),
        ("Émile Zola", "emile ZOLA"),
        ("O'Neill", "o neill"),
        ("???", " ??? "),
        ("x" * 300, "x" * 255),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert author_key(one) == author_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("George Eliot", "Eliot George"), ("AB", "A B"), ("!", "?"), ("太宰治", "夏目漱石")]
)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert author_key(one) != author_key(other)


def test_a_key_fits_its_column_whatever_the_name_folds_to() -> None:
    assert len(author_key("\ufdfa" * 255)) <= 255


def test_other_names_are_trimmed_and_distinct_and_each_bad_one_is_pointed_at() -> None:
    assert clean_names([" A ", "B", "A"]) == ("A", "B")
    with pytest.raises(Invalid) as caught:
        clean_names(["", "x" * 256])
    assert problems(caught.value) == [("/0", "blank"), ("/1", "too-long")]
    with pytest.raises(Invalid) as caught:
        clean_names(map(str, range(51)))
    assert problems(caught.value) == [("", "too-many")]


@pytest.mark.parametrize(
    ("born", "died"), [("1819", "1819-01-01"), ("1819-11-22", "1819"), (None, "1880"), ("1819", None)]
)
def test_a_life_may_be_known_in_part(born: str | None, died: str | None) -> None:
    author = an_author(born=born, died=died)
    assert [one and one.value for one in (author.details.born, author.details.died)] == [born, died]


def test_nobody_dies_before_birth() -> None:
    with pytest.raises(Invalid) as caught:
        AuthorDetails(name="x", sort_name="x", born=PublicationDate("1819-11-22"), died=PublicationDate("1819-11-21"))
    assert problems(caught.value) == [("/died", "died-before-birth")]


def test_a_change_names_its_fields_and_none_changes_nothing() -> None:
    author = an_author()
    edited, event = author.edit(replace(author.details, name="x", other_names=("y",)), at=LATER, by="bob")
    assert event is not None
    assert (event.type, event.changed, dict(event.data)) == ("author.updated", ("name", "other_names"), {})
    assert edited.details.name == "x"
    assert author.edit(author.details, at=LATER, by="bob") == (author, None)


def test_one_is_put_away_and_comes_back() -> None:
    gone, event = an_author().delete(at=LATER, by="bob")
    assert (gone.living, event.type) == (False, "author.deleted")
    with pytest.raises(Deleted):
        gone.delete(at=LATER, by="bob")
    back, event = gone.restore(at=LATER, by="bob")
    assert (back.living, event.type) == (True, "author.restored")
    with pytest.raises(NotDeleted):
        back.restore(at=LATER, by="bob")


def test_one_is_merged_and_brought_back() -> None:
    gone, stays = an_author("A"), an_author("B")
    merged, event = gone.merge_into(stays, at=LATER, by="bob")
    assert (merged.living, merged.merged_into) == (False, stays.id)
    assert (event.type, event.aggregate_id, dict(event.data)) == ("author.merged", gone.id, {"into": str(stays.id)})
    with pytest.raises(AuthorMerged):
        merged.restore(at=LATER, by="bob")
    with pytest.raises(Deleted):
        merged.merge_into(stays, at=LATER, by="bob")
    back, event = merged.unmerge(at=LATER, by="bob")
    assert (back.living, back.merged_into, back.details) == (True, None, gone.details)
    assert (event.type, dict(event.data)) == ("author.unmerged", {"from": str(stays.id)})
    with pytest.raises(NotMerged):
        back.unmerge(at=LATER, by="bob")
    with pytest.raises(Invalid) as caught:
        stays.merge_into(stays, at=LATER, by="bob")
    assert problems(caught.value) == [("", "same-author")]
