"""Categories on the command line, on PostgreSQL."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from tests.support.builders import isbn
from tests.support.commands import NOBODY, Run, made

SCHEME = "code,name,parent_code\nF,Fiction,\nFV,Historical fiction,F\nFJ,Sea stories,F\nX,Lost,Y\n"


def a_book(daybook: Run, number: int, *categories: str) -> Any:
    named = [part for name in categories for part in ("--category", name)]
    return made(daybook, "books", "create", "--title", "T", "--author", "A", "--isbn", isbn(number).value, *named)


def test_one_is_made_changed_moved_and_put_away(daybook: Run) -> None:
    fiction = made(daybook, "categories", "create", "--name", "Fiction")
    sea = made(daybook, "categories", "create", "--name", "Sea", "--parent-id", fiction["id"], "--code", "FJ")
    assert (sea["path"], sea["depth"], sea["books"]) == ("fiction/sea", 2, {"own": 0, "branch": 0})
    assert made(daybook, "categories", "get", sea["id"]) == sea
    book = a_book(daybook, 1, "sea", "Other")
    changed = made(daybook, "categories", "update", sea["id"], "--name", "Ships", "--unset", "code", "--version", "1")
    assert (changed["path"], changed["code"], changed["books"]["own"]) == ("fiction/sea", None, 1)
    assert made(daybook, "books", "get", book["id"])["categories"] == ["Ships", "Other"]
    assert daybook("categories", "update", sea["id"], "--name", "X", "--version", "1")[0] == 4

    assert daybook("categories", "move", fiction["id"], "--to", sea["id"]) == (
        4,
        "",
        "error: fiction cannot be moved beneath fiction/sea, which is itself or beneath it\n",
    )
    moved = made(daybook, "categories", "move", sea["id"], "--root", "--position", "3")
    assert (moved["path"], moved["position"]) == ("sea", 3)
    assert made(daybook, "categories", "move", sea["id"], "--to", fiction["id"])["path"] == "fiction/sea"
    for wrong in ((), ("--root", "--to", fiction["id"])):
        assert daybook("categories", "move", sea["id"], *wrong)[0] == 2

    assert daybook("categories", "create", "--name", "FICTION") == (4, "", "error: slug exists\n")
    assert daybook("categories", "create", "--name", "&")[0] == 2
    assert daybook("categories", "get", NOBODY)[0] == 3
    assert daybook("categories", "delete", fiction["id"], "--yes")[0] == 4
    assert daybook("categories", "delete", sea["id"])[0] == 2
    assert daybook("categories", "delete", sea["id"], "--yes")[0] == 0
    assert daybook("categories", "get", sea["id"])[0] == 3
    assert made(daybook, "categories", "restore", sea["id"])["books"] == {"own": 1, "branch": 1}


def test_lists_trees_and_books(daybook: Run) -> None:
    fiction = made(daybook, "categories", "create", "--name", "Fiction", "--position", "2")
    made(daybook, "categories", "create", "--name", "Art", "--position", "1")
    sea = made(daybook, "categories", "create", "--name", "Sea", "--parent-id", fiction["id"])
    first, second = a_book(daybook, 1, "Fiction"), a_book(daybook, 2, "fiction/sea")
    page = made(daybook, "categories", "list", "--depth", "1", "--total")
    assert ([one["name"] for one in page["data"]], page["total"]) == (["Art", "Fiction"], 2)
    assert made(daybook, "categories", "list", "--path", "Fiction/Sea")["data"][0]["id"] == sea["id"]
    code, out, _ = daybook("categories", "list", "--q", "fic")
    assert (code, out.split("\n")[0].split()) == (
        0,
        ["id", "path", "name", "code", "position", "books.own", "books.branch"],
    )
    assert daybook("categories", "list", "--level", "1")[0] == 2

    code, out, _ = daybook("categories", "tree")
    assert [line.strip("│├└─ ") for line in out.splitlines()] == [
        "Art  art  0/0",
        "Fiction  fiction  1/2",
        "Sea  fiction/sea  1/1",
    ]
    tree = made(daybook, "categories", "tree", fiction["id"], "--depth", "1")
    assert [(node["slug"], node["children"]) for node in tree["data"]] == [("fiction", [])]
    assert daybook("categories", "tree", NOBODY)[0] == 3
    assert daybook("categories", "tree", "--depth", "0")[0] == 2

    books = made(daybook, "categories", "books", fiction["id"], "--sort", "isbn")
    assert [one["id"] for one in books["data"]] == [first["id"], second["id"]]
    books = made(daybook, "categories", "books", fiction["id"], "--alone", "--language", "en")
    assert books["data"] == []
    assert daybook("categories", "books", NOBODY)[0] == 3


def test_a_scheme_is_taken_in(daybook: Run) -> None:
    Path("scheme.csv").write_text(SCHEME, encoding="utf-8")
    code, out, error = daybook("categories", "import", "scheme.csv", "--dry-run", "--output", "json")
    taken = json.loads(out)
    assert (code, taken["summary"]["created"], taken["summary"]["rejected"]) == (0, 3, 1)
    assert "1 of 4 rows were rejected" in error
    assert made(daybook, "categories", "list")["data"] == []

    code, out, error = daybook("categories", "import", "scheme.csv", "--report", "rejected.csv", "--strict")
    assert (code, out.splitlines()[:3]) == (
        1,
        ["scheme.csv: csv, 4 rows", "  3 created, 0 updated, 0 unchanged, 1 rejected", "  new: 3 categories"],
    )
    assert "all of them are in rejected.csv" in error
    rejected = list(csv.DictReader(io.StringIO(Path("rejected.csv").read_text(encoding="utf-8"))))
    assert [(one["line"], one["code"]) for one in rejected] == [("5", "unknown-parent")]
    assert [one["path"] for one in made(daybook, "categories", "list", "--sort", "path")["data"]] == [
        "fiction",
        "fiction/historical-fiction",
        "fiction/sea-stories",
    ]
    code, out, _ = daybook("categories", "import", "scheme.csv")
    assert (code, out.splitlines()[1]) == (0, "  0 created, 0 updated, 3 unchanged, 1 rejected")

    Path("other.csv").write_text("id,title\n", encoding="utf-8")
    code, _, error = daybook("categories", "import", "other.csv")
    assert (code, error.splitlines()[0]) == (
        2,
        "error: has the columns id, title; expected are code, name, and maybe parent_code and description",
    )
    assert daybook("categories", "import", "nowhere.csv")[0] == 2


def test_the_depth_of_a_tree_is_named_where_it_is_none(daybook: Run) -> None:
    code, _, error = daybook("categories", "tree", "--depth", "99")
    assert (code, error) == (2, "error: depth: must be a whole number from 1 to 20\n")
