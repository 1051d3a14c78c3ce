"""Logs: JSON, or lines for people, with the request they belong to and nothing that is nobody's business."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from entrypoints import correlation
from entrypoints.bootstrap import logs
from entrypoints.bootstrap.settings import LogFormat, LoggingConfig, LogLevel
from entrypoints.correlation import Correlation


@pytest.fixture(autouse=True)
def _levels_as_before() -> Iterator[None]:
    yield
    for name in ("quiet", "loud", "_granian", "http.access"):
        logging.getLogger(name).setLevel(logging.NOTSET)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def configured(stream: io.StringIO, form: LogFormat = "json", level: LogLevel = "info", **categories: LogLevel) -> None:
    logs.configure(LoggingConfig(format=form, level=level, categories=categories), stream=stream)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_of_the_standard_library_and_one_of_structlog_have_one_form() -> None:
    stream = io.StringIO()
    configured(stream)
    logging.getLogger("adapters.shelf").warning("%d books", 3, extra={"shelf": "A3"})
    structlog.get_logger("adapters.shelf").warning("3 books", shelf="A3")
    first, second = lines(stream)
    assert str(first.pop("timestamp")).endswith("Z")
    second.pop("timestamp")
    assert first == second == {"event": "3 books", "level": "warning", "logger": "adapters.shelf", "shelf": "A3"}


def test_a_line_of_a_request_has_its_ids() -> None:
    stream = io.StringIO()
    configured(stream)
    token = correlation.current.set(Correlation("r-1", "t-1"))
    logging.getLogger("a").warning("in it")
    correlation.current.reset(token)
    logging.getLogger("a").warning("after it")
    inside, after = lines(stream)
    assert (inside["request_id"], inside["trace_id"]) == ("r-1", "t-1")
    assert "request_id" not in after


def test_levels_of_categories() -> None:
    stream = io.StringIO()
    configured(stream, quiet="error", loud="debug")
    for name in ("quiet", "loud", "other"):
        logging.getLogger(name).warning("%s warning", name)
        logging.getLogger(name).debug("%s debug", name)
    assert [line["event"] for line in lines(stream)] == ["loud warning", "loud debug", "other warning"]


def test_a_traceback_is_text_without_the_values_of_variables() -> None:
    stream = io.StringIO()
    configured(stream)
    email = "ada@example.org"
    try:
        int(email[:3])
    except ValueError:
        logging.getLogger("a").exception("failed")
    (line,) = lines(stream)
    assert "ValueError: invalid literal" in str(line["exception"])
    assert email not in stream.getvalue()


def test_what_has_no_json_is_logged_by_its_text() -> None:
    stream = io.StringIO()
    configured(stream)
    structlog.get_logger("a").warning("odd", path=Path("shelf"), surrogate="a\udc80b")
    (line,) = lines(stream)
    assert line["surrogate"] == "a\udc80b"
    assert "shelf" in str(line["path"])


def test_warnings_are_logged() -> None:
    stream = io.StringIO()
    configured(stream)
    warnings.warn("old shelf", UserWarning, stacklevel=1)
    assert "old shelf" in str(lines(stream)[0]["event"])


@pytest.mark.parametrize(("form", "terminal", "is_json"), [
    ("auto", False, True), ("auto", True, False), ("json", True, True), ("console", False, False),
])  # fmt: skip
def test_the_form(form: LogFormat, terminal: bool, is_json: bool) -> None:
    stream = Terminal() if terminal else io.StringIO()
    configured(stream, form)
    logging.getLogger("a").warning("hello")
    assert stream.getvalue().startswith("{") is is_json
    assert "hello" in stream.getvalue()


@pytest.mark.parametrize("no_color", [True, False])
def test_no_color(monkeypatch: pytest.MonkeyPatch, no_color: bool) -> None:
    monkeypatch.setenv("NO_COLOR", "1" if no_color else "")
    stream = Terminal()
    configured(stream, "console")
    logging.getLogger("a").warning("hello")
    assert ("\x1b[" in stream.getvalue()) is not no_color


def written(tmp_path: Path, config: LoggingConfig) -> str:
    with (tmp_path / "log").open("w+") as stream:
        log = logs.AccessLog(config, stream=stream)
        log(method="GET", route="/v1/books", status=200, seconds=0.0012345, about=Correlation("r-1", "t-1"))
    return (tmp_path / "log").read_text()


def test_the_line_of_a_request(tmp_path: Path) -> None:
    line = json.loads(written(tmp_path, LoggingConfig(format="json")))
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "level": "info",
        "logger": "http.access",
        "event": "request",
        "method": "GET",
        "route": "/v1/books",
        "status": 200,
        "duration_ms": 1.234,
        "request_id": "r-1",
        "trace_id": "t-1",
    }


def test_the_line_of_a_request_for_people(tmp_path: Path) -> None:
    assert written(tmp_path, LoggingConfig(format="console")).endswith(" 200 GET /v1/books 1.2 ms  r-1\n")


@pytest.mark.parametrize(("config", "enabled"), [
    (LoggingConfig(), True),
    (LoggingConfig(level="warning"), False),
    (LoggingConfig(level="warning", categories={"http.access": "info"}), True),
    (LoggingConfig(categories={"http.access": "warning"}), False),
])  # fmt: skip
def test_requests_are_logged_at_info(config: LoggingConfig, enabled: bool) -> None:
    assert logs.AccessLog(config).enabled is enabled


def test_a_line_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream:
        log = logs.AccessLog(LoggingConfig(), stream=stream)
    log(method="GET", route="/", status=200, seconds=0.1, about=Correlation("r", "t"))
    assert (tmp_path / "log").read_text() == ""
