"""Settings from the environment and `.env`, with everything that is wrong named at once."""

import difflib
import io
import os
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec
from dotenv.parser import parse_stream

from adapters.postgres.connection import Dsn
from entrypoints.bootstrap import rules
from entrypoints.bootstrap.failures import ConfigurationError
from entrypoints.bootstrap.segments import SegmentFile
from entrypoints.bootstrap.settings import GROUPS, Secret, Settings

ENV_FILE: Final = ".env"
# Names of our own that are not settings: where the tests find a server and data.
_NOT_SETTINGS: Final = ("DAYBOOK_TEST_DATABASE_URL", "DAYBOOK_DATA", "DAYBOOK_ATTACKS")
_OUR_PREFIX: Final = "DAYBOOK_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting: `group.field`, its names (the one for messages first), and what it takes."""

    group: str
    field: str
    names: tuple[str, ...]
    kind: Any
    description: str
    default: Any

    @property
    def name(self) -> str:
        """The name that messages use."""
        return self.names[0]

    @property
    def secret(self) -> bool:
        """Whether it may also be given as the name of a file, and is never shown."""
        return Secret in _members(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Sound settings, where each that was given came from (by the name for messages), and what looks odd."""

    settings: Settings
    sources: Mapping[str, str]
    warnings: tuple[str, ...]


def fields() -> Iterator[Field]:
    """Every setting, group by group."""
    for group, info in zip(GROUPS, msgspec.structs.fields(Settings), strict=True):
        for one in msgspec.structs.fields(info.type):
            meta = one.type.__metadata__[0]
            extra = meta.extra or {}
            if extra.get("fixed"):
                continue
            default = one.default if one.default is not msgspec.NODEFAULT else one.default_factory()
            names = (*extra.get("names", ()), f"{group}_{one.name}".upper())
            yield Field(
                group=group,
                field=one.name,
                names=names,
                kind=one.type,
                description=meta.description,
                default=default,
            )


def load(
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    *,
    options: Mapping[str, str] | None = None,
) -> Loaded:
    """Settings from `environment` (of this process) and `.env` in `folder` (the working folder).

    `options` were given with the command and go before the environment, which goes before the file. An empty value is
    none. Raises ConfigurationError.
    """
    environment = {**(os.environ if environment is None else environment), **(options or {})}
    folder = Path.cwd() if folder is None else folder
    problems: list[str] = []
    from_file = _read_env_file(folder / ENV_FILE, problems)
    given = _Given(environment, from_file, folder, problems)
    values: dict[str, dict[str, Any]] = {group: {} for group in GROUPS}
    for field in fields():
        text = given.take(field)
        if text is None:
            continue
        try:
            values[field.group][field.field] = _value(field.kind, text, folder)
        except ValueError as error:
            problems.append(f"{field.name} {error}")
        except ConfigurationError as error:
            problems += [f"{field.name} {problem}" for problem in error.problems]
    groups = {info.name: info.type(**values[info.name]) for info in msgspec.structs.fields(Settings)}
    settings = _with_debug(Settings(**groups), given.sources)
    problems += rules.broken(settings)
    if problems:
        raise ConfigurationError(problems)
    warnings = [*_unknown({*environment, *from_file}), *rules.odd(settings)]
    return Loaded(settings=settings, sources=given.sources, warnings=tuple(warnings))


def shown(field: Field, value: object) -> str:
    """A value as it would be written in `.env`, without what is secret in it."""
    if value is None:
        return ""
    if isinstance(value, Secret):
        return repr(Dsn(value.reveal())) if field.name == "DATABASE_URL" else repr(value)
    if isinstance(value, SegmentFile):
        return value.path
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, dict):
        return ",".join(f"{name}={level}" for name, level in value.items())
    return str(value)


def _with_debug(settings: Settings, sources: Mapping[str, str]) -> Settings:
    if not settings.app.debug or "LOG_LEVEL" in sources:
        return settings
    return msgspec.structs.replace(settings, logging=msgspec.structs.replace(settings.logging, level="debug"))


class _Given:
    """The texts that were given, each taken once."""

    def __init__(
        self, environment: Mapping[str, str], from_file: Mapping[str, str], folder: Path, problems: list[str]
    ) -> None:
        self._places = ((environment, "environment"), (from_file, ENV_FILE))
        self._folder = folder
        self._problems = problems
        self.sources: dict[str, str] = {}

    def take(self, field: Field) -> str | None:
        """The text of a setting, or None; notes where it came from."""
        for texts, place in self._places:
            found = {name: texts[name].strip() for name in field.names if texts.get(name, "").strip()}
            files = {f"{name}_FILE" for name in field.names if field.secret and texts.get(f"{name}_FILE", "").strip()}
            if len(set(found.values())) + len(files) > 1:
                self._problems.append(f"{' and '.join(sorted([*found, *files]))} are both given: keep one")
                return None
            if files:
                name = files.pop()
                return self._from_file(field, name, Path(texts[name].strip()), place)
            if found:
                self.sources[field.name] = place
                return next(iter(found.values()))
        return None

    def _from_file(self, field: Field, name: str, path: Path, place: str) -> str | None:
        try:
            text = (self._folder / path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            self._problems.append(f"{name} names a file that cannot be read: {path} ({why})")
            return None
        if not text:
            self._problems.append(f"{name} names a file that is empty: {path}")
            return None
        self.sources[field.name] = f"{name} ({place})"
        return text


def _read_env_file(path: Path, problems: list[str]) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeError) as error:
        problems.append(f"{path} cannot be read: {error}")
        return {}
    found: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error or (binding.key is not None and binding.value is None):
            problems.append(f"{path.name} line {binding.original.line} is not NAME=value")
        elif binding.key is not None and binding.value is not None:
            found[binding.key] = binding.value
    return found


def _members(kind: Any) -> tuple[Any, ...]:
    """The types that a field takes, None left out."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(one for one in get_args(kind) if one is not type(None))
    return (kind,)


def _value(kind: Any, text: str, folder: Path) -> Any:
    """`text` as what a field takes. Raises ValueError that says what it must be, ConfigurationError where that is more
    than one thing.
    """
    (bare,) = _members(kind)
    if bare is Secret:
        return Secret(text)
    if bare is SegmentFile:
        return SegmentFile.read(text, folder)
    if get_origin(bare) is tuple:
        parts = tuple(part.strip() for part in text.split(",") if part.strip())
        try:
            return msgspec.convert(parts, kind)
        except msgspec.ValidationError:
            raise ValueError("must name one at least") from None
    if get_origin(bare) is dict:
        return _pairs(get_args(bare)[1], text)
    raw: Any = text.lower() if bare is bool or get_origin(bare) is Literal else text
    try:
        return msgspec.convert(raw, kind, strict=False)
    except msgspec.ValidationError:
        raise ValueError(_demand(kind, bare)) from None


def _pairs(kind: Any, text: str) -> dict[str, Any]:
    found = {}
    for part in text.split(","):
        name, separator, value = part.partition("=")
        if not separator or value.strip().lower() not in get_args(kind):
            raise ValueError(f"must be name=level with commas between, the level one of: {', '.join(get_args(kind))}")
        found[name.strip()] = value.strip().lower()
    return found


def _demand(kind: Any, bare: Any) -> str:
    # Of what may also be left out, the type inside the union has the limits.
    limited = bare if get_origin(bare) is Annotated else kind
    bare = get_args(bare)[0] if get_origin(bare) is Annotated else bare
    meta = limited.__metadata__[0]
    if get_origin(bare) is Literal:
        return f"must be one of: {', '.join(get_args(bare))}"
    if bare is bool:
        return "must be true or false"
    if bare is str:
        return f"must have {meta.min_length or 0} to {meta.max_length or 'any number of'} characters"
    least = f"at least {meta.ge}" if meta.ge is not None else f"above {meta.gt}"
    most = f", at most {meta.le}" if meta.le is not None else ""
    return f"must be a {'whole ' if bare is int else ''}number, {least}{most}"


def _unknown(given: set[str]) -> Iterator[str]:
    """Names that look like settings and are none: most often a slip of the pen."""
    known = {name for field in fields() for name in field.names}
    known |= {f"{name}_FILE" for field in fields() if field.secret for name in field.names}
    prefixes = (_OUR_PREFIX, *(f"{group.upper()}_" for group in GROUPS))
    for name in sorted(given - known):
        if name.startswith(prefixes) and name not in _NOT_SETTINGS:
            near = difflib.get_close_matches(name.removeprefix(_OUR_PREFIX), known, n=1, cutoff=0.75)
            yield f"{name} is no setting of Daybook" + (f": did you mean {near[0]}?" if near else "")
