"""`daybook openapi`."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from entrypoints.bootstrap.asgi import http_config
from entrypoints.bootstrap.settings import AppConfig, Settings
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.cli.exits import CommandError, UsageError
from entrypoints.cli.output import message, show
from entrypoints.http.app import http_operations
from entrypoints.http.compatibility import breaking_changes
from entrypoints.http.openapi import openapi_document
from entrypoints.http.postman import postman_collection


class BreaksCallers(CommandError):
    """The HTTP API no longer keeps what an earlier document of it says."""


def openapi(
    *,
    postman: Annotated[bool, Parameter(negative="", help="Print a Postman Collection v2.1 of it instead.")] = False,
    against: Annotated[Path | None, Parameter(help="An earlier document: say what breaks since then.")] = None,
) -> None:
    """Prints the OpenAPI document of the HTTP API, or what breaks for those who call it by an earlier one.

    $ daybook openapi > openapi.json
    $ daybook openapi --postman > daybook.postman_collection.json
    $ daybook openapi --against docs/reference/openapi/0.1.0.json
    """
    if postman and against is not None:
        raise UsageError("either --postman or --against")
    earlier = None if against is None else _read(against)
    settings = Settings(app=AppConfig(storage="memory"))
    operations = http_operations(Wiring(settings, None).services, http_config(settings))
    document = msgspec.json.decode(msgspec.json.encode(openapi_document(operations, settings.app.version)))
    if postman:
        show(postman_collection(document, f"http://{settings.server.host}:{settings.server.port}"), "json")
    elif earlier is None:
        show(document, "json")
    else:
        _compare(earlier, document)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise UsageError(f"{path} cannot be read as a document: {error}") from None
    if not str(document.get("openapi", "")).startswith("3.1"):
        raise UsageError(f"{path} is no OpenAPI 3.1 document")
    return document


def _compare(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = breaking_changes(old, new)
    if found:
        show(found, "table")
        raise BreaksCallers(f"{len(found)} changes break those who call by version {old['info']['version']}")
    message(f"nothing breaks for those who call by version {old['info']['version']}")
