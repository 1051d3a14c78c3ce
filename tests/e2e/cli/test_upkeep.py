"""Settings, schema and health on the command line, and how commands end in a shell."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from entrypoints.bootstrap import migrate
from entrypoints.cli.main import command_line, run
from tests.support.daybook_process import COMMAND, command, environment

PASSWORD = "correct-horse-battery"
URL = f"postgresql://keeper:{PASSWORD}@127.0.0.1:1/shop"


@pytest.fixture(autouse=True)
def _somewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("form", ["table", "json", "csv", "ndjson"])
def test_settings_are_shown_without_secrets(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", PASSWORD)
    monkeypatch.setenv("DATABASE_POOL_SZE", "3")
    Path(".env").write_text("PORT=8123\n")
    assert run(["config", "show", "--format", form]) == 0
    out, error = capsys.readouterr()
    assert PASSWORD not in out
    assert "postgresql://keeper@127.0.0.1:1/shop" in out
    assert error == "warning: DATABASE_POOL_SZE is no setting of Daybook: did you mean DATABASE_POOL_SIZE?\n"
    if form == "json":
        shown = {one["name"]: (one["value"], one["source"]) for one in json.loads(out)}
        assert shown["PORT"] == ("8123", ".env")
        assert shown["DATABASE_POOL_SIZE"] == ("10", "default")


def test_settings_are_checked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "check"]) == 0
    assert capsys.readouterr() == ("", "the settings are sound\n")
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("WORKERS", "0")
    assert run(["config", "check"]) == 2
    assert capsys.readouterr().err == (
        "error: the configuration cannot be used:\n"
        "         PORT must be a whole number, at least 1, at most 65535\n"
        "         WORKERS must be a whole number, at least 1, at most 256\n"
    )


def test_the_schema_goes_up_and_down(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert run(["db", "check"]) == 0
    assert run(["db", "downgrade", "base"]) == 2
    assert run(["health", "--format", "json"]) == 0
    capsys.readouterr()
    assert run(["db", "downgrade", "base", "--yes"]) == 0
    assert run(["db", "current"]) == 0
    assert capsys.readouterr().out == "base\n"
    assert run(["db", "check"]) == 1
    assert "table" in capsys.readouterr().out
    assert run(["health", "--format", "json"]) == 5
    assert json.loads(capsys.readouterr().out)["stores"][0]["migrated"] is False
    assert run(["db", "upgrade"]) == 0
    assert run(["db", "current"]) == 0
    assert capsys.readouterr().out == f"{migrate.head()}\n"


def test_a_database_that_is_not_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    for arguments in (["books", "list"], ["db", "current"], ["health"]):
        assert run(arguments) == 5
        out, error = capsys.readouterr()
        assert out == ""
        assert error.startswith("error: postgresql://keeper@127.0.0.1:1/shop: ")


@pytest.mark.parametrize("arguments", [["books", "list"], ["health"], ["analytics", "rfm"]])
def test_memory_is_for_servers(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STORAGE", "memory")
    assert run(arguments) == 2
    assert "in the memory of one process" in capsys.readouterr().err
    assert run(["db", "current"]) == 2


def test_the_document_of_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["openapi"].startswith("3.1")
    assert "/v1/books" in document["paths"]
    assert run(["openapi", "--postman"]) == 0
    collection = json.loads(capsys.readouterr().out)
    assert (collection["info"]["name"], len(collection["item"]) > 5) == ("Daybook", True)
    assert {"key": "base_url", "value": "http://127.0.0.1:8000"} in collection["variable"]
    assert run(["openapi", "--postman", "--against", "x.json"]) == 2


def test_the_api_keeps_what_an_earlier_document_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi"]) == 0
    document = json.loads(capsys.readouterr().out)
    Path("same.json").write_text(json.dumps(document))
    assert run(["openapi", "--against", "same.json"]) == 0
    out, error = capsys.readouterr()
    assert (out, error) == ("", f"nothing breaks for those who call by version {document['info']['version']}\n")
    document["info"]["version"] = "0.0.1"
    document["paths"]["/v1/tomes"] = {"get": {"operationId": "get_tomes"}}
    document["components"]["schemas"]["BookResponse"]["properties"]["title"] = {"type": "integer"}
    Path("other.json").write_text(json.dumps(document))
    assert run(["openapi", "--against", "other.json"]) == 1
    out, error = capsys.readouterr()
    assert error == "error: 2 changes break those who call by version 0.0.1\n"
    rows = [line.split("  ") for line in out.splitlines()]
    told = {row[0]: [cell.strip() for cell in row if cell.strip()] for row in rows}
    assert told["path"] == ["path", "is no longer there", "all callers", "GET /v1/tomes"]
    assert told["BookResponse/title"][1:3] == ["was integer and is string", "who reads it"]
    assert "GET /v1/books; POST /v1/books" in told["BookResponse/title"][3]


@pytest.mark.parametrize("text", ["", "[]", '{"swagger": "2.0"}', '{"openapi": "3.0.3"}'])
def test_what_is_compared_is_a_document(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("odd.json").write_text(text)
    assert run(["openapi", "--against", "odd.json"]) == 2
    assert "odd.json" in capsys.readouterr().err
    assert run(["openapi", "--against", "missing.json"]) == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert "analytics" in capsys.readouterr().out


GROUPS = [name for name in command_line() if not name.startswith("-")]


def test_help_lists_every_group_and_begins_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"│ {name} " in text for name in GROUPS)
    assert text.index("$ daybook serve") < text.index("Commands")


def commands(app: App, *above: str) -> Iterator[tuple[str, ...]]:
    """Every command of a group, those of the groups in it too; the group itself where it is one."""
    names = [name for name in app if not name.startswith("-")]
    if not names:
        yield above
    for name in names:
        yield from commands(app[name], *above, name)


@pytest.mark.parametrize("group", GROUPS)
def test_every_command_has_an_example(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in commands(command_line()[group], group):
        assert run([*words, "--help"]) == 0
        assert f"$ daybook {' '.join(words)}" in capsys.readouterr().out, words


def test_a_shell_gets_the_exit_code_and_two_streams(tmp_path: Path) -> None:
    done = command(tmp_path, "books", "list", DATABASE_URL=URL)
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("error: postgresql://keeper@127.0.0.1:1/shop: ")
    assert PASSWORD not in done.stderr


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "openapi"], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    assert (process.wait(60), process.stderr.read()) == (0, b"")
    process.stderr.close()


def test_ctrl_c_stops_at_once_with_a_word(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "books", "delete", "01997f43-8c00-7000-8000-000000000000"],
        cwd=tmp_path,
        env=environment(),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    assert process.stderr is not None
    asked = b""
    while not asked.endswith(b"[y/N] "):
        asked += process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    os.close(ours)
    assert (process.returncode, out, error) == (130, b"", b"interrupted\n")


def test_the_installed_command() -> None:
    installed = Path(sys.executable).with_name("daybook")
    done = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip().count(".") == 2
