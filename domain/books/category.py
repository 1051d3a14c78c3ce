"""The category: a place in the tree that a shop sorts its books by."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime

from domain.books.book import CATEGORY_LENGTH
from domain.books.filing import PATH_LENGTH, category_key
from domain.shared.errors import Invalid, Refused
from domain.shared.events import Event
from domain.shared.ids import CategoryId
from domain.shared.lifecycle import Lifecycle
from domain.shared.search import search_tokens
from domain.shared.text import name_key

SLUG_LENGTH = CATEGORY_LENGTH
CODE_LENGTH = 40
CATEGORY_DESCRIPTION_LENGTH = 5_000
MAX_DEPTH = 20
MAX_POSITION = 1_000_000


class CategoryCycle(Refused):
    """A category cannot be moved beneath itself, nor beneath what is beneath it."""

    code = "category-cycle"


class CategoryHasChildren(Refused):
    """Categories that are not deleted are beneath this one: move or delete them first."""

    code = "category-has-children"


class CategoryParentDeleted(Refused):
    """The category above is deleted: restore that one first."""

    code = "category-parent-deleted"


class CategoryTooDeep(Refused):
    """A place so deep in the tree, or a path so long, is more than a category may have."""

    code = "category-too-deep"


def slug_of(text: str) -> str:
    """The words of `text`, folded, with hyphens between: "Children's Books" has `children-s-books`.

    Raises Invalid with `no-slug` where there is no letter and no digit.
    """
    words = name_key(text, SLUG_LENGTH)
    if not any(one.isalnum() for one in words):
        raise Invalid.because("no-slug", "must have a letter or a digit")
    return words.replace(" ", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDetails:
    """What may be edited. `slug` is as `slug_of` makes it. Siblings stand by their `position`, then by name."""

    name: str
    slug: str
    position: int = 0
    code: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category: an aggregate of its own. Methods return the new category and the event.

    `path` is the slugs from the root down to its own, with slashes between. What happens above it in the tree changes
    its path without a new version.
    """

    id: CategoryId
    parent_id: CategoryId | None
    path: str
    details: CategoryDetails
    lifecycle: Lifecycle

    @classmethod
    def open(
        cls, category_id: CategoryId, details: CategoryDetails, parent: "Category | None", *, at: datetime, by: str
    ) -> tuple["Category", Event]:
        """A new category beneath `parent`, or a root. Raises CategoryTooDeep."""
        category = cls(
            id=category_id,
            parent_id=None if parent is None else parent.id,
            path=_path(None if parent is None else parent.path, details.slug),
            details=details,
            lifecycle=Lifecycle.begun(at=at, by=by),
        )
        return category, _event(category, "category.created", 1)

    @property
    def depth(self) -> int:
        """1 for a root."""
        return self.path.count("/") + 1

    @property
    def parent_path(self) -> str | None:
        """The path of the category above; None for a root."""
        return self.path.rpartition("/")[0] or None

    @property
    def keys(self) -> tuple[str, ...]:
        """By which books are in it."""
        return keys_of(self.details.name, self.path)

    @property
    def search_tokens(self) -> tuple[str, ...]:
        """The words it is found by."""
        details = self.details
        return search_tokens(title=[details.name], heading=[details.slug, details.code], text=[details.description])

    def edit(self, details: CategoryDetails, *, at: datetime, by: str) -> tuple["Category", Event | None]:
        """With other details; no event when nothing changed. Raises Deleted, or CategoryTooDeep."""
        lifecycle = self.lifecycle.touched(at=at, by=by)
        changed = tuple(f.name for f in fields(details) if getattr(details, f.name) != getattr(self.details, f.name))
        if not changed:
            return self, None
        path = _path(self.parent_path, details.slug)
        edited = replace(self, details=details, path=path, lifecycle=lifecycle)
        return edited, _event(edited, "category.updated", self.lifecycle.version + 1, changed)

    def move(
        self, parent: "Category | None", *, position: int | None = None, at: datetime, by: str
    ) -> tuple["Category", Event | None]:
        """Beneath `parent`, or to the root, with all that is beneath it; no event when it is there already.

        Raises Deleted, CategoryCycle, or CategoryTooDeep.
        """
        lifecycle = self.lifecycle.touched(at=at, by=by)
        refuse_cycle(self.path, None if parent is None else parent.path)
        details = self.details if position is None else replace(self.details, position=position)
        moved = replace(
            self,
            parent_id=None if parent is None else parent.id,
            path=_path(None if parent is None else parent.path, details.slug),
            details=details,
            lifecycle=lifecycle,
        )
        changed = [name for name in ("parent_id", "path") if getattr(moved, name) != getattr(self, name)]
        changed += ["position"] if details != self.details else []
        if not changed:
            return self, None
        return moved, _event(moved, "category.moved", self.lifecycle.version + 1, tuple(changed))

    def delete(self, *, at: datetime, by: str) -> tuple["Category", Event]:
        """Put away, restorable. Raises Deleted when it already is."""
        gone = replace(self, lifecycle=self.lifecycle.put_away(at=at, by=by))
        return gone, _event(gone, "category.deleted", self.lifecycle.version + 1)

    def restore(self, parent: "Category | None", *, at: datetime, by: str) -> tuple["Category", Event]:
        """Back beneath its parent, where that may be by now. Raises NotDeleted, or CategoryParentDeleted."""
        lifecycle = self.lifecycle.restored(at=at, by=by)
        if parent is not None and parent.lifecycle.deleted:
            raise CategoryParentDeleted(f"the category above, {parent.id}, is deleted: restore that one first")
        path = _path(None if parent is None else parent.path, self.details.slug)
        back = replace(self, path=path, lifecycle=lifecycle)
        return back, _event(back, "category.restored", self.lifecycle.version + 1)


def keys_of(name: str, path: str) -> tuple[str, ...]:
    """The keys that a category of this name and path goes by."""
    return tuple(dict.fromkeys((category_key(name), path)))


def is_within(path: str, branch: str) -> bool:
    """Whether the category at `path` is the one at `branch`, or beneath it."""
    return path == branch or path.startswith(f"{branch}/")


def refuse_cycle(path: str, parent_path: str | None) -> None:
    """Raises CategoryCycle when what is at `path` may not go beneath what is at `parent_path`."""
    if parent_path is not None and is_within(parent_path, path):
        raise CategoryCycle(f"{path} cannot be moved beneath {parent_path}, which is itself or beneath it")


def refuse_too_deep(paths: Iterable[str]) -> None:
    """Raises CategoryTooDeep when one of these paths is more than a category may have."""
    for path in paths:
        if path.count("/") >= MAX_DEPTH:
            raise CategoryTooDeep(f"{path} would be deeper than {MAX_DEPTH} categories")
        if len(path) > PATH_LENGTH:
            raise CategoryTooDeep(f"{path[:60]}... would be a path of more than {PATH_LENGTH} characters")


def _event(category: Category, kind: str, version: int, changed: tuple[str, ...] = ()) -> Event:
    return Event(
        type=kind,
        aggregate_id=category.id,
        version=version,
        at=category.lifecycle.updated_at,
        by=category.lifecycle.updated_by,
        changed=changed,
        data={"path": category.path, "code": category.details.code},
    )


def _path(parent_path: str | None, slug: str) -> str:
    path = slug if parent_path is None else f"{parent_path}/{slug}"
    refuse_too_deep([path])
    return path
