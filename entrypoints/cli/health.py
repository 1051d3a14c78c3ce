"""`daybook health`."""

from entrypoints.cli.exits import OK, UNAVAILABLE
from entrypoints.cli.output import FormatOption, show
from entrypoints.cli.running import use


def health(*, format: FormatOption = "table") -> int:  # noqa: A002  # the name of the option
    """Are the stores there, and at the newest schema. The exit code is 5 when one is not.

    $ daybook health
    $ daybook health --format json
    """
    found = use(lambda services: services.health.ready())
    show(found if format == "json" else found.stores, format)
    return OK if found.ok else UNAVAILABLE
