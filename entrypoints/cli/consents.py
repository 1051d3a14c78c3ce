"""`daybook customers consents`."""

from typing import Annotated, Final

from cyclopts import App, Parameter

from application.customers.consent_models import ConsentGive, ConsentWithdraw
from entrypoints.cli.inputs import IdArgument, TimeOption, command
from entrypoints.cli.output import FormatOption, show
from entrypoints.cli.running import CALLER, VersionOption, use

app = App(name="consents", help="What a customer agreed to: list, get, give, withdraw.")
_COLUMNS: Final = ("purpose", "state", "source", "given_at", "withdrawn_at")
Purpose = Annotated[str, Parameter(help="What for, in kebab-case.")]
Source = Annotated[str | None, Parameter(help="Where it was said.")]


@app.command(name="list")
def list_consents(
    customer_id: IdArgument,
    /,
    *,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """All purposes that a customer ever agreed to, with how it is now.

    $ daybook customers consents list 01997f43-8c00-7000-8000-0123456789ab
    """
    show(use(lambda services: services.consents.list(customer_id)), format, columns=_COLUMNS)


@app.command
def get(
    customer_id: IdArgument,
    purpose: Purpose,
    /,
    *,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """One purpose, with its whole history.

    $ daybook customers consents get 01997f43-8c00-7000-8000-0123456789ab newsletter
    """
    show(use(lambda services: services.consents.get(customer_id, purpose)), format)


@app.command
def give(
    customer_id: IdArgument,
    purpose: Purpose,
    /,
    *,
    source: Source = None,
    at: TimeOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Notes that a customer agrees. What is given already stays as it is.

    $ daybook customers consents give 01997f43-8c00-7000-8000-0123456789ab newsletter --source checkout
    """
    new = command(ConsentGive, None, {"purpose": purpose, "source": source, "at": at})
    show(use(lambda services: services.consents.give(customer_id, new, CALLER)), format)


@app.command
def withdraw(
    customer_id: IdArgument,
    purpose: Purpose,
    /,
    *,
    source: Source = None,
    at: TimeOption = None,
    version: VersionOption = None,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Notes that a customer no longer agrees. What was never given cannot be withdrawn.

    $ daybook customers consents withdraw 01997f43-8c00-7000-8000-0123456789ab newsletter --source telephone
    """
    said = command(ConsentWithdraw, None, {"source": source, "at": at})
    show(use(lambda services: services.consents.withdraw(customer_id, purpose, said, CALLER, version=version)), format)
