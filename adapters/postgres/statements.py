"""SQLAlchemy Core statements, compiled once to the SQL text and the order of values that asyncpg wants."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from operator import itemgetter
from time import perf_counter
from typing import Any, TypeVar

from asyncpg import Record
from sqlalchemy import TypeDecorator
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import CompilerElement

from adapters.postgres.connection import Connection, QueryObserver

_Result = TypeVar("_Result")
_Pick = Callable[[Mapping[str, object]], Sequence[object]]

_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy types no dialect


class Statement:
    """A statement as SQL text and the names of its values, in order: `$1` is `names[0]`.

        GET = Statement(select(books).where(books.c.id == bindparam("id")), name="books.get")
        row = await GET.fetchrow(connection, id=book_id)

    Compile at import, run anywhere. asyncpg prepares the text on a connection's first use of it and keeps the
    prepared statement by that text, so every later run is one round trip without parsing; nothing is formatted into
    the text afterwards. Under `Statement(text("BEGIN"))` and its like, without values, `execute` is one simple query.

    Values go to asyncpg as they are, and come back so: UUID, str, int, Decimal, date, aware datetime, list for an
    array, anything JSON for json and jsonb. None is always NULL, for jsonb too. SQLAlchemy's types write the casts
    (`$1::NUMERIC(18, 4)` rounds to four places, in a comparison too) and convert nothing. What the statement was
    built with (a limit, a comparison with a constant, `bindparam("n", value=5)`) is sent with every run and cannot be
    given. Running with a name missing or unknown is a TypeError.

    Raises ValueError at once for what cannot be compiled ahead: `in_()` (write `column == any_(bindparam("ids",
    type_=ARRAY(Uuid)))`), `literal_execute`, a column default or `onupdate` computed by SQLAlchemy, a value that is a
    callable, and a TypeDecorator that converts on the way in.
    """

    __slots__ = ("_constants", "_pick", "name", "names", "required", "sql")

    def __init__(self, statement: CompilerElement, *, name: str) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"statement {name}: only SELECT, INSERT, UPDATE, DELETE and text() run as statements")
        _refuse_what_needs_the_engine(compiled, name)
        binds = compiled.binds
        self.name = name
        self.sql = compiled.string
        self.names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self.required = frozenset(each for each in self.names if binds[each].required)
        self._constants = {each: binds[each].value for each in self.names if each not in self.required}
        self._pick = _picker(self.names)

    def __repr__(self) -> str:
        return f"Statement({self.name!r})"

    def bind(self, params: Mapping[str, object]) -> Sequence[object]:
        """The values in the order of the text; TypeError when a name is missing or unknown.

        For what has no method here: `connection.cursor(statement.sql, *statement.bind({"since": since}))`.
        """
        if len(params) == len(self.required):
            try:
                return self._pick({**self._constants, **params} if self._constants else params)
            except KeyError:
                pass
        missing = sorted(self.required - params.keys())
        unknown = sorted(params.keys() - self.required)
        told = [f"{word} {', '.join(names)}" for word, names in (("missing", missing), ("unknown", unknown)) if names]
        raise TypeError(f"statement {self.name}: {'; '.join(told)}")

    # These are functions that return asyncpg's own coroutine: unobserved, a statement adds no frame to an await.

    def fetch(self, connection: Connection, /, **params: object) -> Coroutine[Any, Any, list[Record]]:
        """All rows."""
        return self._run(connection, connection.fetch(self.sql, *self.bind(params)))

    def fetchrow(self, connection: Connection, /, **params: object) -> Coroutine[Any, Any, Record | None]:
        """The first row, or None."""
        return self._run(connection, connection.fetchrow(self.sql, *self.bind(params)))

    def fetchval(self, connection: Connection, /, **params: object) -> Coroutine[Any, Any, Any]:
        """The first column of the first row, or None where there is no row."""
        return self._run(connection, connection.fetchval(self.sql, *self.bind(params)))

    def execute(self, connection: Connection, /, **params: object) -> Coroutine[Any, Any, str]:
        """PostgreSQL's word on it, such as `UPDATE 1`."""
        return self._run(connection, connection.execute(self.sql, *self.bind(params)))

    async def affected(self, connection: Connection, /, **params: object) -> int:
        """How many rows were inserted, changed or deleted."""
        return int((await self.execute(connection, **params)).rpartition(" ")[2])

    def _run(self, connection: Connection, call: Coroutine[Any, Any, _Result]) -> Coroutine[Any, Any, _Result]:
        observer = connection.observer
        return call if observer is None else self._observed(observer, call)

    async def _observed(self, observer: QueryObserver, call: Coroutine[Any, Any, _Result]) -> _Result:
        began = perf_counter()
        try:
            result = await call
        except BaseException as error:
            observer(self.name, self.sql, perf_counter() - began, error)
            raise
        observer(self.name, self.sql, perf_counter() - began, None)
        return result


def _picker(names: tuple[str, ...]) -> _Pick:
    # itemgetter gives a tuple from two names on, and a bare value for one.
    if len(names) > 1:
        return itemgetter(*names)
    if not names:
        return lambda _params: ()
    only = names[0]
    return lambda params: (params[only],)


def _refuse_what_needs_the_engine(compiled: SQLCompiler, name: str) -> None:
    """Raise ValueError for what SQLAlchemy would do on each execution, and nobody does here."""
    if compiled.post_compile_params:
        which = ", ".join(sorted(compiled.bind_names[bind] for bind in compiled.post_compile_params))
        raise ValueError(f"statement {name}: IN ({which}) expands with each run: use column == any_(bindparam(...))")
    if compiled.literal_execute_params:
        raise ValueError(f"statement {name}: literal_execute writes a value into the text with each run")
    if computed := [column.name for column in compiled.prefetch]:
        raise ValueError(f"statement {name}: SQLAlchemy's defaults do not run, give {', '.join(computed)} a value")
    for each in compiled.positiontup or ():
        bind = compiled.binds[each]
        if bind.callable is not None:
            raise ValueError(f"statement {name}: the value of {each} is a callable: pass it with each run")
        kind = bind.type
        if isinstance(kind, TypeDecorator) and type(kind).process_bind_param is not TypeDecorator.process_bind_param:
            raise ValueError(
                f"statement {name}: {type(kind).__name__} of {each} converts values, which is not run here"
            )
