"""What a forked `daybook` finds done: the modules that commands and servers import when they need them, and the caches
that fill when the first application is built. Imported by nothing but the process that is forked.
"""

import atexit
import gc
import os
from importlib import import_module
from typing import Final

from entrypoints.bootstrap import migrate
from entrypoints.bootstrap.asgi import http_config
from entrypoints.bootstrap.settings import AppConfig, Settings
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.cli.main import command_line
from entrypoints.http.app import create_app

_LATE: Final = (
    "adapters.postgres.job_queue",
    "anyio._backends._asyncio",
    "encodings.idna",
    "entrypoints.bootstrap.duckdb",
    "tests.support.forked",
)


def _prepare() -> None:
    # Whoever is forked shall have one thread, and NumPy would start others.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for module in _LATE:
        import_module(module)
    commands = command_line()
    for name in commands:
        commands[name]  # is imported
    settings = Settings(app=AppConfig(storage="memory"))
    create_app(Wiring(settings, None).services, http_config(settings))
    migrate.head()
    # What is there now is there in every fork: no fork shall look through it, nor write to it and so copy it.
    gc.collect()
    gc.freeze()
    # DuckDB tells at length what it leaves at the end of an interpreter, which for this process is that of the tests.
    atexit.register(os._exit, 0)


_prepare()
