"""Authors, and many books at once, on the command line, on PostgreSQL."""

import json
from pathlib import Path

import pytest

from tests.support.builders import isbn
from tests.support.commands import NOBODY, Run, made


def test_authors(daybook: Run) -> None:
    eliot = made(
        daybook, "authors", "create", "--name", "George Eliot", "--other-name", "Mary Ann Evans", "--born", "1819"
    )
    assert (eliot["sort_name"], eliot["other_names"]) == ("Eliot, George", ["Mary Ann Evans"])
    changed = made(daybook, "authors", "update", eliot["id"], "--died", "1880", "--unset", "born", "--version", "1")
    assert (changed["born"], changed["died"], changed["version"]) == (None, "1880", 2)
    code, out, _ = daybook("authors", "list", "--q", "evans")
    assert code == 0
    assert out.splitlines()[1].split()[1:3] == ["George", "Eliot"]
    assert daybook("authors", "create", "--name", "george eliot") == (4, "", "error: author exists\n")
    assert daybook("authors", "get", NOBODY)[0] == 3
    assert daybook("authors", "delete", eliot["id"], "--yes")[0] == 0
    assert daybook("authors", "get", eliot["id"])[0] == 3
    assert made(daybook, "authors", "restore", eliot["id"])["deleted_at"] is None


def test_two_authors_become_one_and_two_again(daybook: Run) -> None:
    stays = made(daybook, "authors", "create", "--name", "George Eliot")["id"]
    book = ("books", "create", "--title", "Romola", "--isbn", isbn(1).value)
    gone = made(daybook, *book, "--author", "G. Eliot")["authors"][0]["id"]
    assert daybook("authors", "delete", gone, "--yes")[0] == 4
    assert daybook("authors", "merge", stays, gone)[0] == 2, "nobody said yes"
    code, _, told = daybook("authors", "merge", stays, gone, "--yes")
    assert (code, told) == (0, f"merged; `daybook authors unmerge {gone}` undoes it\n")
    of = json.loads(daybook("authors", "books", stays, "--format", "json")[1])["data"]
    assert [one["title"] for one in of] == ["Romola"]
    assert daybook("authors", "get", gone) == (3, "", f"error: the author {gone} was merged into {stays}\n")
    assert daybook("authors", "books", gone)[0] == 3
    assert made(daybook, "authors", "unmerge", gone)["version"] == 3
    assert "nothing found" in daybook("authors", "books", stays)[2]
    second = ("books", "create", "--title", "Emma", "--isbn", isbn(2).value, "--author-id", stays)
    assert made(daybook, *second)["author"] == "George Eliot"


def test_many_books(daybook: Run, tmp_path: Path) -> None:
    rows = [{"op": "create", "title": f"T{n}", "author": "A", "isbn": isbn(n).value} for n in range(1, 1_003)]
    file = tmp_path / "books.ndjson"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    code, out, told = daybook("books", "batch", str(file), "--format", "ndjson")
    verdicts = [json.loads(line) for line in out.splitlines()]
    assert (code, told) == (0, "1,002 created, 0 updated, 0 unchanged, 0 refused\n")
    assert [one["row"] for one in verdicts] == list(range(1_002))
    changes = [
        {"op": "update", "id": verdicts[1_001]["id"], "pages": 7},
        {"op": "create", "title": "x", "author": "A", "isbn": isbn(1).value},
    ]
    file.write_text("\n".join(map(json.dumps, changes)), encoding="utf-8")
    code, out, told = daybook("books", "batch", str(file))
    assert (code, told) == (1, "0 created, 1 updated, 0 unchanged, 1 refused\n")
    assert "isbn-exists" in out
    file.write_text("{}\n{", encoding="utf-8")
    code, _, told = daybook("books", "batch", str(file))
    assert code == 2
    assert told.startswith(f"error: line 2 of {file} is not JSON")
    assert daybook("books", "batch", str(tmp_path / "none"))[0] == 2


def test_a_csv_of_books_brings_its_authors_back(
    daybook: Run, tmp_path: Path, other_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = {"title": "War and Peace", "isbn": isbn(1).value, "publisher": "Knopf", "format": "paperback", "pages": 1296}
    named = [{"name": "Leo Tolstoy"}, {"name": "Larissa Volokhonsky", "role": "translator"}]
    file = tmp_path / "book.json"
    file.write_text(json.dumps({**book, "authors": named, "series": "Vintage", "series_position": "2"}))
    first = made(daybook, "books", "create", "--json", str(file))
    table = tmp_path / "books.csv"
    table.write_text(daybook("books", "list", "--format", "csv")[1], encoding="utf-8")
    code, out, _ = daybook("import", str(table), "--output", "json")
    assert (code, json.loads(out)["unchanged"]) == (0, 1), out
    monkeypatch.setenv("DATABASE_URL", other_database_url)
    code, out, _ = daybook("import", str(table), "--output", "json")
    assert (code, json.loads(out)["stored"]) == (0, {"authors": 2, "books": 1}), out
    again = made(daybook, "books", "get", isbn(1).value)
    assert [(one["name"], one["role"]) for one in again["authors"]] == [
        ("Leo Tolstoy", "author"),
        ("Larissa Volokhonsky", "translator"),
    ]
    for name in ("author", "publisher", "format", "pages", "series", "series_position"):
        assert again[name] == first[name]
