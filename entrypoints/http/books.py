"""/v1/books and /v1/isbn."""

from inspect import getdoc

from litestar.types import ASGIApp

from application.books.models import BOOK_LIST, BookCreate, BookResponse, BookUpdate
from application.books.service import BookService
from application.ports.books import IsbnExists
from entrypoints.http.conditions import content_tag
from entrypoints.http.examples import BOOK, BOOK_CREATE, plain
from entrypoints.http.handlers import Handlers, resource_reply
from entrypoints.http.operations import Operation
from entrypoints.http.replies import REVALIDATE
from entrypoints.http.requests import HttpRequest, refuse_query
from entrypoints.http.resources import ResourceKind, resource_operations

BOOKS = ResourceKind(
    noun="book",
    plural="books",
    create=BookCreate,
    update=BookUpdate,
    read=BookResponse,
    listing=BOOK_LIST,
    new_example=BOOK_CREATE,
    change_example=BookUpdate(description="A study of provincial life.", language="en"),
    example=BOOK,
    unique=(IsbnExists,),
    cache_control=REVALIDATE,
    tag=content_tag,  # reviews change its rating, and authors their names, without a version of the book
)


def book_operations(service: BookService, handlers: Handlers) -> list[Operation]:
    """The operations of books."""

    async def get_by_isbn(request: HttpRequest) -> ASGIApp:
        refuse_query(request.scope)
        found = await service.get_by_isbn(request.scope["path_params"]["isbn"])
        return resource_reply(request.scope, found, content_tag, REVALIDATE)

    return [
        *resource_operations(BOOKS, service, handlers),
        Operation(
            id="get_book_by_isbn",
            method="GET",
            path="/v1/isbn/{isbn}",
            handler=get_by_isbn,
            summary="Get the book of an ISBN",
            about=getdoc(service.get_by_isbn) or "",
            tag="books",
            gives=BookResponse,
            gives_example=plain(BOOK),
            tagged=True,
        ),
    ]
