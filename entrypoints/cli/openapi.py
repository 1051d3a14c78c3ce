"""`daybook openapi`."""

from entrypoints.bootstrap.asgi import http_config
from entrypoints.bootstrap.settings import AppConfig, Settings
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.cli.output import show
from entrypoints.http.app import http_operations
from entrypoints.http.openapi import openapi_document


def openapi() -> None:
    """Prints the OpenAPI document of the HTTP API.

    $ daybook openapi > openapi.json
    """
    settings = Settings(app=AppConfig(storage="memory"))
    operations = http_operations(Wiring(settings, None).services, http_config(settings))
    show(openapi_document(operations, settings.app.version), "json")
