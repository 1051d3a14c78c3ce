"""`daybook analytics`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from cyclopts import App, Parameter
from msgspec import Struct

from application.analytics.models import Answer, AnswerPage, SegmentTableRef
from application.analytics.reports import REPORTS, RFM_CUSTOMERS
from application.analytics.reports import definitions as all_definitions
from application.analytics.service import AnalyticsService
from application.analytics.verify import Verification
from domain.analytics.cohorts import Cohorts
from entrypoints.bootstrap.failures import ConfigurationError
from entrypoints.bootstrap.rules import without_duckdb, without_snowflake
from entrypoints.bootstrap.settings import AnalyticsStorage, Settings
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.cli.exits import OK, AnswersDiffer, UsageError
from entrypoints.cli.output import Format, FormatOption, message, show
from entrypoints.cli.running import prepared, use, use_wiring

_NAMES: Final = (*REPORTS, RFM_CUSTOMERS.name)
# The part of an answer that is a list: what a table, CSV and ndjson show. Without one it is the answer itself.
_ROWS: Final[Mapping[str, str]] = {
    "revenue": "periods",
    "top-products": "items",
    "rfm": "segments",
    "repeat-rate": "frequencies",
    "interpurchase": "histogram",
    "cohorts": "cells",
    "pareto": "items",
}
# In a table for people these are shown whole, since what they are asked for stands beside the list.
_WHOLE: Final = frozenset({"repeat-rate", "interpurchase", "pareto"})

BackendsOption = Annotated[str | None, Parameter(help="Two or more of memory, postgres, duckdb and snowflake.")]
VerifyFormat = Annotated[Literal["table", "json"], Parameter(help="How the outcome is shown.")]


class WarehouseLoad(Struct, frozen=True, kw_only=True):
    """How many rows the warehouse took, new ones and changed ones."""

    rows: int


app = App(
    name="analytics",
    help=f"""Who buys what: reports, each with its definition and a digest that is equal on every store.

$ daybook analytics summary --currency EUR
$ daybook analytics revenue --period month --tz Europe/Berlin --format csv
$ daybook analytics rfm --method ntile --format json
$ daybook analytics cohorts --period week --retention unbounded
$ daybook analytics pareto --by author
$ daybook analytics definitions
$ daybook analytics verify

