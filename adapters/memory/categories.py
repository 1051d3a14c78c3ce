"""Categories in memory, and the books that are in them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import Changes, MemoryStore
from application.categories.models import CategoryBooks, CategoryRead
from application.errors import Conflict, NotFound
from application.listing import Listing, Page
from application.ports.categories import CategoriesChanged
from domain.books.category import Category, CategoryHasChildren, is_within, refuse_cycle, refuse_too_deep
from domain.books.filing import category_key
from domain.books.refiling import Label, Refiling, refile, refiling, relabelled
from domain.shared.ids import CategoryId


class MemoryCategoryRepository:
    """Categories for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, category_id: CategoryId) -> Category:
        """Deleted ones too. Raises NotFound."""
        category = self._store.categories.get(category_id)
        if category is None:
            raise NotFound("category", category_id)
        return category

    async def living(self) -> Sequence[Category]:
        """All that are not deleted, each behind its parent."""
        living = [one for one in self._store.categories.values() if not one.lifecycle.deleted]
        return sorted(living, key=lambda one: one.path.split("/"))

    def add(self, category: Category) -> None:
        """Keeps a new category at commit."""
        self.add_many([category])

    def add_many(self, categories: Iterable[Category]) -> None:
        """As `add` for each; a parent may be among them."""
        added = list(categories)

        def change(changes: Changes) -> None:
            for one in added:
                changes.categories.add(one)
            for one in added:
                _check_place(changes, one)

        self._pending.write(change)

    def save(self, category: Category) -> Category:
        """Keeps a changed category at commit, under the next version, with the paths and the books that follow it."""
        saved = replace(category, lifecycle=category.lifecycle.next_version())
        self._pending.write(lambda changes: _keep(changes, saved))
        return saved


def _keep(changes: Changes, saved: Category) -> None:
    present = changes.categories.get(saved.id)
    if present is None or present.lifecycle.version != saved.lifecycle.version - 1:
        raise Conflict(f"somebody else changed the category {saved.id} in the meantime: read it again")
    lives = not (saved.lifecycle.deleted or present.lifecycle.deleted)
    if lives and saved.parent_id is not None:
        parent = changes.categories.get(saved.parent_id)
        refuse_cycle(present.path, None if parent is None else parent.path)
    everyone = list(changes.categories.all())
    living = [one for one in everyone if not one.lifecycle.deleted]
    if saved.lifecycle.deleted and any(one.parent_id == saved.id for one in living):
        raise CategoryHasChildren(f"living categories are beneath {saved.path}: move or delete them first")
    if saved.path != present.path:
        _follow(changes, saved, present.path, everyone)
    if lives:
        before = {one.id: Label(one.details.name, one.path) for one in living}
        _refile(changes, saved, refiling(before, relabelled(before, saved, present.path)))
    changes.categories.save(saved)
    _check_place(changes, saved)


def _check_place(changes: Changes, saved: Category) -> None:
    if saved.lifecycle.deleted or saved.parent_id is None:
        return
    parent = changes.categories.get(saved.parent_id)
    if parent is None or parent.lifecycle.deleted or saved.path != f"{parent.path}/{saved.details.slug}":
        raise CategoriesChanged(f"the category {saved.parent_id} was moved, renamed or deleted in the meantime")


def _follow(changes: Changes, saved: Category, old_path: str, everyone: Iterable[Category]) -> None:
    """The paths of all that is beneath, deleted ones too."""
    beneath: dict[UUID | None, list[Category]] = {}
    for one in everyone:
        beneath.setdefault(one.parent_id, []).append(one)
    waiting = beneath.get(saved.id, [])
    while waiting:
        one = waiting.pop()
        moved = replace(one, path=saved.path + one.path[len(old_path) :])
        if not moved.lifecycle.deleted:
            refuse_too_deep([moved.path])
        changes.categories.rekey(moved)
        waiting += beneath.get(one.id, [])


