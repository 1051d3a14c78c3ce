"""`daybook config`."""

from cyclopts import App
from msgspec import Struct

from entrypoints.bootstrap.loader import Field, Loaded, fields, load, shown
from entrypoints.cli.output import FormatOption, message, show

app = App(name="config", help="The settings: what is set, by whom, and whether it goes together.")


class Setting(Struct, frozen=True, kw_only=True):
    """One setting as it is shown; `source` is `default` when nobody gave it."""

    name: str
    value: str
    source: str
    description: str


@app.command(name="show")
def show_config(*, format: FormatOption = "table") -> None:  # noqa: A002  # the name of the option
    """Every setting with its value and where it came from; secrets are not shown.

    $ daybook config show
    $ daybook config show --format json
    """
    loaded = load()
    show([_setting(loaded, field) for field in fields()], format, columns=("name", "value", "source"))
    _warn(loaded)


@app.command
def check() -> None:
    """Reads the settings and says what is wrong with them, all at once. The exit code is 2 when something is.

    $ daybook config check
    $ APP_ENV=production daybook config check
    """
    _warn(load())
    message("the settings are sound")


def _setting(loaded: Loaded, field: Field) -> Setting:
    value = getattr(getattr(loaded.settings, field.group), field.field)
    source = loaded.sources.get(field.name, "default")
    return Setting(name=field.name, value=shown(field, value), source=source, description=field.description)


def _warn(loaded: Loaded) -> None:
    for warning in loaded.warnings:
        message(f"warning: {warning}")
