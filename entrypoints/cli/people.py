"""`daybook customers profile`, `erase`, `export` and `purge`."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter

from entrypoints.cli.exits import UsageError
from entrypoints.cli.inputs import IdArgument, whole_number
from entrypoints.cli.output import FormatOption, message, show
from entrypoints.cli.running import CALLER, VersionOption, Yes, confirm, prepared, use

_LONGEST_DAYS: Final = 36_500
OutputOption = Annotated[Path | None, Parameter(help="The file to write; it must not be there yet.")]
DaysOption = Annotated[
    int | None,
    Parameter(
        converter=whole_number,
        help="Days since they were deleted; SECURITY_PURGE_CUSTOMERS_AFTER_DAYS when it is not given.",
    ),
]
DryRun = Annotated[bool, Parameter(negative="", help="Tell how many would go, and change nothing.")]


def erase(customer_id: IdArgument, /, *, version: VersionOption = None, yes: Yes = False) -> None:
    """Erases the person behind a customer for good; what was bought stays.

    $ daybook customers erase 01997f43-8c00-7000-8000-0123456789ab --yes
    """
    confirm(f"Erase the customer {customer_id} for good? Nothing brings it back.", yes=yes)
    use(lambda services: services.erasures.erase(customer_id, CALLER, version=version))
    message("erased; its orders stay, and lead to nobody")


def profile(
    customer_id: IdArgument,
    /,
    *,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
    **parameters: Annotated[str, Parameter(help="A parameter of the report customer-profile, as in the HTTP API.")],
) -> None:
    """A customer whole: the latest orders, RFM, churn, lifetime value, favourite categories.

    $ daybook customers profile 01997f43-8c00-7000-8000-0123456789ab --months 24
    $ daybook customers profile 01997f43-8c00-7000-8000-0123456789ab --format json
    """
    pairs = [(name.replace("-", "_"), text) for name, text in parameters.items()]
    found = use(lambda services: services.profiles.profile(customer_id, pairs))
    if format == "json":
        show(found, format)
        return
    show(found.analytics.data, format)
    message(f"as of {found.analytics.as_of}, from {found.analytics.store}, {found.analytics.answer_digest}")


def export(customer_id: IdArgument, /, *, output: OutputOption = None) -> None:
    """All that is held about a customer, as JSON: to standard output, or into a file that only you may read.

    $ daybook customers export 01997f43-8c00-7000-8000-0123456789ab --output ada.json
    """
    if output is not None and output.exists():
        raise UsageError(f"{output} is there already")
    found = use(lambda services: services.exports.export(customer_id))
    data = msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"
    if output is None:
        sys.stdout.buffer.write(data)
        return
    output.touch(mode=0o600, exist_ok=False)
    output.write_bytes(data)
    message(f"written to {output}")


def purge(
    *,
    older_than: DaysOption = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    format: FormatOption = "table",  # noqa: A002  # the name of the option
) -> None:
    """Erases the customers who were deleted long ago, for good; what they bought stays.

    $ daybook customers purge --dry-run
    $ daybook customers purge --older-than 90 --yes
    """
    days = prepared().security.purge_customers_after_days if older_than is None else older_than
    if not 0 <= days <= _LONGEST_DAYS:
        raise UsageError(f"--older-than must be 0 to {_LONGEST_DAYS} days")
    age = timedelta(days=days)
    found = use(lambda services: services.erasures.due(age))
    if found.due and not dry_run:
        confirm(
            f"Erase {found.due} customers who were deleted more than {days} days ago for good? "
            "Nothing brings them back.",
            yes=yes,
        )
        found = use(lambda services: services.erasures.purge(age, CALLER))
    show(found, format)
