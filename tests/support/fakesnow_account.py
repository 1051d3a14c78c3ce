"""An account that fakesnow plays, over an engine that answers rightly.

Most of what fakesnow costs is the translation of statements, in Python, and tests send the same ones again and again.
Here each is translated once.
"""

from collections.abc import Sequence
from typing import Any, Final

from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.instance import FakeSnow
from snowflake.connector.cursor import DictCursor, SnowflakeCursor
from sqlglot import Expr, exp

_MOST_KNOWN: Final = 2000
_ROWS: Final = (exp.Query, exp.Insert, exp.Update, exp.Delete)


def account(folder: str | None = None) -> FakeSnow:
    """One whose tables are kept in a folder, or in memory."""
    made = _Account(db_path=folder)
    # As adapters/duckdb/engine.py does, for the same wrong answers of DuckDB 2.0.0.
    made.duck_conn.execute("SET GLOBAL disabled_optimizers = 'projection_pullup'")
    # The tables of tests are small: what is handed to another thread costs more than it saves.
    made.duck_conn.execute("SET GLOBAL threads = 1")
    return made


class _Account(FakeSnow):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.translated: dict[object, Expr] = {}
        self.described: dict[object, list[Any]] = {}

    def connect(
        self, database: str | None = None, schema: str | None = None, nop_regexes: list[str] | None = None, **given: Any
    ) -> FakeSnowflakeConnection:
        given |= {"db_path": self.db_path, "nop_regexes": nop_regexes}
        return _Session(self, self.duck_conn.cursor(), {}, database, schema, **given)


class _Session(FakeSnowflakeConnection):
    def __init__(self, shared: _Account, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.shared = shared

    def cursor(self, cursor_class: type[SnowflakeCursor] = SnowflakeCursor) -> FakeSnowflakeCursor:
        return _Cursor(self, self._duck_conn, use_dict_result=issubclass(cursor_class, DictCursor))


class _Cursor(FakeSnowflakeCursor):
    def __init__(self, session: _Session, *args: Any, **given: Any) -> None:
        super().__init__(session, *args, **given)
        self._shared = session.shared
        self._translations: list[Expr | None] = []

    def execute(
        self, command: str, params: Sequence[Any] | dict[Any, Any] | None = None, *args: Any, **given: Any
    ) -> FakeSnowflakeCursor:
        session = self._conn
        # Nobody asks again for earlier results, all of which fakesnow keeps.
        session.results_cache.clear()
        text, _ = self._rewrite_with_params(self._inline_variables(command), params)
        key = text, session._autocommit, session.database, session.schema, session.database_set, session.schema_set
        if (known := self._shared.translated.get(key)) is not None:
            # Of a copy, since a tree may be worked on.
            self._execute(known.copy())
            return self
        self._translations = []
        super().execute(command, params, *args, **given)
        match self._translations:
            case [Expr() as only]:
                _keep(self._shared.translated, key, only)
        return self

    def _transform(self, expression: Expr, params: Any) -> Expr:
        # Where fakesnow begins transactions by itself it asks what kind of statement each is.
        lasting = _is_lasting(expression) and self._conn._autocommit and not params
        translation = super()._transform(expression, params)
        short = _shortened(translation) if lasting else None
        self._translations.append(None if short is None else short.copy())
        return translation if short is None else short

    def _describe_last_sql(self) -> list[Any]:
        """The same answer, without a tree of syntax on the way to the same text."""
        result: Any = self._arrow_table
        # Where a table was made anew with other columns, the same statement has another result.
        key = self._last_sql, repr(self._last_params), str(result.schema)
        if (known := self._shared.described.get(key)) is None:
            known = self._duck_conn.execute(f"DESCRIBE {self._last_sql}", self._last_params).fetchall()
            _keep(self._shared.described, key, known)
        return known


def _is_lasting(expression: Expr) -> bool:
    """Whether it becomes the same whatever there is in the account."""
    if isinstance(expression, exp.Create):
        return expression.args["kind"] == "TABLE" and expression.args.get("expression") is None
    return isinstance(expression, (*_ROWS, exp.Copy, exp.Transaction, exp.Commit, exp.Rollback))


def _shortened(translation: Expr) -> Expr | None:
    """The same statement without its tree, which is large, where fakesnow asks for no more than the first word."""
    if not isinstance(translation, _ROWS):
        return translation
    first, _, rest = translation.sql(dialect="duckdb").partition(" ")
    # Of fakesnow's own, on what else is to be done.
    notes = translation.args.keys() - translation.arg_types.keys()
    if notes or not (isinstance(translation, exp.Query) or first == translation.key.upper()):
        return None
    return exp.Command(this=first, expression=rest)


def _keep(known: dict[object, Any], key: object, value: Any) -> None:
    if len(known) >= _MOST_KNOWN:
        known.clear()
    known[key] = value
