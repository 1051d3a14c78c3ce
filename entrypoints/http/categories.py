"""/v1/categories: each one, the tree, and the books of one."""

from inspect import getdoc
from uuid import UUID

from litestar.types import ASGIApp

from application.books.models import BOOK_LIST, BookResponse
from application.categories.models import (
    CATEGORY_LIST,
    CategoryBooks,
    CategoryCreate,
    CategoryMove,
    CategoryRead,
    CategoryTree,
    CategoryUpdate,
    level,
)
from application.categories.service import BOOKS_OF_CATEGORY, CategoryService
from application.errors import NotFound
from application.listing import Listed, identifier
from application.ports.categories import CategoriesChanged, CategoryCodeExists, SlugExists
from domain.books.category import (
    MAX_DEPTH,
    Category,
    CategoryCycle,
    CategoryHasChildren,
    CategoryParentDeleted,
    CategoryTooDeep,
)
from domain.shared.ids import CategoryId
from entrypoints.http.conditions import content_tag
from entrypoints.http.examples import BOOK, NOW, page_of, plain
from entrypoints.http.handlers import Handlers, representation
from entrypoints.http.operations import Operation, Parameter
from entrypoints.http.parameters import Flag, list_parameters, read_flags
from entrypoints.http.replies import REVALIDATE, encode
from entrypoints.http.requests import HttpRequest
from entrypoints.http.resources import ResourceKind, resource_operations

_PATH = "/v1/categories/{category_id}"
_KEY = ("category_id", "category")
_CATEGORY_ID = UUID("01933d10-6d85-7398-badc-8f9018293a0a")
_NEW = CategoryCreate(name="Fiction", code="F", description="Novels and stories.")
_OPENED, _ = Category.open(CategoryId(_CATEGORY_ID), _NEW.details(), None, at=NOW, by="anonymous")
_CATEGORY = CategoryRead.of(_OPENED, CategoryBooks(own=1, branch=3))
_MOVE = CategoryMove(parent_id=None, position=10)

CATEGORIES = ResourceKind(
    noun="category",
    plural="categories",
    create=CategoryCreate,
    update=CategoryUpdate,
    read=CategoryRead,
    listing=CATEGORY_LIST,
    new_example=_NEW,
    change_example=CategoryUpdate(description="Novels, stories and poems."),
    example=_CATEGORY,
    unique=(SlugExists, CategoryCodeExists, CategoriesChanged, CategoryTooDeep),
    cache_control=REVALIDATE,
    tag=content_tag,  # books change its numbers, and what is above it its path, without a version of its own
    refusals=(CategoryHasChildren, CategoryParentDeleted),
    aliased=False,
)
_TREE = (
    Flag(
        parameter=Parameter(
            name="root",
            about="The id of a category: only it and what is beneath it.",
            schema={"type": "string", "format": "uuid"},
        ),
        argument="root",
        read=identifier,
    ),
    Flag(
        parameter=Parameter(
            name="depth",
            about="So many levels and no more.",
            schema={"type": "integer", "minimum": 1, "maximum": MAX_DEPTH},
            example=2,
        ),
        argument="depth",
        read=level,
    ),
)
_DESCENDANTS = Parameter(
    name="descendants",
    about="Also the books of all categories beneath it.",
    schema={"type": "boolean", "default": True},
    example=False,
)


def category_operations(service: CategoryService, handlers: Handlers) -> list[Operation]:
    """The operations of categories."""

    async def present(category_id: UUID) -> int:
        return (await service.get(category_id, include_deleted=True)).version

    async def tree(request: HttpRequest) -> ASGIApp:
        found = await service.tree(**read_flags(request.scope, _TREE))
        etag = content_tag(1, encode(found))
        return handlers.packed(representation(request.scope, found, etag, REVALIDATE), request.scope)

    return [
        *resource_operations(CATEGORIES, service, handlers),
        Operation(
            id="get_category_tree",
            method="GET",
            path="/v1/categories/tree",
            handler=tree,
            summary="Get the tree of categories",
            about=getdoc(service.tree) or "",
            tag="categories",
            parameters=tuple(flag.parameter for flag in _TREE),
            gives=CategoryTree,
            gives_example=plain(CategoryTree.of([_CATEGORY])),
            tagged=True,
            errors=(NotFound,),
        ),
        Operation(
            id="move_category",
            method="POST",
            path=f"{_PATH}/move",
            handler=handlers.decide(CategoryMove, service.move, present, *_KEY, tag=content_tag),
            summary="Move a category",
            about=getdoc(service.move) or "",
            tag="categories",
            takes=CategoryMove,
            takes_example={"parent_id": None, "position": _MOVE.position},
            gives=CategoryRead,
            gives_example={**plain(_CATEGORY), "position": _MOVE.position, "version": 2},
            tagged=True,
            guarded=True,
            errors=(CategoryCycle, CategoriesChanged, CategoryTooDeep, SlugExists),
        ),
        Operation(
            id="get_category_books",
            method="GET",
            path=f"{_PATH}/books",
            handler=handlers.read_sublist(service.books, BOOKS_OF_CATEGORY, service.require, *_KEY),
            summary="List the books of a category",
            about=getdoc(service.books) or "",
            tag="categories",
            parameters=(*list_parameters(BOOK_LIST), _DESCENDANTS),
            gives=Listed[BookResponse],
            gives_example=page_of(BOOK),
        ),
    ]
