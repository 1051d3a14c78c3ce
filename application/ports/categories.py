"""Categories, as kept and as read."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Protocol
from uuid import UUID

from application.categories.models import CategoryRead
from application.errors import AlreadyExists, Conflict
from application.listing import Listing, Page
from domain.books.category import Category
from domain.shared.ids import CategoryId


class SlugExists(AlreadyExists):
    """Another living category beneath the same parent has this slug."""

    code = "slug-exists"
    field: ClassVar[str] = "/slug"
    message: ClassVar[str] = "slug exists"


class CategoryCodeExists(AlreadyExists):
    """Another living category has this code."""

    code = "code-exists"
    field: ClassVar[str] = "/code"
    message: ClassVar[str] = "code exists"


class CategoriesChanged(Conflict):
    """The category above was moved, renamed or deleted in the meantime: read it again and repeat the change."""

    code = "categories-changed"


class CategoryRepository(Protocol):
    """Categories for writing, inside a unit of work. `get` finds deleted ones too, so that they can be restored.

    At every moment the living categories are trees: each is a root or beneath a living one, none is beneath itself, and
    its path is that of its parent and its slug. A commit that would break this raises CategoriesChanged or
    CategoryCycle, also when two come at once.
    """

    async def get(self, category_id: CategoryId) -> Category:
        """Raises NotFound."""
        ...

    async def living(self) -> Sequence[Category]:
        """All that are not deleted, each behind its parent, siblings in the order of their slugs."""
        ...

    def add(self, category: Category) -> None:
        """Keeps a new category at commit, which raises SlugExists or CategoryCodeExists."""
        ...

    def add_many(self, categories: Iterable[Category]) -> None:
        """As `add` for each, in one go; a parent may be among them."""
        ...

    def save(self, category: Category) -> Category:
        """Keeps a changed category at commit, under the next version, and returns it with that version.

        With its path, those of all that is beneath it change, without a new version of theirs. Books that name it, or
        what is beneath it, by a name or path that it has no longer get the new one instead (domain/books/refiling.py),
        in the same transaction, with a new version and an event each, before the events of the unit.
        Commit raises Conflict when the stored version is no longer the one that was loaded, SlugExists,
        CategoryCodeExists, CategoryTooDeep, or CategoryHasChildren for a deleted one with living ones beneath it.
        """
        ...


class CategoryReader(Protocol):
    """Categories for reading, straight to read models, with the number of their books.

    A book is in a category when one of its category texts has a key that the category goes by (domain/books/filing.py),
    and in a branch when it is in one of its living categories. Living books are counted, each once.
    """

    async def get(self, category_id: UUID, *, include_deleted: bool = False) -> CategoryRead:
        """Raises NotFound; a deleted one is not found unless asked for."""
        ...

    async def list(self, listing: Listing) -> Page[CategoryRead]:
        """One page in the order asked for."""
        ...

    async def tree(self, root: UUID | None, *, depth: int | None, limit: int) -> Sequence[CategoryRead]:
        """At most `limit` living categories: `root` and what is beneath it, or all; by their depth, then by path.

        `depth` is the number of levels that are given, the one of `root` included. Raises NotFound.
        """
        ...

    async def keys(self, category_id: UUID, *, descendants: bool) -> Sequence[str]:
        """The keys that a living category goes by, and with `descendants` those of all beneath it. Raises NotFound."""
        ...

    async def count_books(self, keys: Sequence[str]) -> int:
        """How many living books have a category text of one of these keys."""
        ...
