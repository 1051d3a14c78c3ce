"""The matrix is whole: every port has a suite, every adapter is under contract, every capability is asked for."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from adapters.aiohttp.webhook_sender import AiohttpWebhookSender
from adapters.arrow.report_files import ArrowReport, ParquetReport
from adapters.mail.folder import FolderMailer
from adapters.mail.smtp import SmtpMailer
from adapters.matplotlib.charts import MatplotlibPainter
from adapters.memory.cache import MemoryCache
from adapters.memory.mailer import MemoryMailer
from adapters.processes.computation import ProcessComputation
from adapters.redis.cache import RedisCache
from adapters.scipy.lifetime_models import ScipyLifetimeModels
from adapters.system.cron import CronRecurrence
from adapters.system.system import SystemClock, SystemRandomBytes, Uuid7Generator
from adapters.text.report_files import CsvReport, NdjsonReport
from adapters.xlsx.report_files import XlsxReport
from application.ports.cache import Cache
from application.ports.charts import ChartPainter
from application.ports.computation import Computation
from application.ports.lifetime_models import LifetimeModels
from application.ports.mailer import Mailer
from application.ports.recurrence import Recurrence
from application.ports.report_files import ReportFormat
from application.ports.system import Clock, IdGenerator, RandomBytes
from application.ports.webhook_sender import WebhookSender
from tests.support.cases import CASES, having
from tests.support.store_case import CAPABILITIES, Gap, StoreCase

ROOT = Path(__file__).parents[2]
SUITES = Path(__file__).parent
PORT_MODULES = sorted(path.stem for path in (ROOT / "application" / "ports").glob("[a-z]*.py"))
BESIDE_THE_STORES: dict[type, tuple[type, ...]] = {
    Clock: (SystemClock,),
    Computation: (ProcessComputation,),
    IdGenerator: (Uuid7Generator,),
    Recurrence: (CronRecurrence,),
    Mailer: (MemoryMailer, FolderMailer, SmtpMailer),
    RandomBytes: (SystemRandomBytes,),
    ReportFormat: (CsvReport, NdjsonReport, ParquetReport, ArrowReport, XlsxReport),
    ChartPainter: (MatplotlibPainter,),
    WebhookSender: (AiohttpWebhookSender,),
    LifetimeModels: (ScipyLifetimeModels,),
    Cache: (MemoryCache, RedisCache),
}


def protocols(module: str) -> Iterator[type]:
    """The ports that a module of application/ports defines."""
    loaded = importlib.import_module(f"application.ports.{module}")
    for kind in vars(loaded).values():
        if isinstance(kind, type) and kind.__module__ == loaded.__name__ and getattr(kind, "_is_protocol", False):
            yield kind


PORTS = [port for module in PORT_MODULES for port in protocols(module)]
PAIRS = [
    *((port, kind, case.name) for case in CASES for port, kind in case.implements.items()),
    *((port, kind, kind.__module__.split(".")[1]) for port, kinds in BESIDE_THE_STORES.items() for kind in kinds),
]


def differences(port: type, adapter: type) -> list[str]:
    """How the methods of an adapter differ from those of its port, in names, parameters, defaults and awaiting."""
    found = []
    for name, promised in vars(port).items():
        if not inspect.isfunction(promised) or (name.startswith("_") and name not in DUNDERS):
            continue
        actual = inspect.getattr_static(adapter, name, None)
        if not inspect.isfunction(actual):
            found.append(f"{name} is missing")
        elif inspect.iscoroutinefunction(promised) != inspect.iscoroutinefunction(actual):
            found.append(f"{name} is async in one of them only")
        elif shape(promised) != shape(actual):
            found.append(f"{name}{inspect.signature(actual)} should be {name}{inspect.signature(promised)}")
    return found


DUNDERS = {"__call__", "__aenter__", "__aexit__"}


def shape(method: Any) -> list[tuple[str, Any, Any, Any]]:
    # Annotations as text: two modules have each a type variable T.
    return [(p.name, p.kind, p.default, repr(p.annotation)) for p in inspect.signature(method).parameters.values()]


def marks(name: str) -> set[str]:
    """The capabilities that the suites name in `pytest.mark.<name>(...)`."""
    return {
        argument.value
        for suite in SUITES.glob("test_*.py")
        for node in ast.walk(ast.parse(suite.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"pytest.mark.{name}"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def functions() -> set[str]:
    return {
        node.name
        for suite in SUITES.glob("test_*.py")
        for node in ast.walk(ast.parse(suite.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("module", PORT_MODULES)
def test_every_port_has_a_suite_of_its_name(module: str) -> None:
    assert list(protocols(module)), f"application/ports/{module}.py defines no port"
    assert (SUITES / f"test_{module}_contract.py").is_file()


def test_every_adapter_of_a_port_is_under_contract() -> None:
    packages = {path.parent.name for path in (ROOT / "adapters").glob("*/*.py") if path.stem in PORT_MODULES}
    covered = {package for case in CASES for package in case.adapters}
    covered |= {kind.__module__.split(".")[1] for kinds in BESIDE_THE_STORES.values() for kind in kinds}
    assert packages, "no adapter was found at all"
    assert packages <= covered


@pytest.mark.parametrize("store", CASES, ids=[case.name for case in CASES])
def test_a_case_speaks_of_every_port(store: StoreCase) -> None:
    expected = set(PORTS) - set(BESIDE_THE_STORES)
    assert set(store.implements) | set(store.lacks) == expected
    assert not set(store.implements) & set(store.lacks)
    homes = tuple(f"adapters.{package}." for package in store.adapters)
    assert all(kind.__module__.startswith(homes) for kind in store.implements.values())
    assert (store.unreachable is not None) == store.remote


@pytest.mark.parametrize(("port", "adapter", "store"), PAIRS, ids=lambda one: getattr(one, "__name__", one))
def test_an_adapter_has_the_methods_of_its_port(port: type, adapter: type, store: str) -> None:
    assert differences(port, adapter) == []


def test_every_capability_is_asked_for_and_every_question_is_a_capability() -> None:
    fields = {name for name, kind in inspect.get_annotations(StoreCase).items() if kind is bool}
    assert fields == set(CAPABILITIES)
    assert set(CAPABILITIES) == marks("needs")
    assert marks("without") <= set(CAPABILITIES)
    with pytest.raises(ValueError, match="no such capability: wings"):
        having(["wings"])


def test_every_gap_is_of_a_test_that_is_there() -> None:
    assert {name for case in CASES for name in case.gaps} <= functions()
    with pytest.raises(ValueError, match="notimpl, notyet or never"):
        Gap("later", "someday")
    with pytest.raises(ValueError, match="with a reason"):
        Gap("never", "")


class Port(Protocol):
    async def get(self, key: int, *, deep: bool = False) -> str: ...
    def add(self, key: int) -> None: ...


class Kept:
    async def get(self, key: int, *, deep: bool = False) -> str:
        return ""

    def add(self, key: int) -> None:
        pass


class Broken:
    def get(self, key: int, *, deep: bool = False) -> str:
        return ""

    def add(self, other: int) -> None:
        pass


class OtherDefault:
    async def get(self, key: int, *, deep: bool = True) -> str:
        return ""


def test_differences_are_seen() -> None:
    assert differences(Port, Kept) == []
    assert len(differences(Port, Broken)) == 2
    assert differences(Port, OtherDefault)[1:] == ["add is missing"]
