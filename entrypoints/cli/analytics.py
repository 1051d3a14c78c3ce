"""`daybook analytics`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cyclopts import App, Parameter

from application.analytics.exporting import FILE_TYPES, SPECS
from application.analytics.lifetime_reports import CHURN_CUSTOMERS
from application.analytics.models import Answer, AnswerPage, SegmentTableRef
from application.analytics.reports import RFM_CUSTOMERS
from application.analytics.reports import definitions as all_definitions
from application.analytics.service import AnalyticsService
from application.analytics.specs import ReportSpec
from application.analytics.verify import Verification, verified_reports
from domain.analytics.cohorts import Cohorts
from domain.analytics.recommendations import Recommendations
from domain.analytics.rules import BasketRules
from entrypoints.bootstrap.failures import ConfigurationError
from entrypoints.bootstrap.rules import without_duckdb, without_snowflake
from entrypoints.bootstrap.settings import AnalyticsStorage, Settings
from entrypoints.bootstrap.wiring import Wiring
from entrypoints.cli.exits import OK, AnswersDiffer, UsageError
from entrypoints.cli.output import FormatOption, as_json, message, show
from entrypoints.cli.plots import PLOTS, PlotOption, print_plot
from entrypoints.cli.report_files import FormOption, OutputOption, ReportForm, chosen_form, write_file, write_pieces
from entrypoints.cli.running import prepared, use, use_wiring

# In a table for people these are shown whole, since what they are asked for stands beside the list.
_WHOLE: Final = frozenset({"repeat-rate", "interpurchase", "pareto", "comparison", "lifetime-value", "churn"})

BackendsOption = Annotated[str | None, Parameter(help="Two or more of memory, postgres, duckdb and snowflake.")]
ReportsOption = Annotated[str | None, Parameter(help="These reports alone, instead of all.")]
VerifyFormat = Annotated[Literal["table", "json"], Parameter(help="How the outcome is shown.")]


app = App(
    name="analytics",
    help=f"""Who buys what: reports, each with its definition and a digest that is equal on every store.

$ daybook analytics summary --currency EUR
$ daybook analytics revenue --period month --tz Europe/Berlin --format csv
$ daybook analytics rfm --method ntile --format json
$ daybook analytics cohorts --period week --retention unbounded
$ daybook analytics pareto --by author --plot
$ daybook analytics affinity --sort lift --min-count 5
$ daybook analytics similar-products --product 9780141439549
$ daybook analytics recommendations --customer ID
$ daybook analytics basket-rules --min-confidence 0.8 --max-length 3
$ daybook analytics comparison --from 2026-01-01 --as-of 2026-04-01 --against year
$ daybook analytics lifetime-value --months 24 --discount 0.005 --format json
$ daybook analytics churn-customers --late yes --format csv
$ daybook analytics top-products --limit 1000 --output top.xlsx
$ daybook analytics definitions
$ daybook analytics verify

