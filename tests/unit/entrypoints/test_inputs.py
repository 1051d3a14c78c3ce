"""What was typed, as commands and questions."""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from application.books.models import BOOK_LIST, BookCreate, BookUpdate
from application.decoding import Malformed
from application.errors import BadQuery
from application.listing import Filter, SortKey
from domain.shared.errors import Invalid
from entrypoints.cli.exits import UsageError
from entrypoints.cli.inputs import command, listing, money, pairs
from entrypoints.cli.orders import read_lines
from entrypoints.cli.running import confirm

BOOK = {"title": "Emma", "author": "Jane Austen", "isbn": "978-0-14-143958-7"}


def test_a_command_from_options() -> None:
    made = command(BookCreate, None, {**BOOK, "price": money("9.99 GBP"), "language": None, "categories": None})
    assert (made.title, made.language, made.categories) == ("Emma", None, [])
    assert made.price is not None
    assert (made.price.amount, made.price.currency) == ("9.99", "GBP")


def test_every_bad_option_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        command(BookCreate, None, {"title": "", "isbn": "12"})
    assert {problem.pointer for problem in caught.value.problems} == {"/title", "/author", "/isbn"}


def test_a_command_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "book.json").write_text(json.dumps(BOOK))
    assert command(BookCreate, str(tmp_path / "book.json"), {"title": None}).title == "Emma"


def test_a_command_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(BOOK).encode())))
    assert command(BookCreate, "-", {}).title == "Emma"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        command(BookCreate, str(tmp_path / "nowhere"), {})


def test_a_file_that_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "book.json").write_text("title: Emma")
    with pytest.raises(Malformed):
        command(BookCreate, str(tmp_path / "book.json"), {})


def test_json_and_options_do_not_mix(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not both"):
        command(BookCreate, "book.json", {"title": "Emma"})


def test_a_value_is_taken_away() -> None:
    changes = command(BookUpdate, None, {"title": None}, ("description",))
    assert changes.description is None
    assert changes == command(BookUpdate, None, {}, ("description",))


def test_money() -> None:
    assert money(None) is None
    assert money(" 19.99  EUR ") == {"amount": "19.99", "currency": "EUR"}
    with pytest.raises(UsageError, match="needs its currency"):
        money("19.99")


def test_pairs() -> None:
    assert pairs(()) is None
    assert pairs(("a=1", "b=x=y", "c=")) == {"a": "1", "b": "x=y", "c": ""}
    with pytest.raises(UsageError, match="must be name=value"):
        pairs(("a",))


def test_lines() -> None:
    names = ("sku", "quantity", "unit_price")
    assert read_lines((), names) is None
    assert read_lines(("GIFT, WRAPPED,2,1.50",), names) == [
        {"sku": "GIFT, WRAPPED", "quantity": 2, "unit_price": "1.50"}
    ]
    assert read_lines(("1,2",), ("line", "quantity")) == [{"line": 1, "quantity": 2}]
    assert read_lines(("A,two,1",), names) == [{"sku": "A", "quantity": "two", "unit_price": "1"}]
    with pytest.raises(UsageError, match="a line must be sku,quantity,unit_price"):
        read_lines(("A,1",), names)


def test_a_question() -> None:
    asked = listing(
        BOOK_LIST,
        {"language": "en", "published-date[gte]": "1871"},
        q="Żółć",
        sort="-title",
        limit="5",
        include_deleted=True,
        total=True,
    )
    assert asked.words == ("zolc",)
    assert asked.filters == (Filter("language", "eq", "en"), Filter("published_date", "gte", "1871"))
    assert asked.sort == (SortKey("title", descending=True), SortKey("id", descending=True))
    assert (asked.limit, asked.include_deleted, asked.count) == (5, True, True)


def test_an_unknown_filter() -> None:
    with pytest.raises(BadQuery, match="colour: is not a parameter of this list"):
        listing(BOOK_LIST, {"colour": "red"})


@pytest.mark.parametrize(
    ("typed", "goes_on"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_a_question_before_destroying(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, goes_on: bool
) -> None:
    terminal = io.StringIO(typed)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    if goes_on:
        confirm("Delete it?", yes=False)
    else:
        with pytest.raises(UsageError, match="nothing was done"):
            confirm("Delete it?", yes=False)
    assert capsys.readouterr() == ("", "Delete it? [y/N] ")


def test_nobody_there_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError, match="add --yes"):
        confirm("Delete it?", yes=False)
    confirm("Delete it?", yes=True)
