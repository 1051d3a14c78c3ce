"""Reads the text of a segment's rule. Any text gives either a rule or Invalid that says where it went wrong."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple, NoReturn

from domain.customers.consent import PURPOSE_LENGTH, ConsentState, purpose
from domain.customers.customer import METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH, TAG_LENGTH, CustomerStatus
from domain.customers.segment_rule import (
    COUNTS,
    EQUALITY,
    KEYED,
    PRESENCE,
    TIMES,
    WORD,
    And,
    Compare,
    Fact,
    Has,
    Not,
    Op,
    Or,
    Rule,
    Value,
)
from domain.orders.returns import EARLIEST, LATEST, earliest_time
from domain.shared.errors import Invalid
from domain.shared.money import currency_code, decimal_text
from domain.shared.text import clean_line

RULE_LENGTH = 2_000
MAX_CONDITIONS = 50
MAX_DEPTH = 20
MAX_COUNT = 999_999_999
_SHOWN = 20

_PATTERNS = {
    "space": r"[ \t\r\n]+",
    "word": WORD,
    "text": r'"(?:[^"\\]|\\["\\])*"',
    "time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})?)?",
    "number": r"-?[0-9]+(?:\.[0-9]+)?",
    "sign": r"<=|>=|!=|[=<>()\[\].]",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()))
_TIME_OF_DAY = re.compile(r"T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})")
_NAMES = ", ".join(fact for fact in Fact if fact not in PRESENCE - EQUALITY)
_PRESENT = ", ".join(fact for fact in Fact if fact in PRESENCE)


class _Token(NamedTuple):
    """A piece of the text. `place` counts characters from 1; the end of the text is of kind "end"."""

    kind: str
    text: str
    place: int


def parse_rule(text: str) -> Rule:
    """The rule that a text means. Raises Invalid with `too-long`, or `segment-rule`, which names the character where
    reading stopped, what was expected there and what was found.
    """
    if len(text) > RULE_LENGTH:
        raise Invalid.because("too-long", f"must have at most {RULE_LENGTH} characters, has {len(text)}")
    return _Parser(_tokens(text)).whole()


def _stop(place: int, expected: str) -> NoReturn:
    raise Invalid.because("segment-rule", f"character {place}: expected {expected}")


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        one = _TOKEN.match(text, at)
        if one is None:
            if text[at] == '"':
                _stop(at + 1, 'a text between " and ", where \\" is a quotation mark and \\\\ a backslash')
            _stop(at + 1, f"a word, a value or a sign of the language, found {_shown(text[at])}")
        if one.lastgroup != "space":
            found.append(_Token(one.lastgroup or "", one[0], at + 1))
        at = one.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _shown(text: str) -> str:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return ascii(shown) if not shown.isprintable() else f"'{shown}'"


class _Parser:
    """Goes through the tokens once, from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._conditions = 0

    def whole(self) -> Rule:
        """All of the text as one rule."""
        rule = self._any_of(0)
        if self._next.kind != "end":
            self._expected("and, or, or the end")
        return rule

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def _expected(self, what: str) -> NoReturn:
        token = self._next
        _stop(token.place, f"{what}, found {'the end' if token.kind == 'end' else _shown(token.text)}")

    def _is_word(self, word: str) -> bool:
        return self._next.kind == "word" and self._next.text.lower() == word

    def _sign(self, sign: str) -> None:
        if self._next.kind != "sign" or self._next.text != sign:
            self._expected(f"'{sign}'")
        self._take()

    def _any_of(self, depth: int) -> Rule:
        parts = self._joined("or", lambda: self._all_of(depth))
        return parts[0] if len(parts) == 1 else Or(parts)

    def _all_of(self, depth: int) -> Rule:
        parts = self._joined("and", lambda: self._one(depth))
        return parts[0] if len(parts) == 1 else And(parts)

    def _joined(self, word: str, read: Callable[[], Rule]) -> tuple[Rule, ...]:
        parts = [read()]
        while self._is_word(word):
            self._take()
            parts.append(read())
        return tuple(parts)

    def _one(self, depth: int) -> Rule:
        if depth > MAX_DEPTH:
            _stop(self._next.place, f"at most {MAX_DEPTH} parentheses and nots within one another")
        if self._is_word("not"):
            self._take()
            return Not(self._one(depth + 1))
        if self._next.kind == "sign" and self._next.text == "(":
            self._take()
            rule = self._any_of(depth + 1)
            self._sign(")")
            return rule
        return self._condition()

    def _condition(self) -> Rule:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            _stop(self._next.place, f"at most {MAX_CONDITIONS} conditions")
        if self._is_word("has"):
            self._take()
            return Has(*self._named(PRESENCE, f"one of: {_PRESENT}"))
        if self._next.text in PRESENCE - EQUALITY:
            self._expected(f"'has {self._next.text}', which is all that can be asked about it")
        fact, key = self._named(frozenset(Fact), f"not, has, '(', or one of: {_NAMES}")
        return Compare(fact, self._op(fact), self._value(fact), key)

    def _named(self, among: frozenset[Fact], expected: str) -> tuple[Fact, str | None]:
        token = self._next
        if token.kind != "word" or token.text not in among:
            self._expected(expected)
        self._take()
        fact = Fact(token.text)
        return fact, self._key(fact) if fact in KEYED else None

    def _key(self, fact: Fact) -> str:
        if fact is Fact.SPENT:
            self._sign("[")
            currency = self._checked("word", "a currency such as EUR", currency_code)
            self._sign("]")
            return str(currency)
        self._sign(".")
        if fact is Fact.CONSENT:
            return self._purpose()
        if self._next.kind == "word":
            return str(self._checked("word", "a key", lambda text: clean_line(text, METADATA_KEY_LENGTH)))
        return str(self._checked("text", 'a key such as shelf or "my shelf"', _line(METADATA_KEY_LENGTH)))

    def _purpose(self) -> str:
        expected = f"a purpose such as newsletter, of at most {PURPOSE_LENGTH} characters"
        if self._next.kind == "text":
            return str(self._checked("text", expected, lambda quoted: purpose(quoted[1:-1])))
        return str(self._checked("word", expected, purpose))

    def _op(self, fact: Fact) -> Op:
        allowed = (Op.EQ, Op.NE) if fact in EQUALITY else tuple(Op)
        if self._next.kind != "sign" or self._next.text not in allowed:
            self._expected(f"{'=' if fact in EQUALITY else 'a comparison'}, one of: {' '.join(allowed)}")
        return Op(self._take().text)

    def _value(self, fact: Fact) -> Value:
        value: Value
        if fact is Fact.STATUS:
            value = self._checked("word", f"one of: {', '.join(CustomerStatus)}", CustomerStatus)
        elif fact is Fact.CONSENT:
            value = self._checked("word", f"one of: {', '.join(ConsentState)}", ConsentState)
        elif fact in TIMES:
            value = self._checked("time", "a day such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z", _moment)
        elif fact in COUNTS:
            value = self._checked("number", f"a whole number from 0 to {MAX_COUNT}", _count)
        elif fact is Fact.SPENT:
            value = self._checked("number", "an amount such as 100 or 99.50", decimal_text)
        else:
            longest = TAG_LENGTH if fact is Fact.TAG else METADATA_VALUE_LENGTH
            expected = f'a text in quotes, such as "newsletter", of 1 to {longest} characters'
            value = self._checked("text", expected, _line(longest))
        return value

    def _checked(self, kind: str, expected: str, read: Callable[[str], Any]) -> Any:
        """The next token, which must be of this kind, as `read` takes it."""
        if self._next.kind != kind:
            self._expected(expected)
        try:
            value = read(self._next.text)
        except Invalid as error:
            _stop(self._next.place, f"{expected}: {error.problems[0].message}")
        except ValueError:
            self._expected(expected)
        self._take()
        return value


def _line(longest: int) -> Callable[[str], str]:
    return lambda quoted: clean_line(re.sub(r"\\(.)", r"\1", quoted[1:-1]), longest)


def _count(text: str) -> int:
    if len(text) > len(str(MAX_COUNT)) or not text.isdigit():
        raise ValueError
    return int(text)


def _moment(text: str) -> date | datetime:
    """A day, or a time with its offset, of the years 1900 to 9998. Raises ValueError."""
    day = date.fromisoformat(text[:10])
    if not EARLIEST.date() <= day <= LATEST.date():
        raise ValueError
    if len(text) == 10:
        return day
    if not _TIME_OF_DAY.fullmatch(text[10:]):
        raise ValueError
    return earliest_time(datetime.fromisoformat(text))
