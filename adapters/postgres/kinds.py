"""Aggregates and events as rows to be written: added one by scalars, added many by arrays, saved over their version."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import (
    CTE,
    BindParameter,
    Column,
    ColumnClause,
    ColumnElement,
    Delete,
    FromClause,
    String,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.types import TypeEngine

from adapters.sql.tables import AMOUNT, DOCUMENT, TEXTS, WORDS
from adapters.sql.tables.columns import LATER

A = TypeVar("A")
Values = Sequence[object]
Params = dict[str, object]
Change = Insert | Update | Delete


class Rows:
    """The columns of a table as values to bind, in their order; left out are those that come later.

    `added` says of a column, by its name, what an addition puts in the place of the value that it is given.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = [one for one in table.columns if one.identity is None and not one.info.get(LATER)]
        self.names = [f"{table.name}_{one.name}" for one in self.columns]
        self.added: dict[str, Callable[[ColumnElement[Any]], ColumnElement[Any]]] = {}
        self._encoders: dict[int, Callable[[Any], str | None]] = {
            place: _AS_TEXT[one.type][0] for place, one in enumerate(self.columns) if one.type in _AS_TEXT
        }

    def place(self, name: str) -> int:
        """Where a column stands among the values."""
        return [one.name for one in self.columns].index(name)

    def encoded(self, values: Values) -> list[Any]:
        """As they are sent: amounts, arrays and documents as text, which costs less than asyncpg's own codecs."""
        sent = list(values)
        for place, encode in self._encoders.items():
            sent[place] = encode(values[place])
        return sent

    def given(self, name: str, of: Column[Any]) -> ColumnElement[Any]:
        """The value for a column, to be bound under this name as `encoded` gives it."""
        if of.type in _AS_TEXT:
            return _AS_TEXT[of.type][1](bindparam(name, type_=Text()))
        return bindparam(name, type_=bound(of.type))

    def one(self, values: Values) -> Params:
        """The values for `insert_one`."""
        return dict(zip(self.names, self.encoded(values), strict=True))

    def many(self, rows: Iterable[Values]) -> Params:
        """The values for `insert_many`: an array a column."""
        arrays: list[list[Any]] = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in self.names]
        # An array of arrays must be rectangular, and asyncpg's codec for jsonb does not reach into arrays: both go as
        # text.
        for place, encode in self._encoders.items():
            arrays[place] = [encode(value) for value in arrays[place]]
        return dict(zip(self.names, arrays, strict=True))

    def insert_one(self, gate: CTE | None) -> Insert:
        """One row, or as many as `gate` has."""
        values = [self._adding(one, self.given(name, one)) for name, one in zip(self.names, self.columns, strict=True)]
        if gate is None:
            return insert(self.table).values(dict(zip(self.columns, values, strict=True)))
        return insert(self.table).from_select(self.columns, select(*values).select_from(gate))

    def _adding(self, column: Column[Any], given: ColumnElement[Any]) -> ColumnElement[Any]:
        return self.added[column.name](given) if column.name in self.added else given

    def insert_many(self, gate: CTE | None, of: Column[Any] | None = None) -> Insert:
        """Many rows, or none when `gate` has none; with `of`, those where it is the id of a row of `gate`."""
        source = unnested(
            "added",
            {
                one.name: bindparam(name, type_=ARRAY(Text() if place in self._encoders else bound(one.type)))
                for place, (name, one) in enumerate(zip(self.names, self.columns, strict=True))
            },
        )
        values = [
            _AS_TEXT[one.type][1](given) if one.type in _AS_TEXT else self._adding(one, given)
            for given, one in zip(source.columns, self.columns, strict=True)
        ]
        meets = true() if gate is None or of is None else gate.c.id == source.c[of.name]
        rows = select(*values).select_from(source if gate is None else gate.join(source, meets))
        return insert(self.table).from_select(self.columns, rows)


