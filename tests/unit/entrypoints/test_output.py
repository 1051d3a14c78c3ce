"""Answers on standard output, in each form."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from application.fields import MoneyRead
from application.listing import Listed
from entrypoints.cli.output import flat, show


class Line(Struct, frozen=True, kw_only=True):
    number: int
    amount: MoneyRead


class Thing(Struct, frozen=True, kw_only=True):
    id: int
    name: str | None
    price: MoneyRead | None = None
    tags: list[str] = []
    metadata: dict[str, str] = {}
    lines: list[Line] = []
    open: bool = True


PRICE = MoneyRead.of(Decimal("19.9900"), "EUR")
ONE = Thing(id=1, name="Żółć, [bold]", price=PRICE, tags=["a", "b"], metadata={"shelf": "A3"})
TWO = Thing(id=2, name=None, lines=[Line(number=1, amount=PRICE)], open=False)
PAGE = Listed(data=[ONE, TWO], has_more=True, next_cursor="abc", total=7)


def shown(capsys: pytest.CaptureFixture[str], answer: object, form: Any, **more: Any) -> str:
    show(answer, form, **more)
    out, error = capsys.readouterr()
    assert error == ""
    return out


def test_json_is_that_of_the_http_api(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(shown(capsys, PAGE, "json")) == json.loads(msgspec.json.encode(PAGE))


def test_ndjson_is_a_record_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, PAGE, "ndjson").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    assert json.loads(shown(capsys, ONE, "ndjson"))["price"] == {"amount": "19.99", "currency": "EUR"}


def test_csv(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(shown(capsys, PAGE, "csv"))))
    assert rows[0] == {
        "id": "1",
        "name": "Żółć, [bold]",
        "price": "19.99",
        "currency": "EUR",
        "tags": "a; b",
        "metadata": '{"shelf":"A3"}',
        "lines": "",
        "open": "true",
    }
    assert (rows[1]["name"], rows[1]["price"], rows[1]["open"]) == ("", "", "false")
    assert json.loads(rows[1]["lines"])[0]["amount"]["amount"] == "19.99"


def test_words_with_semicolons_are_not_joined_by_them() -> None:
    assert flat(Thing(id=1, name="x", tags=["a;b", "c"]))["tags"] == '["a;b","c"]'


def test_a_table_has_the_columns_that_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, PAGE, "table", columns=("name", "id", "price")).splitlines()
    assert lines[0].split() == ["name", "id", "price"]
    assert lines[1].split() == ["Żółć,", "[bold]", "1", "19.99"]
    assert lines[2].split() == ["2"]


def test_no_line_ends_in_blanks_and_none_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, Listed(data=[Thing(id=1, name="x" * 300), ONE], has_more=False), "table")
    assert "x" * 300 in out
    assert all(line == line.rstrip() for line in out.splitlines())


def test_a_record_stands_above_what_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, TWO, "table").splitlines()
    assert lines[0].split() == ["id", "2"]
    below = lines[lines.index("lines") :]
    assert below[1].split() == ["number", "amount", "currency"]
    assert below[2].split() == ["1", "19.99", "EUR"]


@pytest.mark.parametrize(("form", "out"), [("csv", ""), ("ndjson", ""), ("json", '{\n  "data": [],')])
def test_nothing(capsys: pytest.CaptureFixture[str], form: Any, out: str) -> None:
    assert shown(capsys, Listed[Thing](data=[], has_more=False), form).startswith(out)


def test_an_empty_table_says_so_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    show(Listed[Thing](data=[], has_more=False), "table")
    assert capsys.readouterr() == ("", "nothing found\n")
