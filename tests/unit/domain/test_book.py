from dataclasses import replace

import pytest

from domain.books.book import Book, clean_categories, language_tag, place_in, series_position
from domain.shared.errors import Invalid
from domain.shared.ids import BookId
from domain.shared.lifecycle import Deleted, NotDeleted
from tests.support.builders import MORNING, a_book, minutes, new_id

LATER = MORNING + minutes(5)


def problems(error: Invalid) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code) for problem in error.problems]


def test_one_is_catalogued() -> None:
    book_id, details = BookId(new_id()), a_book(number=7).details
    book, event = Book.catalogue(book_id, details, at=MORNING, by="bob")
    assert (book.id, book.details, book.lifecycle.version) == (book_id, details, 1)
    assert (event.type, event.version, event.by) == ("book.created", 1, "bob")
    assert dict(event.data) == {"isbn": details.isbn.value}


def test_a_change_names_its_fields() -> None:
    book = a_book(price=("10", "EUR"))
    details = replace(book.details, title="New", price=None)
    edited, event = book.edit(details, at=LATER, by="bob")
    assert event is not None
    assert (event.type, event.version, event.changed) == ("book.updated", 2, ("title", "price"))
    assert (edited.details, edited.lifecycle.updated_by) == (details, "bob")


def test_a_change_to_what_it_is_changes_nothing() -> None:
    book = a_book(price=("10", "EUR"), categories=["Fiction"])
    same = replace(book.details, price=a_book(price=("10.0000", "EUR")).details.price)
    assert book.edit(same, at=LATER, by="bob") == (book, None)


def test_one_is_put_away_once_and_comes_back_once() -> None:
    book = a_book()
    gone, event = book.delete(at=LATER, by="bob")
    assert (event.type, event.version, gone.lifecycle.deleted_at) == ("book.deleted", 2, LATER)
    with pytest.raises(Deleted):
        gone.delete(at=LATER, by="bob")
    with pytest.raises(Deleted):
        gone.edit(gone.details, at=LATER, by="bob")
    with pytest.raises(NotDeleted):
        book.restore(at=LATER, by="bob")
    back, event = gone.restore(at=LATER, by="eve")
    assert (event.type, back.lifecycle.deleted, back.lifecycle.updated_by) == ("book.restored", False, "eve")


def test_it_is_found_by_what_is_told_of_it_each_word_marked_by_where_it_stands() -> None:
    book = a_book(
        title="Émile", author="J.-J. Rousseau", isbn_text="0-8044-2957-X", categories=["Éducation"], description="x y"
    )
    heading = {"emile", "j", "rousseau", "080442957x", "9780804429573"}
    marked = {"=emile", *(f"+{one}" for one in heading), "#education"}
    assert set(book.search_tokens) == {*marked, *heading, "education", "x", "y"}
    assert len(book.search_tokens) == len(set(book.search_tokens))
    assert "9791090636071" in a_book(isbn_text="979-10-90636-07-1").search_tokens


class TestCategories:
    def test_they_are_trimmed_and_distinct_in_the_order_given(self) -> None:
        assert clean_categories(["Fiction", " Drama", "Fiction"]) == ("Fiction", "Drama")

    def test_each_bad_one_is_pointed_at(self) -> None:
        with pytest.raises(Invalid) as caught:
            clean_categories(["", "x" * 101, "x" * 100])
        assert problems(caught.value) == [("/0", "blank"), ("/1", "too-long")]

    def test_there_are_at_most_fifty(self) -> None:
        assert len(clean_categories(map(str, range(50)))) == 50
        with pytest.raises(Invalid) as caught:
            clean_categories(map(str, range(51)))
        assert problems(caught.value) == [("", "too-many")]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("EN", "en"),
        ("pt-br", "pt-BR"),
        ("ZH-hANT-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("DE-ch-1901", "de-CH-1901"),
        ("sl-ROZAJ-biske", "sl-rozaj-biske"),
        ("haw", "haw"),
    ],
)
def test_a_language_tag_has_its_usual_case(text: str, tag: str) -> None:
    assert language_tag(text) == tag
    assert language_tag(tag) == tag


@pytest.mark.parametrize(
    "text", ["", "e", "english", "en_GB", "en-", "-en", "en-GB-oed-", "12", "en\n", "en" + "-variant" * 5]
)
def test_what_is_no_language_tag_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        language_tag(text)
    assert problems(caught.value) == [("", "invalid-language")]


@pytest.mark.parametrize(
    ("text", "kept"), [("2", "2"), ("02", "2"), ("0.50", "0.5"), ("1.00", "1"), ("10", "10"), (" 3 ", "3"), ("0", "0")]
)
def test_a_place_in_a_series_has_no_zeros_that_say_nothing(text: str, kept: str) -> None:
    assert series_position(text) == kept
    assert series_position(kept) == kept


@pytest.mark.parametrize("text", ["", "two", "-1", "1.234", "12345", "1.", ".5", "1,5", "1-3"])
def test_what_is_no_place_in_a_series_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        series_position(text)
    assert problems(caught.value) == [("", "invalid-position")]


def test_a_place_needs_its_series() -> None:
    assert place_in("Discworld")("2") == "2"
    with pytest.raises(Invalid) as caught:
        place_in(None)("2")
    assert problems(caught.value) == [("", "series-missing")]
