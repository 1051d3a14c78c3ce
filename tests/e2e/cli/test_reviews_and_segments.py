"""Reviews, groups and segments on the command line, on PostgreSQL."""

from pathlib import Path

from tests.support.commands import MIDDLEMARCH, NOBODY, Run, made


def test_reviews(daybook: Run, tmp_path: Path) -> None:
    book = made(daybook, "books", "create", *MIDDLEMARCH)
    customer = made(daybook, "customers", "create", "--name", "Ada")
    new = ("--book-id", book["id"], "--customer-id", customer["id"], "--rating", "5")
    review = made(daybook, "reviews", "create", *new, "--text", "Twice in one winter.", "--language", "en")
    assert (review["status"], review["rating"], review["version"]) == ("pending", 5, 1)
    code, _, error = daybook("reviews", "create", *new, "--text", "Again.")
    assert (code, error) == (4, "error: review exists\n")

    assert made(daybook, "reviews", "publish", review["id"], "--version", "1")["status"] == "published"
    assert daybook("reviews", "publish", review["id"])[::2] == (4, "error: the review is already published\n")
    assert made(daybook, "books", "get", book["id"])["rating"] == {"count": 1, "average": "5.00"}
    rejected = made(daybook, "reviews", "reject", review["id"], "--reason", "About the parcel.")
    assert (rejected["status"], rejected["reason"]) == ("rejected", "About the parcel.")
    assert made(daybook, "reviews", "update", review["id"], "--rating", "4", "--unset", "language")["language"] is None
    page = made(daybook, "reviews", "list", "--status", "rejected", "--rating[gte]", "4", "--book_id", book["id"])
    assert [one["id"] for one in page["data"]] == [review["id"]]

    code, out, error = daybook("reviews", "create", "--rating", "6", "--customer-id", NOBODY)
    assert (code, out) == (2, "")
    assert error.splitlines() == [
        "error: book_id: is required",
        "       rating: must be at least 1 and at most 5",
        "       text: is required",
    ]
    assert daybook("reviews", "delete", review["id"])[0] == 2
    assert daybook("reviews", "delete", review["id"], "--yes")[0] == 0
    assert daybook("reviews", "get", review["id"])[0] == 3
    assert made(daybook, "reviews", "restore", review["id"])["status"] == "rejected"

    file = tmp_path / "review.json"
    other = made(daybook, "customers", "create", "--name", "Bob")
    file.write_text(f'{{"book_id": "{book["id"]}", "customer_id": "{other["id"]}", "rating": 1, "text": "A\\nB"}}')
    assert made(daybook, "reviews", "create", "--json", str(file))["text"] == "A\nB"
    assert "pending" in daybook("reviews", "list")[1]


def test_groups(daybook: Run) -> None:
    group = made(daybook, "groups", "create", "--name", "Circle")
    people = [made(daybook, "customers", "create", "--name", name)["id"] for name in ("Ada", "Bob", "Eve")]
    assert made(daybook, "groups", "add", group["id"], *people[:2]) == {"changed": 2, "unchanged": 0}
    assert made(daybook, "groups", "add", group["id"], *people) == {"changed": 1, "unchanged": 2}
    assert made(daybook, "groups", "remove", group["id"], people[1]) == {"changed": 1, "unchanged": 0}
    page = made(daybook, "groups", "members", group["id"], "--sort", "name", "--total")
    assert ([one["name"] for one in page["data"]], page["total"]) == (["Ada", "Eve"], 2)
    assert daybook("groups", "add", group["id"], NOBODY)[::2] == (
        2,
        f"error: customer_ids.0: there is no customer {NOBODY}\n",
    )
    assert made(daybook, "groups", "update", group["id"], "--description", "On Mondays.")["version"] == 2
    assert daybook("groups", "create", "--name", "Circle")[::2] == (4, "error: name exists\n")
    assert daybook("groups", "delete", group["id"], "--yes")[0] == 0
    assert daybook("groups", "get", group["id"])[0] == 3
    assert made(daybook, "groups", "restore", group["id"])["name"] == "Circle"
    assert "Circle" in daybook("groups", "list", "--name", "Circle")[1]


def test_segments(daybook: Run) -> None:
    for name, tags in (("Ada", ("--tag", "newsletter")), ("Bob", ())):
        made(daybook, "customers", "create", "--name", name, *tags)
    segment = made(daybook, "segments", "create", "--name", "Readers", "--rule", 'tag="newsletter" AND orders<1')
    assert segment["rule"] == 'tag = "newsletter" and orders < 1'
    page = made(daybook, "segments", "members", segment["id"], "--total")
    assert ([one["name"] for one in page["data"]], page["total"]) == (["Ada"], 1)
    snapshot = made(daybook, "segments", "snapshot", segment["id"])
    assert snapshot["member_count"] == 1
    assert made(daybook, "segments", "update", segment["id"], "--rule", "has email")["version"] == 2
    assert made(daybook, "segments", "members", segment["id"])["data"] == []
    (kept,) = made(daybook, "segments", "snapshots", segment["id"])["data"]
    assert kept == snapshot
    members = made(daybook, "segments", "snapshot-members", snapshot["id"])["data"]
    assert [one["name"] for one in members] == ["Ada"]
    code, _, error = daybook("segments", "create", "--name", "x", "--rule", "orders >= many")
    assert (code, error) == (
        2,
        "error: rule: character 11: expected a whole number from 0 to 999999999, found 'many'\n",
    )
    assert daybook("segments", "delete", segment["id"], "--yes")[0] == 0
    assert daybook("segments", "members", segment["id"])[0] == 3
    assert made(daybook, "segments", "restore", segment["id"])["rule"] == "has email"
    assert "Readers" in daybook("segments", "list")[1]
    assert made(daybook, "segments", "get", segment["id"])["name"] == "Readers"
