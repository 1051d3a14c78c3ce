import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import uuid4

import pytest

from domain.analytics.digest import NOT_IN_DIGEST, answer_digest, canonical_json, decimal_digits


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    b: Decimal
    a: float | None


@dataclass(frozen=True, slots=True)
class Outer:
    z: Colour
    inner: tuple[Inner, ...]
    day: date
    word: str
    yes: bool
    many: int
    id: str = field(default="volatile", metadata=NOT_IN_DIGEST)


ANSWER = Outer(Colour.RED, (Inner(Decimal("1.500"), None),), date(2026, 1, 2), 'Ä"\n', True, 10**20)


def test_canonical_json() -> None:
    assert canonical_json(ANSWER).decode() == (
        '{"day":"2026-01-02","inner":[{"a":null,"b":"1.5"}],"many":100000000000000000000,'
        '"word":"Ä\\"\\n","yes":true,"z":"red"}'
    )


@pytest.mark.parametrize("many", [0, 1, 200, 201, 401])
def test_what_is_long_is_the_same_as_in_one_piece(many: int) -> None:
    cells = [{"n": number, "word": '],["'} for number in range(many)]
    whole = json.dumps({"cells": cells, "a": {"b": cells}}, sort_keys=True, separators=(",", ":"))
    assert canonical_json({"cells": tuple(cells), "a": {"b": cells}}).decode() == whole


def test_the_digest_is_its_sha256() -> None:
    assert answer_digest(ANSWER) == "sha256:" + hashlib.sha256(canonical_json(ANSWER)).hexdigest()
    assert answer_digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("19.9000", "19.9"),
        ("1E+3", "1000"),
        ("0.0000", "0"),
        ("-0.00", "0"),
        ("-1.10", "-1.1"),
        ("0.00001", "0.00001"),
        ("10000000000000.0001", "10000000000000.0001"),
    ],
)
def test_decimals_have_one_form(value: str, digits: str) -> None:
    assert decimal_digits(Decimal(value)) == digits
    assert canonical_json([Decimal(value)]) == f'["{digits}"]'.encode()


@pytest.mark.parametrize(
    ("value", "text"),
    [(1 / 3, "0.333333333333"), (0.1 + 0.2, "0.3"), (2.0, "2.0"), (-0.0, "0.0"), (1e-9, "1e-09"), (1e16, "1e+16")],
)
def test_floats_are_rounded_to_twelve_digits(value: float, text: str) -> None:
    assert canonical_json([value]) == f"[{text}]".encode()


def test_numbers_of_other_kinds_are_told_apart() -> None:
    assert len({answer_digest([one]) for one in (1, "1", True, 1.0, None)}) == 5


def test_what_is_volatile_does_not_count() -> None:
    other = Outer(Colour.RED, ANSWER.inner, ANSWER.day, ANSWER.word, True, ANSWER.many, id=str(uuid4()))
    assert answer_digest(other) == answer_digest(ANSWER)


def test_what_no_answer_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="an answer holds no UUID"):
        answer_digest([uuid4()])
    with pytest.raises(ValueError, match="not JSON compliant"):
        answer_digest([float("inf")])
