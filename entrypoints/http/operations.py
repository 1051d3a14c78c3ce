"""Operations: one table from which both the routes and the OpenAPI document are made, so that neither lacks one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar.types import ASGIApp, Method

from entrypoints.http.requests import JSON_TYPES, HttpRequest

Handler = Callable[[HttpRequest], Awaitable[ASGIApp]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the path, the query or the headers, as the document describes it."""

    name: str
    place: str = "query"
    about: str
    schema: Mapping[str, Any]
    example: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    `path` names its parameters in braces; `aliases` are paths that answer too and stay out of the document, as does
    the whole operation when it is `hidden`. `takes` and `gives` are the types of the body and of the answer, with
    an example of each, `also_gives` the media types of other forms of the answer, which `Accept` asks for; `errors`
    are the classes of errors that belong to it alone (those that follow from its shape, such as 404 for an id in
    the path, are added by the document). One that `moves` answers 301 for what was merged; one that
    `counts` takes long, and is answered by another process where there is one for that.
    """

    id: str
    method: Method
    path: str
    handler: Handler
    summary: str
    about: str
    tag: str
    aliases: tuple[str, ...] = ()
    hidden: bool = False
    parameters: tuple[Parameter, ...] = ()
    takes: Any = None
    takes_example: Any = None
    optional_body: bool = False
    media_types: tuple[str, ...] = JSON_TYPES
    gives: Any = None
    gives_example: Any = None
    gives_media_type: str = "application/json"
    also_gives: tuple[str, ...] = ()
    status: int = 200
    tagged: bool = False
    guarded: bool = False
    located: bool = False
    moves: bool = False
    counts: bool = False
    errors: tuple[type[Exception], ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths it answers at."""
        return (self.path, *self.aliases)