Reports: {", ".join(SPECS)}.""",
)


@app.default
def report(
    report: Annotated[str, Parameter(help="Its name.")],
    /,
    *,
    format: FormOption = None,  # noqa: A002  # the name of the option
    output: OutputOption = None,
    plot: PlotOption = False,
    **parameters: Annotated[str, Parameter(help="A parameter of the report, as in the HTTP API.")],
) -> None:
    """Answers one report; `daybook analytics definitions` says what each means and takes."""
    if report not in SPECS:
        raise UsageError(f"there is no report {report}; there are: {', '.join(SPECS)}")
    pairs = [(name.replace("-", "_"), text) for name, text in parameters.items()]
    if plot:
        _plot(SPECS[report], pairs, format, output)
        return
    form = chosen_form(format, output)
    if form in FILE_TYPES:
        file = use(lambda services: services.report_files.export(report, pairs, form))
        write_file(file, output)
        _tell_origin(file.answer)
        return
    answer = use(lambda services: _ask(services.analytics, report, pairs))
    if output is not None:
        write_pieces(iter([as_json(answer)]), output)
    else:
        _show(SPECS[report], answer, form)


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
    reports: ReportsOption = None,
    format: VerifyFormat = "table",  # noqa: A002  # the name of the option
) -> int:
    """Asks every report of several stores and compares the digests. The exit code is 6 when two of them differ.

    $ daybook analytics verify --backends postgres,duckdb
    $ daybook analytics verify --backends memory,postgres,snowflake --format json
    $ daybook analytics verify --backends postgres,snowflake --reports summary,rfm

    Memory is given the history of the store of record first, and warehouses are brought to what it has now.
    """
    settings = prepared()
    names = _stores(settings, backends)
    only = _reports(reports)
    if settings.app.storage != "postgres":
        raise UsageError(f"STORAGE={settings.app.storage} has no history to compare others with")

    async def compare(wiring: Wiring) -> Verification:
        return await wiring.verification(names).verify(reports=only)

    found = use_wiring(compare)
    if format == "json":
        show(found, format)
    else:
        _tell(found)
    if not found.agree:
        raise AnswersDiffer(f"{found.disagreed} of {found.asked} questions got different answers")
    return OK


def _reports(text: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",")) if text is not None else ()
    known = verified_reports()
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"--reports: there is no {', no '.join(unknown)}; there are: {', '.join(known)}")
    return names


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
    match name:
        case RFM_CUSTOMERS.name:
            return await service.rfm_customers(pairs)
        case CHURN_CUSTOMERS.name:
            return await service.churn_customers(pairs)
    return await service.ask(name, pairs)


def _show(spec: ReportSpec, answer: Answer[Any] | AnswerPage[Any], form: ReportForm) -> None:
    if form == "json":
        show(answer, "json")
        return
    show(_shown(spec, answer.data), "table")
    _tell_origin(answer)


def _plot(spec: ReportSpec, pairs: Sequence[tuple[str, str]], form: ReportForm | None, output: Path | None) -> None:
    if form is not None or output is not None:
        raise UsageError("--plot draws on the terminal: for a file leave it out and add --output chart.svg")
    if spec.name not in PLOTS:
        raise UsageError(f"there is no picture of {spec.name}; there is one of: {', '.join(PLOTS)}")
    answer = use(lambda services: _ask(services.analytics, spec.name, pairs))
    print_plot(PLOTS[spec.name], answer.data)
    _tell_origin(answer)


def _tell_origin(answer: Answer[Any] | AnswerPage[Any]) -> None:
    table = answer.definition.segment_table
    by = f", segments by the table {table.name}" if isinstance(table, SegmentTableRef) else ""
    message(f"as of {answer.as_of}, from {answer.store}{by}, {answer.answer_digest}")


def _shown(spec: ReportSpec, data: Any) -> Any:
    """What a table on the terminal has of an answer."""
    match data:
        case Cohorts():
            return _triangle(data)
        case Recommendations():
            return _advice(data)
        case BasketRules():
            return _by_name(data)
    return data if spec.rows is None or spec.name in _WHOLE else getattr(data, spec.rows)


def _triangle(found: Cohorts) -> Sequence[Mapping[str, str]]:
    """A row a cohort and a column a period since, with the percentage of the cohort; * while it is not over."""
    rows = {one.start: {found.period.value: str(one.start), "customers": str(one.customers)} for one in found.cohorts}
    for cell in found.cells:
        mark = "" if cell.finished else "*"
        rows[cell.cohort][str(cell.periods_since)] = f"{100 * (cell.rate or 0):.1f}{mark}"
    return list(rows.values())


def _advice(found: Recommendations) -> Sequence[Mapping[str, str | int | float | None]]:
    """A row a recommendation, with the names of what it is because of, or the categories."""
    return [
        {
            "rank": one.rank,
            "key": one.key,
            "name": one.name,
            "score": one.score,
            "customers": one.customers,
            "basis": one.basis.value,
            "because": "; ".join([reason.name for reason in one.because] or one.categories),
        }
        for one in found.items
    ]


def _by_name(found: BasketRules) -> Sequence[Mapping[str, object]]:
    """A row a rule, of names, with the measures that most people look at."""
    return [
        {
            "rank": rule.rank,
            "antecedent": " + ".join(rule.antecedent_names),
            "consequent": rule.consequent_name,
            "n_ac": rule.n_ac,
            "support": rule.support,
            "confidence": rule.confidence,
            "lift": rule.lift,
        }
        for rule in found.rules
    ]
