"""What callers send and get of categories."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from application.fields import given, line, text
from application.listing import FilterField, ListSpec, SortKey, as_kept, identifier, moment
from domain.books.book import CATEGORY_LENGTH
from domain.books.category import (
    CATEGORY_DESCRIPTION_LENGTH,
    CODE_LENGTH,
    MAX_DEPTH,
    MAX_POSITION,
    SLUG_LENGTH,
    Category,
    CategoryDetails,
    slug_of,
)
from domain.books.filing import category_key
from domain.shared.errors import Invalid, Problems

CategoryName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=CATEGORY_LENGTH,
        examples=["Historical fiction"],
        extra={"value": line(CATEGORY_LENGTH)},
    ),
]
Slug = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SLUG_LENGTH,
        description="Its part of the path: folded to words with hyphens between, and made from the name unless given.",
        examples=["historical"],
        extra={"value": slug_of},
    ),
]
Position = Annotated[
    int,
    Meta(
        ge=0,
        le=MAX_POSITION,
        description="Siblings stand by this, then by name.",
        examples=[10],
    ),
]
SchemeCode = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=CODE_LENGTH,
        description="What a subject scheme such as Thema, BISAC or Dewey calls it.",
        examples=["FV"],
        extra={"value": line(CODE_LENGTH)},
    ),
]
CategoryDescription = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=CATEGORY_DESCRIPTION_LENGTH,
        examples=["Novels that are set in the past."],
        extra={"value": text(CATEGORY_DESCRIPTION_LENGTH)},
    ),
]


class CategoryCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new category, beneath `parent_id` or, without one, a root."""

    name: CategoryName
    slug: Slug | None = None
    parent_id: UUID | None = None
    position: Position = 0
    code: SchemeCode | None = None
    description: CategoryDescription | None = None

    def details(self) -> CategoryDetails:
        """As the domain knows it. Raises Invalid that names each bad field."""
        problems = Problems()
        name = problems.take("/name", line(CATEGORY_LENGTH), self.name)
        slug = None
        if self.slug is not None or name is not None:
            slug = problems.take("/slug", slug_of, name if self.slug is None else self.slug)
        code = problems.take_given("/code", line(CODE_LENGTH), self.code)
        about = problems.take_given("/description", text(CATEGORY_DESCRIPTION_LENGTH), self.description)
        if problems.found or name is None or slug is None:
            raise Invalid(problems.found)
        return CategoryDetails(name=name, slug=slug, position=self.position, code=code, description=about)


class CategoryUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a category: a field not given stays, null takes an optional value away.

    The slug stays when the name changes, since paths are addresses; null has it made from the name anew.
    """

    name: CategoryName | UnsetType = UNSET
    slug: Slug | None | UnsetType = UNSET
    position: Position | UnsetType = UNSET
    code: SchemeCode | None | UnsetType = UNSET
    description: CategoryDescription | None | UnsetType = UNSET

    def over(self, present: CategoryDetails) -> CategoryDetails:
        """The whole new details. Raises Invalid that names each bad field."""
        return CategoryCreate(
            name=given(self.name, present.name),
            slug=given(self.slug, present.slug),
            position=given(self.position, present.position),
            code=given(self.code, present.code),
            description=given(self.description, present.description),
        ).details()


class CategoryMove(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a category goes, with all that is beneath it."""

    parent_id: Annotated[UUID | None, Meta(description="The category that it will be beneath; null makes it a root.")]
    position: Position | UnsetType = UNSET


class CategoryBooks(Struct, frozen=True, kw_only=True):
    """How many books there are: in the category itself, and in it or beneath it, each counted once."""

    own: int
    branch: int


class CategoryRead(Struct, frozen=True, kw_only=True):
    """A category as callers see it. `path` is its slugs from the root down, `depth` is 1 for a root."""

    id: UUID
    name: str
    slug: str
    path: Annotated[str, Meta(examples=["fiction/historical"])]
    depth: int
    parent_id: UUID | None
    position: int
    code: str | None
    description: str | None
    books: CategoryBooks
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    deleted_at: datetime | None

    @classmethod
    def of(cls, category: Category, books: CategoryBooks) -> "CategoryRead":
        """The read model of an aggregate."""
        details, lifecycle = category.details, category.lifecycle
        return cls(
            id=category.id,
            name=details.name,
            slug=details.slug,
            path=category.path,
            depth=category.depth,
            parent_id=category.parent_id,
            position=details.position,
            code=details.code,
            description=details.description,
            books=books,
            version=lifecycle.version,
            created_at=lifecycle.created_at,
            created_by=lifecycle.created_by,
            updated_at=lifecycle.updated_at,
            updated_by=lifecycle.updated_by,
            deleted_at=lifecycle.deleted_at,
        )


class CategoryNode(Struct, frozen=True, kw_only=True):
    """A category in the tree, with those beneath it in their order."""

    id: UUID
    name: str
    slug: str
    path: str
    depth: int
    position: int
    code: str | None
    books: CategoryBooks
    children: "list[CategoryNode]"


class CategoryTree(Struct, frozen=True, kw_only=True):
    """The whole tree, or the branch of one category."""

    data: list[CategoryNode]

    @classmethod
    def of(cls, categories: Sequence[CategoryRead]) -> "CategoryTree":
        """From categories in any order of siblings, each behind its parent."""
        roots: list[CategoryNode] = []
        nodes: dict[UUID | None, CategoryNode] = {}
        standing = sorted(categories, key=lambda one: (one.depth, one.position, one.name, one.id))
        for one in standing:
            node = CategoryNode(
                id=one.id,
                name=one.name,
                slug=one.slug,
                path=one.path,
                depth=one.depth,
                position=one.position,
                code=one.code,
                books=one.books,
                children=[],
            )
            nodes[one.id] = node
            above = nodes.get(one.parent_id)
            (roots if above is None else above.children).append(node)
        return cls(data=roots)


def level(text: str) -> int:
    """A number of levels of the tree. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MAX_DEPTH):
        raise ValueError(f"must be a whole number from 1 to {MAX_DEPTH}")
    return int(text)


CATEGORY_LIST = ListSpec(
    name="categories",
    searchable=True,
    beginnings=True,
    ranked=True,
    filters={
        "parent_id": FilterField(read=identifier),
        "depth": FilterField(read=level, ranges=True),
        "path": FilterField(read=lambda text: category_key(text.strip("/ "))),
        "code": FilterField(read=as_kept),
        "created_at": FilterField(read=moment, ranges=True),
        "updated_at": FilterField(read=moment, ranges=True),
    },
    sorts={"position": int, "name": str, "path": str, "created_at": datetime, "updated_at": datetime},
    default_sort=(SortKey("position"), SortKey("name")),
)
