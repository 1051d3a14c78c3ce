"""Taking a subject scheme in: which categories are new, which ones change, and which rows cannot be taken.

What a row says is held against the tree as it will be, the whole file considered. So the rows may come in any order,
and nothing that is right after the file gets into its own way on the way there.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace as replace_field

from application.categories.scheme import SchemeRow
from application.errors import AlreadyExists
from application.imports.models import ImportSummary, RowVerdict, Tally, Verdict
from application.imports.rejecting import rejected, rejected_by
from application.ports.categories import SlugExists
from application.ports.system import IdGenerator
from application.ports.unit_of_work import UnitOfWork
from domain.books.category import SLUG_LENGTH, Category, is_within, refuse_too_deep, slug_of
from domain.shared.errors import Invalid, Refused
from domain.shared.events import Event
from domain.shared.ids import CategoryId

Key = str | UUID
"""What a place in the tree to be is called: the code of a category that has one, else its id."""


class SchemeImport(Struct, frozen=True, kw_only=True):
    """What became of a file: counts, and the verdict of each row in the order of the file."""

    summary: ImportSummary
    verdicts: list[RowVerdict]

    @classmethod
    def of(cls, verdicts: list[RowVerdict], *, file_format: str, dry_run: bool) -> "SchemeImport":
        """Counted."""
        tally = Tally()
        for one in verdicts:
            tally.count(one)
        summary = tally.summary(file_format=file_format, dry_run=dry_run)
        return cls(summary=replace_field(summary, stored={"categories": summary.created}), verdicts=verdicts)


class SchemePlan:
    """The tree to be: the living categories, and over them what the rows of a file say.

    `verdicts` are those of the rows that cannot be taken.
    """

    def __init__(self, living: Sequence[Category], rows: Sequence[SchemeRow | RowVerdict]) -> None:
        keys: dict[UUID, Key] = {one.id: one.details.code or one.id for one in living}
        self._present: dict[Key, Key | None] = {
            keys[one.id]: None if one.parent_id is None else keys[one.parent_id] for one in living
        }
        self._rows: dict[str, SchemeRow] = {}
        self.verdicts: list[RowVerdict] = []
        for row in rows:
            if isinstance(row, RowVerdict):
                self.verdicts.append(row)
            elif row.code in self._rows:
                first = self._rows[row.code].line
                self.verdicts.append(rejected(row.line, "double-code", f"code {row.code} stands on line {first}, too"))
            else:
                self._rows[row.code] = row
        self._refuse_orphans()
        # Without the rows that make a cycle, their categories stay where they are, which may close another one.
        while cycling := [row for row in self._rows.values() if row.code in self._above(row.code)]:
            for row in cycling:
                self._refuse(row, "cycle", f"parent_code {row.parent_code} would be beneath {row.code} itself")
            self._refuse_orphans()

    def in_order(self) -> list[SchemeRow]:
        """The rows that can be taken, each behind all that is above it in the tree to be."""
        return sorted(self._rows.values(), key=lambda row: (len(self._above(row.code)), row.line))

    def _refuse_orphans(self) -> None:
        known = len(self._rows) + 1
        while len(self._rows) < known:
            known = len(self._rows)
            for row in list(self._rows.values()):
                parent = row.parent_code
                if parent is not None and parent not in self._rows and parent not in self._present:
                    message = f"parent_code {row.parent_code} is of no category, and of no row that can be taken"
                    self._refuse(row, "unknown-parent", message)

    def _refuse(self, row: SchemeRow, code: str, message: str) -> None:
        self.verdicts.append(rejected(row.line, code, message))
        del self._rows[row.code]

    def _above(self, code: str) -> list[Key]:
        """From the parent up to the root, or to where it comes round."""
        found: dict[Key, None] = {}
        key = self._parent(code)
        while key is not None and key not in found:
            found[key] = None
            key = self._parent(key)
        return list(found)

    def _parent(self, key: Key) -> Key | None:
        row = self._rows.get(key) if isinstance(key, str) else None
        return self._present.get(key) if row is None else row.parent_code


class Seeding:
    """Makes the categories of rows that come in the order of a plan, in one unit of work, which is not committed."""

    def __init__(self, uow: UnitOfWork, living: Sequence[Category], ids: IdGenerator, *, at: datetime, by: str) -> None:
        self._uow = uow
        self._ids = ids
        self._at = at
        self._by = by
        self._new: list[Category] = []
        self._tree = {one.id: one for one in living}
        self._by_code = {one.details.code: one.id for one in living if one.details.code is not None}
        self._paths = {one.path for one in living}

    def take(self, row: SchemeRow) -> RowVerdict:
        """The verdict of one row, whose category is in the unit of work afterwards, unless the row is rejected."""
        parent_id = None if row.parent_code is None else self._by_code.get(row.parent_code)
        if row.parent_code is not None and parent_id is None:
            return rejected(row.line, "unknown-parent", f"parent_code {row.parent_code} is of a row that was rejected")
        parent = None if parent_id is None else self._tree[parent_id]
        try:
            if row.code not in self._by_code:
                self._create(row, parent)
                return RowVerdict(row.line, Verdict.CREATED)
            changed = self._change(row, self._tree[self._by_code[row.code]], parent)
            return RowVerdict(row.line, Verdict.UPDATED if changed else Verdict.UNCHANGED)
        except (Refused, AlreadyExists) as error:
            return rejected_by(row.line, error, {})

    def finish(self) -> None:
        """After the last row."""
        self._uow.categories.add_many(self._new)
        self._new = []

    def _create(self, row: SchemeRow, parent: Category | None) -> None:
        details = row.details(self._free_slug(row, parent))
        category, event = Category.open(CategoryId(self._ids.new()), details, parent, at=self._at, by=self._by)
        self._new.append(category)
        self._uow.record(event)
        self._note(category)
        self._by_code[row.code] = category.id

    def _free_slug(self, row: SchemeRow, parent: Category | None) -> str:
        above = "" if parent is None else f"{parent.path}/"
        code = slug_of(row.code) if any(one.isalnum() for one in row.code) else ""
        try:
            slug = slug_of(row.name)
        except Invalid:
            slug = code
        longer = f"{slug[: SLUG_LENGTH - len(code) - 1]}-{code}"
        for candidate in (slug, longer) if code else (slug,):
            if above + candidate not in self._paths:
                return candidate
        raise SlugExists

    def _change(self, row: SchemeRow, category: Category, parent: Category | None) -> bool:
        changed = False
        if category.parent_id != (None if parent is None else parent.id):
            moved, event = category.move(parent, at=self._at, by=self._by)
            if moved.path in self._paths:
                raise SlugExists
            beneath = [one for one in self._tree.values() if one.id != moved.id and is_within(one.path, category.path)]
            follow = [replace(one, path=moved.path + one.path[len(category.path) :]) for one in beneath]
            refuse_too_deep(one.path for one in follow)
            self._paths -= {category.path, *(one.path for one in beneath)}
            category, changed = self._save(moved, event), True
            for one in follow:
                self._note(one)
        edited, event = category.edit(row.over(category.details), at=self._at, by=self._by)
        if event is not None:
            self._save(edited, event)
        return changed or event is not None

    def _save(self, category: Category, event: Event | None) -> Category:
        self.finish()  # a new category may be above this one
        saved = self._uow.categories.save(category)
        if event is not None:
            self._uow.record(event)
        self._note(saved)
        return saved

    def _note(self, category: Category) -> None:
        self._tree[category.id] = category
        self._paths.add(category.path)