class Lines(Generic[A]):
    """Rows that belong to one of another table and are written with it.

    `values` gives them, each beginning with the id of the owner and its number. `changing` names the one column that a
    save of the owner writes, counted up from 0; without it they never change.
    """

    def __init__(self, table: Table, values: Callable[[A], list[Values]], *, changing: str | None = None) -> None:
        self._values = values
        self._changing = changing
        self._changed = None if changing is None else Rows(table).place(changing)
        self.rows = Rows(table)

    def added(self, owners: Iterable[A]) -> Params:
        """The values for `insert_many`."""
        return self.rows.many(values for owner in owners for values in self._values(owner))

    def saved(self, owner: A) -> Params:
        """The values for `update`. Those still at 0 were never changed, for the column only grows."""
        place = self._changed
        if place is None:
            return {}
        changed = [(values[1], values[place]) for values in self._values(owner) if values[place]]
        return {"saved_numbers": [number for number, _ in changed], "saved_values": [value for _, value in changed]}

    def update(self, gate: CTE) -> Update | None:
        """The changed lines of the row of `gate`."""
        if self._changing is None:
            return None
        table = self.rows.table
        owner, number, *_ = table.columns
        target = table.c[self._changing]
        given = unnested(
            "changed",
            {
                "number": bindparam("saved_numbers", type_=ARRAY(number.type)),
                "value": bindparam("saved_values", type_=ARRAY(target.type)),
            },
        )
        return (
            update(table)
            .values({target: given.c.value})
            .where(owner == gate.c.id, number == given.c.number, target != given.c.value)
        )


class Kind(Generic[A]):
    """One kind of aggregate, or the events: its table, a row of it for each, and its lines.

    `values` gives a row in the order of the table's columns. `saves` names the columns that a save writes, beside the
    version, which the aggregate carries as it will be. `also` are tables of other kinds whose rows it changes too: what
    is written to those comes in a statement of its own, since one statement does not see what it has changed itself.
    `follows` names the columns that others change, without a new version.
    """

    def __init__(
        self,
        table: Table,
        values: Callable[[A], Values],
        *,
        saves: Sequence[str] = (),
        lines: Lines[A] | None = None,
        also: Sequence[Table] = (),
        follows: Sequence[str] = (),
    ) -> None:
        self.name = table.name
        self.follows = follows
        self.tables = frozenset({table, *also})
        self.rows = Rows(table)
        self._values = values
        self.lines = lines
        saved = ("id", "version", *saves) if saves else ("id", "version")
        self._saved_columns = [table.c[name] for name in saved] if saves else []
        self._saved_names = [f"saved_{one.name}" for one in self._saved_columns]
        self._pick_saved = itemgetter(*(self.rows.place(name) for name in saved)) if saves else None

    def __repr__(self) -> str:
        return f"Kind({self.name!r})"

    def adding(self, one: A) -> Params:
        """The values for `add`."""
        params = self.rows.one(self._values(one))
        return params if self.lines is None else params | self.lines.added([one])

    def adding_many(self, some: Sequence[A]) -> Params:
        """The values for `add_many`."""
        params = self.rows.many(map(self._values, some))
        return params if self.lines is None else params | self.lines.added(some)

    def saving(self, one: A) -> Params:
        """The values for `save`."""
        if self._pick_saved is None:
            raise TypeError(f"{self.name} never change")
        params = dict(zip(self._saved_names, self._pick_saved(self.rows.encoded(self._values(one))), strict=True))
        return params if self.lines is None else params | self.lines.saved(one)

    def saving_many(self, some: Sequence[A]) -> Params:
        """The values for `save_many`: an array a column."""
        if self._pick_saved is None:
            raise TypeError(f"{self.name} never change")
        rows = [self._pick_saved(self.rows.encoded(self._values(one))) for one in some]
        return {name: list(values) for name, values in zip(self._saved_names, zip(*rows, strict=True), strict=True)}

    def add(self, gate: CTE | None) -> list[Change]:
        """The statements that add one."""
        return [self.rows.insert_one(gate), *([] if self.lines is None else [self.lines.rows.insert_many(gate)])]

    def add_many(self, gate: CTE | None) -> list[Change]:
        """The statements that add many."""
        return [self.rows.insert_many(gate), *([] if self.lines is None else [self.lines.rows.insert_many(gate)])]

    def save(self, limit: ColumnElement[bool] | None = None) -> CTE:
        """The row that a save changed, or no row where the version is not the one before.

        `limit` is a condition on the whole statement, asked before the row is looked for.
        """
        key, version, *_ = self._saved_columns
        values = {
            one: self.rows.given(name, one) for one, name in zip(self._saved_columns, self._saved_names, strict=True)
        }
        before = values[version] - literal_column("1")
        return (
            update(self.rows.table)
            .values({one: value for one, value in values.items() if one is not key})
            .where(key == values[key], version == before, *([] if limit is None else [limit]))
            .returning(key)
            .cte("saved")
        )

    def save_many(self) -> CTE:
        """The rows that a save of many changed: fewer than there were where a version is not the one before."""
        key, version, *_ = self._saved_columns
        source = unnested(
            "given",
            {
                one.name: bindparam(name, type_=ARRAY(Text() if one.type in _AS_TEXT else bound(one.type)))
                for one, name in zip(self._saved_columns, self._saved_names, strict=True)
            },
        )
        values = {
            one: _AS_TEXT[one.type][1](source.c[one.name]) if one.type in _AS_TEXT else source.c[one.name]
            for one in self._saved_columns
        }
        return (
            update(self.rows.table)
            .values({one: value for one, value in values.items() if one is not key})
            .where(key == source.c[key.name], version == source.c[version.name] - literal_column("1"))
            .returning(key)
            .cte("saved")
        )

    def save_many_lines(self, gate: CTE) -> list[Change]:  # noqa: ARG002  # for those that have some
        """The statements that change the lines of saved ones, for kinds whose lines change."""
        if self.lines is not None:
            raise TypeError(f"{self.name} are saved one by one, with their lines")
        return []

    def save_lines(self, gate: CTE) -> list[Change]:
        """The statements that change the lines of a saved one."""
        changed = None if self.lines is None else self.lines.update(gate)
        return [] if changed is None else [changed]


