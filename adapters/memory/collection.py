"""One kind of aggregate, kept by id, with its uniqueness rules and the indexes that spare a scan."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID
from weakref import WeakSet

from application.errors import AlreadyExists, Conflict
from domain.shared.lifecycle import Lifecycle


class Aggregate(Protocol):
    """What every kept aggregate has."""

    @property
    def id(self) -> UUID:
        """The key it is kept under."""
        ...

    @property
    def lifecycle(self) -> Lifecycle:
        """Its version, among others."""
        ...


class Forgetful(Protocol):
    """Who keeps something of rows."""

    def forget(self, row_ids: Iterable[UUID]) -> None:
        """Lets go of what was kept of these rows, which are others by now or gone."""
        ...


A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Unique(Generic[A]):
    """A key that no two rows may share. `key` is None for a row that the rule leaves alone, such as a deleted one."""

    key: Callable[[A], Hashable | None]
    taken: type[AlreadyExists]


class Collection(Generic[A]):
    """The committed rows of one kind. Changed only through `Stage.apply`.

    `rows` holds every row by id, `revision` counts the changes of the collection, so that a reader knows when what it
    worked out is out of date; `listers` are told so, row by row.
    """

    def __init__(
        self,
        kind: str,
        *,
        unique: Mapping[str, Unique[A]],
        groups: Mapping[str, Callable[[A], Hashable | None]],
    ) -> None:
        self.kind = kind
        self.rows: dict[UUID, A] = {}
        self.revision = 0
        self.unique = unique
        self.groups = groups
        self.owners: dict[str, dict[Hashable, UUID]] = {name: {} for name in unique}
        self.listers: WeakSet[Forgetful] = WeakSet()
        self._members: dict[str, dict[Hashable, set[UUID]]] = {name: {} for name in groups}

    def owner(self, rule: str, key: Hashable) -> A | None:
        """The row that holds `key` under the uniqueness rule of that name."""
        row_id = self.owners[rule].get(key)
        return None if row_id is None else self.rows[row_id]

    def members(self, group: str, key: Hashable) -> Iterable[A]:
        """The rows, deleted ones too, whose field `group` is `key`; in no order."""
        return [self.rows[row_id] for row_id in self._members[group].get(key, ())]

    def stage(self) -> "Stage[A]":
        """An empty set of changes over the present rows."""
        return Stage(self)

    def replace(
        self,
        changed: Mapping[UUID, A],
        owners: Mapping[str, Mapping[Hashable, UUID | None]],
        removed: AbstractSet[UUID] = frozenset(),
    ) -> None:
        """Puts checked rows and keys in place. Synchronous: no other task can see half of it."""
        if not (changed or removed):
            return
        for name, field in self.groups.items():
            self._regroup(self._members[name], field, changed)
            self._ungroup(self._members[name], field, removed)
        self.rows.update(changed)
        for gone in removed:
            self.rows.pop(gone, None)
        for name, keys in owners.items():
            held = self.owners[name]
            for key, row_id in keys.items():
                if row_id is None:
                    held.pop(key, None)
                else:
                    held[key] = row_id
        self.revision += 1
        for lister in self.listers:
            lister.forget({*changed, *removed})

    def _regroup(
        self,
        members: dict[Hashable, set[UUID]],
        field: Callable[[A], Hashable | None],
        changed: Mapping[UUID, A],
    ) -> None:
        for row_id, row in changed.items():
            present = self.rows.get(row_id)
            before, after = None if present is None else field(present), field(row)
            if before == after:
                continue
            if before is not None:
                _leave(members, before, row_id)
            if after is not None:
                members.setdefault(after, set()).add(row_id)

    def _ungroup(
        self, members: dict[Hashable, set[UUID]], field: Callable[[A], Hashable | None], removed: AbstractSet[UUID]
    ) -> None:
        for row_id in removed:
            present = self.rows.get(row_id)
            if present is not None and (before := field(present)) is not None:
                _leave(members, before, row_id)


def _leave(members: dict[Hashable, set[UUID]], key: Hashable, row_id: UUID) -> None:
    members[key].discard(row_id)
    if not members[key]:
        del members[key]


class Stage(Generic[A]):
    """Changes that are checked one after another, each over those before it, and kept all at once by `apply`."""

    def __init__(self, collection: Collection[A]) -> None:
        self._of = collection
        self._changed: dict[UUID, A] = {}
        self._removed: set[UUID] = set()
        self._owners: dict[str, dict[Hashable, UUID | None]] = {name: {} for name in collection.unique}

    def __bool__(self) -> bool:
        return bool(self._changed or self._removed)

    def get(self, row_id: UUID) -> A | None:
        """The row as it will be."""
        if row_id in self._removed:
            return None
        return self._changed.get(row_id) or self._of.rows.get(row_id)

    def all(self) -> Iterable[A]:
        """Every row as it will be."""
        rows = {**self._of.rows, **self._changed} if self._changed else self._of.rows
        return [row for row_id, row in rows.items() if row_id not in self._removed]

    def add(self, row: A) -> None:
        """A new row. Raises the error of the uniqueness rule it breaks, or Conflict when its id is taken."""
        if self.get(row.id) is not None:
            raise Conflict(f"there is already a {self._of.kind} {row.id}")
        self._claim(row)

    def save(self, row: A) -> None:
        """A changed row, under the next version. Raises Conflict when `row` is not of the present version."""
        present = self.get(row.id)
        if present is None or present.lifecycle.version != row.lifecycle.version - 1:
            raise Conflict(f"somebody else changed the {self._of.kind} {row.id} in the meantime: read it again")
        self._release(present)
        self._claim(row)

    def remove(self, row: A) -> None:
        """Takes a row away for good. Raises Conflict when `row` is not of the present version."""
        present = self.get(row.id)
        if present is None or present.lifecycle.version != row.lifecycle.version:
            raise Conflict(f"somebody else changed the {self._of.kind} {row.id} in the meantime: read it again")
        self._release(present)
        self._changed.pop(row.id, None)
        self._removed.add(row.id)

    def amend(self, row: A) -> None:
        """A row of which something changed that has no version and no rule, such as what others think of it."""
        self._changed[row.id] = row

    def rekey(self, row: A) -> None:
        """As `amend`, where a key changed with it. Raises the error of the uniqueness rule it breaks."""
        present = self.get(row.id)
        if present is not None:
            self._release(present)
        self._claim(row)

    def take_over(self, rows: Iterable[A], *, late: bool) -> int:
        """Rows of another store: new ones, and those of a later version than here; returns how many there were.

        Where the other store is `late`, no older than this one, it is right as well on what a row shows of others
        without a new version. Rows are known to agree with one another, so all old keys are given up before new ones
        are claimed.
        """
        newer: dict[UUID, A] = {}
        for row in rows:
            present = newer.get(row.id) or self.get(row.id)
            later = present is None or present.lifecycle.version < row.lifecycle.version
            if later or (late and present is not None and _follows(row, present)):
                newer[row.id] = row
        for row_id in newer:
            present = self.get(row_id)
            if present is not None:
                self._release(present)
        for row in newer.values():
            self._claim(row)
        return len(newer)

    def apply(self) -> None:
        """Keeps all of it."""
        self._of.replace(self._changed, self._owners, self._removed)

    def _claim(self, row: A) -> None:
        for name, rule in self._of.unique.items():
            key = rule.key(row)
            if key is None:
                continue
            staged = self._owners[name]
            holder = staged[key] if key in staged else self._of.owners[name].get(key)
            if holder is not None and holder != row.id:
                raise rule.taken
            staged[key] = row.id
        self._removed.discard(row.id)
        self._changed[row.id] = row

    def _release(self, present: A) -> None:
        for name, rule in self._of.unique.items():
            key = rule.key(present)
            if key is not None:
                self._owners[name][key] = None


def _follows(row: A, present: A) -> bool:
    return row.lifecycle.version == present.lifecycle.version and row != present
