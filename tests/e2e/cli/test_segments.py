"""Segments of a shop's own, from a file to an answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Run
from tests.support.daybook_process import command, server

OWN = {"name": "our shelves", "rows": {str(r): ["new", "new", "loyal", "best", "best"] for r in range(1, 6)}}
CUSTOMERS = "reference\n" + "".join(f"C-{n}\n" for n in range(1, 6))
ORDERS = "reference,placed_at,currency,customer,sku,quantity,unit_price\n" + "".join(
    f"W-{n},2026-03-{n:02d}T12:00:00Z,EUR,C-{n},MUG,1,{n}.00\n" for n in range(1, 6)
)
DAY = ("--as-of", "2026-04-01")


def test_commands_and_server_answer_with_the_segments_of_the_file(
    daybook: Run, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "segments.json").write_text(json.dumps(OWN))
    monkeypatch.setenv("ANALYTICS_SEGMENTS_FILE", "segments.json")
    for name, rows in (("customers.csv", CUSTOMERS), ("orders.csv", ORDERS)):
        (tmp_path / name).write_text(rows)
        assert daybook("import", name, "--strict")[0] == 0

    answer: dict[str, Any] = json.loads(daybook("analytics", "rfm", *DAY, "--format", "json")[1])
    table = answer["definition"]["segment_table"]
    assert table["name"] == "our shelves"
    # All bought once, so F is 1 and FM, the rounded-up mean of F and M, is 1, 2, 2, 3 and 3.
    assert {one["segment"]: one["customers"] for one in answer["data"]["segments"]} == {"new": 3, "loyal": 2, "best": 0}

    _, _, origin = daybook("analytics", "rfm", *DAY)
    assert origin.startswith("as of 2026-04-01, from postgres, segments by the table our shelves, sha256:")
    _, definitions, _ = daybook("analytics", "definitions")
    assert definitions.count(f"segments by the table our shelves ({table['digest']})") == 3
    assert daybook("analytics", "verify", "--backends", "memory,postgres", "--reports", "rfm,rfm-customers")[0] == 0

    settings = {"DATABASE_URL": database_url, "ANALYTICS_SEGMENTS_FILE": "segments.json"}
    with server(tmp_path, **settings, WORKERS="2") as running:
        (tmp_path / "segments.json").write_text("changed while it runs")
        over_http = running.get("/v1/analytics/rfm?as_of=2026-04-01").json()
        assert over_http == answer
        loyal = running.get("/v1/analytics/rfm/customers?as_of=2026-04-01&segment=loyal").json()
        assert [one["key"] for one in loyal["data"]] == ["C-4", "C-5"]
        assert loyal["definition"] == {"name": "rfm-customers", "version": 1, "segment_table": table}
        meaning = running.get("/v1/analytics/definitions/rfm").json()
        assert meaning["definition"] == answer["definition"]


def test_a_wrong_file_stops_the_start_and_all_that_is_wrong_is_told(tmp_path: Path) -> None:
    (tmp_path / "segments.json").write_text('{"name": 7, "rows": {}}')
    ended = command(tmp_path, "serve", STORAGE="memory", PORT="x", ANALYTICS_SEGMENTS_FILE="segments.json")
    assert ended.returncode == 2
    wrong = "         ANALYTICS_SEGMENTS_FILE names a file that is no table of segments: segments.json, "
    assert ended.stderr.splitlines() == [
        "error: the configuration cannot be used:",
        wrong + "/name: must be text",
        wrong + 'the whole: must be {"name": ..., "rows": {"5": [...], ..., "1": [...]}}',
        "         PORT must be a whole number, at least 1, at most 65535",
    ]