def bound(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type that a value is sent as: text without a length, to which an array would be cut in silence."""
    return Text() if isinstance(kind, String) else kind


def unnested(name: str, arrays: dict[str, BindParameter[Any]]) -> FromClause:
    """A table of arrays to bind, by the names of its columns."""
    columns: list[ColumnClause[Any]] = [column(one) for one in arrays]
    return func.unnest(*arrays.values()).table_valued(*columns).render_derived(name=name)


def texts_literal(texts: Iterable[str]) -> str:
    """A text[] as PostgreSQL writes it, each member in quotes."""
    members = list(texts)
    if not members:
        return "{}"
    joined = '","'.join(members)
    # Words hold no character that must be escaped: one look at all is quicker than one at each.
    if "\\" in joined or joined.count('"') > 2 * (len(members) - 1):
        joined = '","'.join([one.replace("\\", "\\\\").replace('"', '\\"') for one in members])
    return '{"' + joined + '"}'


def _json(document: object) -> str | None:
    return None if document is None else msgspec.json.encode(document).decode()


def _decimal(amount: object) -> str | None:
    return None if amount is None else str(amount)


# What is sent as text: how it is written, and how PostgreSQL reads it.
_AS_TEXT: dict[TypeEngine[Any], tuple[Callable[[Any], str | None], Callable[[Any], ColumnElement[Any]]]] = {
    AMOUNT: (_decimal, lambda sent: cast(sent, AMOUNT)),
    TEXTS: (texts_literal, lambda sent: cast(sent, TEXTS)),
    DOCUMENT: (_json, lambda sent: cast(sent, DOCUMENT)),
    WORDS: (texts_literal, lambda sent: func.array_to_tsvector(cast(sent, TEXTS))),
}
