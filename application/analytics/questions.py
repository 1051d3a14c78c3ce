"""From parameters, as text, to a question: the same over HTTP and on the command line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from application.analytics.models import Parameter, ParameterValue
from application.analytics.specs import ReportSpec
from application.errors import BadQuery
from domain.analytics.digest import decimal_digits
from domain.analytics.scope import Customers, Lines, Returns, Scope, local_day, time_zone
from domain.shared.errors import Invalid, Problem, Problems
from domain.shared.text import clean_line

Value = str | int | date | None

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,12})?")
_LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked: every parameter with its default filled in, and the day on which it was asked in its zone."""

    spec: ReportSpec
    values: Mapping[str, Value]
    scope: Scope
    today: date
    given: frozenset[str]

    def text(self, name: str) -> str:
        """The value of a text or a choice."""
        return str(self.values[name])

    def number(self, name: str) -> int:
        """The value of a whole number."""
        return int(str(self.values[name]))

    def decimal(self, name: str) -> Decimal:
        """The value of a decimal."""
        return Decimal(str(self.values[name]))

    def day(self, name: str) -> date:
        """The value of a date that has one."""
        return date.fromisoformat(str(self.values[name]))

    def with_scope(self, scope: Scope) -> "Question":
        """The same question of another day or currency."""
        return replace(self, scope=scope, values={**self.values, "as_of": scope.as_of, "currency": scope.currency})

    @property
    def parameters(self) -> dict[str, ParameterValue]:
        """What the answer follows from, as it is told; `max_lag` says who may answer, and nothing of the answer."""
        told = {name: value for name, value in self.values.items() if name != "max_lag"}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items()}


def read_question(spec: ReportSpec, parameters: Iterable[tuple[str, str]], now: datetime) -> Question:
    """What `parameters` (pairs of a name and a text) ask of a report. Raises BadQuery that names every problem."""
    problems = Problems()
    values: dict[str, Value] = {
        name: None if one.default is None else _value(one, one.default) for name, one in spec.parameters.items()
    }
    given: set[str] = set()
    for name, text in parameters:
        if name not in spec.parameters:
            known = ", ".join(spec.parameters)
            problems.add(name, "unknown-parameter", f"is not a parameter of this report, which takes: {known}")
        elif name in given:
            problems.add(name, "repeated-parameter", "must be given once")
        else:
            given.add(name)
            values[name] = problems.take(name, _value, spec.parameters[name], text)
    zone = problems.take("tz", time_zone, values["tz"]) or "UTC"
    today = local_day(now, zone)
    values["as_of"] = values["as_of"] or today + timedelta(days=1)
    if spec.completed is not None and not problems.found:
        values |= problems.take("", spec.completed, values) or {}
    scope = problems.take("", _scope, values, zone)
    if problems.found or scope is None:
        raise BadQuery(replace(one, pointer=one.pointer.removeprefix("/")) for one in problems.found)
    return Question(spec=spec, values=values, scope=scope, today=today, given=frozenset(given))


def bad_query(pointer: str, code: str, message: str) -> BadQuery:
    """An error of one problem."""
    return BadQuery([Problem(pointer=pointer, code=code, message=message)])


def _scope(values: Mapping[str, Value], zone: str) -> Scope:
    as_of, first, currency = values["as_of"], values["from"], values["currency"]
    if not isinstance(as_of, date):
        raise TypeError("as_of has a default")
    return Scope(
        as_of=as_of,
        from_=first if isinstance(first, date) else None,
        tz=zone,
        currency=currency if isinstance(currency, str) else None,
        returns=Returns(str(values["returns"] or Returns.NET)),
        lines=Lines(str(values["lines"] or Lines.ALL)),
        customers=Customers(str(values["customers"] or Customers.ALL)),
    )


def _value(parameter: Parameter, text: str) -> Value:
    match parameter.kind:
        case "date":
            return _day(text)
        case "integer":
            return _whole(parameter, text)
        case "decimal":
            return _decimal(parameter, text)
        case "choice":
            if text not in parameter.choices:
                raise Invalid.because("unknown-choice", f"must be one of: {', '.join(parameter.choices)}")
            return text
    try:
        # As SKUs and names are kept, whatever they are made of.
        return clean_line(text, _LONGEST)
    except Invalid as error:
        told = f"must be text of 1 to {_LONGEST} characters without line breaks or control characters"
        raise Invalid.because("bad-value", told) from error


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Invalid.because("bad-date", "must be a date such as 2026-01-31")


def _whole(parameter: Parameter, text: str) -> int:
    least, most = parameter.minimum or 0, parameter.maximum or 0
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if value > most and parameter.clamped:
        return most
    if not least <= value <= most:
        raise Invalid.because("out-of-range", f"must be a whole number from {least} to {most}")
    return value


def _decimal(parameter: Parameter, text: str) -> str:
    """The digits that matter, so that 0.10 and 0.1 are one question."""
    least, most = parameter.minimum or 0, parameter.maximum or 0
    value = Decimal(text) if _DECIMAL.fullmatch(text) else None
    if value is None or not least <= value <= most:
        message = f"must be a plain decimal such as {parameter.example}, from {least} to {most}, of at most 12 places"
        raise Invalid.because("out-of-range", message)
    return decimal_digits(value)
