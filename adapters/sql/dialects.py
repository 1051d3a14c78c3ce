"""What PostgreSQL and Snowflake write differently, as elements that compile for each, and sums exact on both."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, Double, Integer, Numeric, String, TypeDecorator, cast, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias

from domain.analytics.periods import Period


class ExactNumber(TypeDecorator[Decimal]):
    """An exact decimal. Raises TypeError when a driver hands out a float, which was rounded somewhere on its way."""

    impl = Numeric
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Any) -> Decimal | None:  # noqa: ARG002  # SQLAlchemy's signature
        """The value as it came."""
        return None if value is None else exact(value)


def exact(value: Any) -> Decimal:
    """A decimal or a whole number from a driver, or one as text. Raises TypeError for a float."""
    if type(value) is Decimal:
        return value
    if isinstance(value, float):
        raise TypeError(f"a sum came back as the float {value!r}: it is not exact any more")
    return Decimal(value)


_AMOUNT = ExactNumber(38, 4)
_COUNT = ExactNumber(38, 0)


class AmountSummand(FunctionElement[Any]):
    """`AmountSummand(amount)`: what is added up, as wide as a sum of it may be."""

    name = "amount_summand"
    type = _AMOUNT
    inherit_cache = True


class CountSummand(FunctionElement[Any]):
    """`CountSummand(number)`: as `AmountSummand`, of whole numbers."""

    name = "count_summand"
    type = _COUNT
    inherit_cache = True


@compiles(AmountSummand)
def _amount_summand(element: AmountSummand, compiler: SQLCompiler, **kw: Any) -> str:
    (amount,) = element.clauses
    return compiler.process(cast(amount, _AMOUNT), **kw)


@compiles(CountSummand)
def _count_summand(element: CountSummand, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = element.clauses
    return compiler.process(cast(number, _COUNT), **kw)


def exact_sum(amount: ColumnElement[Any]) -> ColumnElement[Decimal]:
    """The exact sum of amounts of at most four places; null where there is nothing to add up.

    The cast is the outermost inside SUM: some engines (fakesnow among them) sum NUMBER as a float otherwise.
    """
    return func.sum(AmountSummand(amount), type_=_AMOUNT)


def exact_count(number: ColumnElement[Any]) -> ColumnElement[Decimal]:
    """As `exact_sum`, of whole numbers."""
    return func.sum(CountSummand(number), type_=_COUNT)


class LocalDay(FunctionElement[Any]):
    """`LocalDay(moment, tz)`: the calendar day of a moment in an IANA zone."""

    name = "local_day"
    type = Date()
    inherit_cache = True


@compiles(LocalDay)
def _local_day(element: LocalDay, compiler: SQLCompiler, **kw: Any) -> str:
    moment, tz = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(timezone({tz}, {moment}) AS DATE)"


@compiles(LocalDay, "snowflake")
def _local_day_snowflake(element: LocalDay, compiler: SQLCompiler, **kw: Any) -> str:
    moment, tz = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(CONVERT_TIMEZONE({tz}, {moment}) AS DATE)"


class WeekStart(FunctionElement[Any]):
    """`WeekStart(day)`: the Monday of the ISO week, whatever the session calls the first day of a week."""

    name = "week_start"
    type = Date()
    inherit_cache = True


@compiles(WeekStart)
def _week_start(element: WeekStart, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(date_trunc('week', {compiler.process(element.clauses, **kw)}) AS DATE)"


@compiles(WeekStart, "snowflake")
def _week_start_snowflake(element: WeekStart, compiler: SQLCompiler, **kw: Any) -> str:
    day = compiler.process(element.clauses, **kw)
    return f"CAST(DATEADD(day, 1 - DAYOFWEEKISO({day}), {day}) AS DATE)"


class MonthStart(FunctionElement[Any]):
    """`MonthStart(day)`: the first of the month."""

    name = "month_start"
    type = Date()
    inherit_cache = True


@compiles(MonthStart)
def _month_start(element: MonthStart, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(date_trunc('month', {compiler.process(element.clauses, **kw)}) AS DATE)"


def period_start(day: ColumnElement[Any], period: Period) -> ColumnElement[Any]:
    """The first day of the period that holds `day`."""
    match period:
        case Period.DAY:
            return day
        case Period.WEEK:
            return WeekStart(day)
    return MonthStart(day)


class DaysBetween(FunctionElement[Any]):
    """`DaysBetween(day, later)`: how many days later, a whole number."""

    name = "days_between"
    type = Integer()
    inherit_cache = True


@compiles(DaysBetween)
def _days_between(element: DaysBetween, compiler: SQLCompiler, **kw: Any) -> str:
    day, later = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({later} - {day})"


@compiles(DaysBetween, "snowflake")
def _days_between_snowflake(element: DaysBetween, compiler: SQLCompiler, **kw: Any) -> str:
    day, later = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"DATEDIFF(day, {day}, {later})"


class IdText(FunctionElement[Any]):
    """`IdText(id)`: a UUID as text in lower case with hyphens, as Python writes it."""

    name = "id_text"
    type = String()
    inherit_cache = True


@compiles(IdText)
def _id_text(element: IdText, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS TEXT)"


@compiles(IdText, "snowflake")
def _id_text_snowflake(element: IdText, compiler: SQLCompiler, **kw: Any) -> str:
    # Snowflake has no UUID: SQLAlchemy keeps 32 digits there, other loaders 36 characters.
    digits = f"REPLACE(LOWER({compiler.process(element.clauses, **kw)}), '-', '')"
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    return "(" + " || '-' || ".join(f"SUBSTR({digits}, {start}, {size})" for start, size in parts) + ")"


class ByBytes(FunctionElement[Any]):
    """`ByBytes(text)`: text that is compared and sorted by its bytes, whatever the locale of the database."""

    name = "by_bytes"
    type = String()
    inherit_cache = True


@compiles(ByBytes)
def _by_bytes(element: ByBytes, compiler: SQLCompiler, **kw: Any) -> str:
    return f'({compiler.process(element.clauses, **kw)} COLLATE "C")'


@compiles(ByBytes, "snowflake")
def _by_bytes_snowflake(element: ByBytes, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


class Quotient(FunctionElement[float]):
    """`Quotient(part, whole)`: as a double, to order rows by. Never to be told: a double is not exact."""

    name = "quotient"
    type = Double()
    inherit_cache = True


@compiles(Quotient)
def _quotient(element: Quotient, compiler: SQLCompiler, **kw: Any) -> str:
    part, whole = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(CAST({part} AS DOUBLE PRECISION) / CAST({whole} AS DOUBLE PRECISION))"


class AmongTexts(FunctionElement[bool]):
    """`AmongTexts(text, json)`: whether the text is in an array of texts, which is given as JSON."""

    name = "among_texts"
    type = Boolean()
    inherit_cache = True


@compiles(AmongTexts)
def _among_texts(element: AmongTexts, compiler: SQLCompiler, **kw: Any) -> str:
    one, texts = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{one} IN (SELECT jsonb_array_elements_text(CAST({texts} AS JSONB)))"


@compiles(AmongTexts, "snowflake")
def _among_texts_snowflake(element: AmongTexts, compiler: SQLCompiler, **kw: Any) -> str:
    one, texts = (compiler.process(clause, **kw) for clause in element.clauses)
    each = f"TABLE(FLATTEN(input => PARSE_JSON({texts})))"
    return f"{one} IN (SELECT CAST(each.value AS VARCHAR) FROM {each} AS each)"  # noqa: S608  # compiled clauses alone


class NumbersInOrder(FunctionElement[Any]):
    """`NumbersInOrder(number)`: the whole numbers of a group as one text, ascending, with commas between."""

    name = "numbers_in_order"
    type = String()
    inherit_cache = True


@compiles(NumbersInOrder)
def _numbers_in_order(element: NumbersInOrder, compiler: SQLCompiler, **kw: Any) -> str:
    number = compiler.process(element.clauses, **kw)
    return f"string_agg(CAST({number} AS TEXT), ',' ORDER BY {number})"


@compiles(NumbersInOrder, "snowflake")
def _numbers_in_order_snowflake(element: NumbersInOrder, compiler: SQLCompiler, **kw: Any) -> str:
    number = compiler.process(element.clauses, **kw)
    return f"LISTAGG(CAST({number} AS VARCHAR), ',') WITHIN GROUP (ORDER BY {number})"


class _Each(FunctionElement[Any]):
    name = "each_text"
    inherit_cache = True


@compiles(_Each)
def _each(element: _Each, compiler: SQLCompiler, **kw: Any) -> str:
    return f"LATERAL (SELECT unnest({compiler.process(element.clauses, **kw)}) AS value)"


@compiles(_Each, "snowflake")
def _each_snowflake(element: _Each, compiler: SQLCompiler, **kw: Any) -> str:
    return f"LATERAL FLATTEN(input => {compiler.process(element.clauses, **kw)})"


def each_text(texts: ColumnElement[Any]) -> TableValuedAlias:
    """A FROM element with a row for each text of an array column, in its column `value`.

    It is named after the column it takes, so it belongs beside the table of that column: `select(t, each.c.value)`.
    """
    return _Each(texts).table_valued("value", joins_implicitly=True)