Reports: {", ".join(_NAMES)}.""",
)


@app.default
def report(
    report: Annotated[str, Parameter(help="Its name.")],
    /,
    *,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
    **parameters: Annotated[str, Parameter(help="A parameter of the report, as in the HTTP API.")],
) -> None:
    """Answers one report; `daybook analytics definitions` says what each means and takes."""
    if report not in _NAMES:
        raise UsageError(f"there is no report {report}; there are: {', '.join(_NAMES)}")
    pairs = [(name.replace("-", "_"), text) for name, text in parameters.items()]
    _show(use(lambda services: _ask(services.analytics, report, pairs)), format)


@app.command
def definitions(*, format: FormatOption = "table") -> None:  # noqa: A002  # the name of the option
    """What each report means, as words and as a formula, whence it comes, and what it takes.

    $ daybook analytics definitions
    $ daybook analytics definitions --format json
    """
    found = all_definitions(prepared().app.segments)
    if format != "table":
        show(found, format)
        return
    for one in found:
        print(f"{one.report}: {one.title}\n\n{one.words}\n\n  {one.formula}\n\n{one.source}\n")
        if isinstance(table := one.definition.segment_table, SegmentTableRef):
            print(f"  segments by the table {table.name} ({table.digest})\n")
        for parameter in one.parameters:
            default = f" [default: {parameter.default}]" if parameter.default is not None else ""
            print(f"  --{parameter.name}  {parameter.description}{default}")
        print()


@app.command
def verify(
    *,
    backends: BackendsOption = None,
    format: VerifyFormat = "table",  # noqa: A002  # the name of the option
) -> int:
    """Asks every report of several stores and compares the digests. The exit code is 6 when two of them differ.

    $ daybook analytics verify --backends postgres,duckdb
    $ daybook analytics verify --backends memory,postgres,snowflake --format json

    Stores other than that of record are given its history first, so the warehouse is loaded, too.
    """
    settings = prepared()
    names = _stores(settings, backends)
    if settings.app.storage != "postgres":
        raise UsageError(f"STORAGE={settings.app.storage} has no history to compare others with")

    async def compare(wiring: Wiring) -> Verification:
        if "snowflake" in names:
            await wiring.upgrade_warehouse()
        return await wiring.verification(names).verify()

    found = use_wiring(compare)
    if format == "json":
        show(found, format)
    else:
        _tell(found)
    if not found.agree:
        raise AnswersDiffer(f"{found.disagreed} of {found.asked} questions got different answers")
    return OK


@app.command
def load(*, format: VerifyFormat = "table") -> None:  # noqa: A002  # the name of the option
    """Loads the Snowflake warehouse: its schema, and what is new or changed in the store of record.

    $ daybook analytics load

    Doing it again changes nothing, so it can be done as often as wanted.
    """
    settings = prepared()
    if settings.app.storage == "snowflake":
        raise UsageError("STORAGE=snowflake has no history to load from: load it where the records are kept")
    problems = list(without_snowflake(settings.snowflake))
    if problems:
        raise ConfigurationError(problems)
    rows = use_wiring(lambda wiring: wiring.load_warehouse())
    show(WarehouseLoad(rows=rows), format)


def _stores(settings: Settings, text: str | None) -> tuple[AnalyticsStorage, ...]:
    """The stores to compare. Raises UsageError or ConfigurationError."""
    problems = list(without_snowflake(settings.snowflake))
    if text is None:
        embedded: tuple[AnalyticsStorage, ...] = () if list(without_duckdb()) else ("duckdb",)
        return ("memory", "postgres", *embedded, *(() if problems else ("snowflake",)))
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    known: tuple[AnalyticsStorage, ...] = ("memory", "postgres", "duckdb", "snowflake")
    if len(names) < 2 or not set(names) <= set(known):
        raise UsageError(f"--backends must be two or more of {', '.join(known)}, with commas between")
    problems = [*(problems if "snowflake" in names else ()), *(without_duckdb() if "duckdb" in names else ())]
    if problems:
        raise ConfigurationError(problems)
    return tuple(name for name in known if name in names)


def _tell(found: Verification) -> None:
    stores = ", ".join(f"{name} (at event {position})" for name, position in found.watermarks.items())
    print(f"{found.asked} questions to {stores}: {found.disagreed} got different answers")
    for check in found.checks:
        if not check.agree:
            asked = " ".join(f"--{name} {value}" for name, value in check.parameters.items())
            print(f"\n{check.report} {asked}")
            for name, digest in check.digests.items():
                print(f"  {name}: {digest}")


async def _ask(service: AnalyticsService, name: str, pairs: Sequence[tuple[str, str]]) -> Any:
    return await (service.rfm_customers(pairs) if name == RFM_CUSTOMERS.name else service.ask(name, pairs))


def _show(answer: Answer[Any] | AnswerPage[Any], form: Format) -> None:
    if form == "json":
        show(answer, form)
        return
    show(
        _triangle(answer.data) if form == "table" and isinstance(answer.data, Cohorts) else _listed(answer, form), form
    )
    table = answer.definition.segment_table
    by = f", segments by the table {table.name}" if isinstance(table, SegmentTableRef) else ""
    message(f"as of {answer.as_of}, from {answer.store}{by}, {answer.answer_digest}")


def _listed(answer: Answer[Any] | AnswerPage[Any], form: Format) -> Any:
    if form == "table" and isinstance(answer.data, Cohorts):
        return _triangle(answer.data)
    whole = answer.report not in _ROWS or (form == "table" and answer.report in _WHOLE)
    return answer.data if whole else getattr(answer.data, _ROWS[answer.report])


def _triangle(found: Cohorts) -> Sequence[Mapping[str, str]]:
    """A row a cohort and a column a period since, with the percentage of the cohort; * while it is not over."""
    rows = {one.start: {found.period.value: str(one.start), "customers": str(one.customers)} for one in found.cohorts}
    for cell in found.cells:
        mark = "" if cell.finished else "*"
        rows[cell.cohort][str(cell.periods_since)] = f"{100 * (cell.rate or 0):.1f}{mark}"
    return list(rows.values())