def _refile(changes: Changes, saved: Category, told: Refiling) -> None:
    if not told:
        return
    at, by = saved.lifecycle.updated_at, saved.lifecycle.updated_by
    for book in sorted(changes.books.all(), key=lambda one: one.id.int):
        if not any(category_key(text) in told for text in book.details.categories):
            continue
        after = refile(book.details.categories, told)
        if after != book.details.categories:
            refiled, event = book.refiled(after, at=at, by=by)
            changes.books.save(replace(refiled, lifecycle=refiled.lifecycle.next_version()))
            changes.events.append(event)


class MemoryCategoryReader:
    """Categories for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._revisions = (-1, -1)
        self._by_key: dict[str, set[UUID]] = {}
        self._counts: dict[UUID, CategoryBooks] = {}
        self._lister = Lister(
            store.category_rows,
            columns={
                "parent_id": lambda one: one.parent_id,
                "depth": lambda one: one.depth,
                "path": lambda one: one.path,
                "code": lambda one: one.details.code,
                "position": lambda one: one.details.position,
                "name": lambda one: one.details.name,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
            words=lambda one: one.search_tokens,
        )

    async def get(self, category_id: UUID, *, include_deleted: bool = False) -> CategoryRead:
        """Raises NotFound."""
        return self._read(self._found(category_id, include_deleted=include_deleted))

    async def list(self, listing: Listing) -> Page[CategoryRead]:
        """One page in the order asked for."""
        return self._lister.page(listing, self._read)

    async def tree(self, root: UUID | None, *, depth: int | None, limit: int) -> Sequence[CategoryRead]:
        """At most `limit` living categories, by depth and then by path."""
        top = None if root is None else self._found(root)
        lowest = None if depth is None else depth + (0 if top is None else top.depth - 1)
        chosen = [
            one
            for one in self._living()
            if (top is None or is_within(one.path, top.path)) and (lowest is None or one.depth <= lowest)
        ]
        return [self._read(one) for one in sorted(chosen, key=lambda one: (one.depth, one.path))[:limit]]

    async def keys(self, category_id: UUID, *, descendants: bool) -> Sequence[str]:
        """The keys that a living category goes by, and with `descendants` those of all beneath it."""
        top = self._found(category_id)
        chosen = [one for one in self._living() if is_within(one.path, top.path)] if descendants else [top]
        return sorted({key for one in chosen for key in one.keys})

    async def count_books(self, keys: Sequence[str]) -> int:
        """How many living books have a category text of one of these keys."""
        self._refresh()
        return len({book_id for key in keys for book_id in self._by_key.get(key, ())})

    def _found(self, category_id: UUID, *, include_deleted: bool = False) -> Category:
        category = self._store.categories.get(category_id)
        if category is None or (category.lifecycle.deleted and not include_deleted):
            raise NotFound("category", category_id)
        return category

    def _living(self) -> Iterable[Category]:
        return [one for one in self._store.categories.values() if not one.lifecycle.deleted]

    def _read(self, category: Category) -> CategoryRead:
        self._refresh()
        return CategoryRead.of(category, self._counts.get(category.id, CategoryBooks(own=0, branch=0)))

    def _refresh(self) -> None:
        """Counts everything anew after a change."""
        revisions = (self._store.book_rows.revision, self._store.category_rows.revision)
        if revisions == self._revisions:
            return
        self._by_key, branches = {}, dict[UUID, set[UUID]]()
        for book in self._store.books.values():
            if not book.lifecycle.deleted:
                for text in book.details.categories:
                    self._by_key.setdefault(category_key(text), set()).add(book.id)
        # From the leaves up: when a branch is counted, all beneath it has been.
        for one in sorted(self._living(), key=lambda one: -one.depth):
            own = {book_id for key in one.keys for book_id in self._by_key.get(key, ())}
            branch = branches.setdefault(one.id, set())
            branch |= own
            self._counts[one.id] = CategoryBooks(own=len(own), branch=len(branch))
            if one.parent_id is not None:
                branches.setdefault(one.parent_id, set()).update(branch)
        self._counts = {one.id: self._counts[one.id] for one in self._living()}
        self._revisions = revisions
