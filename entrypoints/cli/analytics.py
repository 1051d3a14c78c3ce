"""`daybook analytics`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from application.analytics.models import Answer, AnswerPage
from application.analytics.reports import REPORTS, RFM_CUSTOMERS
from application.analytics.service import AnalyticsService
from entrypoints.cli.exits import UsageError
from entrypoints.cli.output import Format, FormatOption, message, show
from entrypoints.cli.running import use

_NAMES: Final = (*REPORTS, RFM_CUSTOMERS.name)
# The part of an answer that is a list: what a table, CSV and ndjson show. Without one it is the answer itself.
_ROWS: Final[Mapping[str, str]] = {"revenue": "periods", "top-products": "items", "rfm": "segments"}

app = App(
    name="analytics",
    help=f"""Who buys what: reports, each with its definition and a digest that is equal on every store.

$ daybook analytics summary --currency EUR
$ daybook analytics revenue --period month --tz Europe/Berlin --format csv
$ daybook analytics rfm --method ntile --format json
$ daybook analytics definitions

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
    found = [spec.definition for spec in (*REPORTS.values(), RFM_CUSTOMERS)]
    if format != "table":
        show(found, format)
        return
    for one in found:
        print(f"{one.report}: {one.title}\n\n{one.words}\n\n  {one.formula}\n\n{one.source}\n")
        for parameter in one.parameters:
            default = f" [default: {parameter.default}]" if parameter.default is not None else ""
            print(f"  --{parameter.name}  {parameter.description}{default}")
        print()


async def _ask(service: AnalyticsService, name: str, pairs: Sequence[tuple[str, str]]) -> Any:
    return await (service.rfm_customers(pairs) if name == RFM_CUSTOMERS.name else service.ask(name, pairs))


def _show(answer: Answer[Any] | AnswerPage[Any], form: Format) -> None:
    if form == "json":
        show(answer, form)
        return
    rows = getattr(answer.data, _ROWS[answer.report]) if answer.report in _ROWS else answer.data
    show(rows, form)
    message(f"as of {answer.as_of}, from {answer.store}, {answer.answer_digest}")
