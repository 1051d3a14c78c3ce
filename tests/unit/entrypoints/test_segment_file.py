"""The setting that names a file with the segments of RFM."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from domain.analytics.segments import STANDARD, SegmentTable
from entrypoints.bootstrap.failures import ConfigurationError
from entrypoints.bootstrap.loader import fields, load, shown
from entrypoints.bootstrap.settings import AppConfig, Settings
from entrypoints.bootstrap.wiring import Wiring

NAME = "ANALYTICS_SEGMENTS_FILE"
OWN: dict[str, Any] = {"name": "ours", "rows": {str(r): ["A", "B", "C", "D", f"E{r}"] for r in range(1, 6)}}


def written(folder: Path, content: object) -> str:
    """The name of a file in the folder with this content: bytes, or anything as JSON."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / "segments.json").write_bytes(data)
    return "segments.json"


def problems(folder: Path, **environment: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(environment, folder)
    return caught.value.problems


def test_without_a_file_the_standard_segments_are_used(tmp_path: Path) -> None:
    settings = load({}, tmp_path).settings
    assert settings.app.analytics_segments_file is None
    assert settings.app.segments is STANDARD


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
def test_the_table_of_a_file_is_used(mark: bytes, tmp_path: Path) -> None:
    name = written(tmp_path, mark + json.dumps(OWN).encode())
    settings = load({NAME: name}, tmp_path).settings
    assert settings.app.segments == SegmentTable.read(OWN)
    assert load({NAME: str(tmp_path / name)}, tmp_path).settings.app.segments == settings.app.segments
    (field,) = [one for one in fields() if one.name == NAME]
    assert shown(field, settings.app.analytics_segments_file) == name


def test_every_process_has_the_table_that_the_first_one_read(tmp_path: Path) -> None:
    name = written(tmp_path, OWN)
    settings = load({NAME: name}, tmp_path).settings
    written(tmp_path, b"gone")
    assert pickle.loads(pickle.dumps(settings)).app.segments == SegmentTable.read(OWN)


async def test_services_and_verification_get_the_table(tmp_path: Path) -> None:
    file = load({NAME: written(tmp_path, OWN)}, tmp_path).settings.app.analytics_segments_file
    wiring = Wiring(Settings(app=AppConfig(storage="memory", analytics_segments_file=file)), None)
    answer = await wiring.services.analytics.ask("rfm", [])
    rfm = answer.data
    assert getattr(rfm, "segment_table", None) == SegmentTable.read(OWN)
    checks = (await wiring.verification(["memory"]).verify()).checks
    assert {"memory": answer.answer_digest} in [one.digests for one in checks if one.report == "rfm"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", ["names a file that is not JSON: segments.json (Input data was truncated)"]),
        (b"{'name': 'ours'}", ["names a file that is not JSON: segments.json (JSON is malformed"]),
        (b'"\xff"', ["names a file that is not JSON: segments.json ("]),
        (b"[" * 60_000, ["names a file that is not JSON: segments.json ("]),
        (b" " * 70_000, ["names a file of more than 65536 bytes: segments.json"]),
        (
            OWN | {"name": "", "rows": OWN["rows"] | {"5": ["A"], "2": ["A", "B", "C", "D", "PROSPECTS"]}},
            [
                "names a file that is no table of segments: segments.json, /name: must not be",
                "names a file that is no table of segments: segments.json, /rows/2/4: PROSPECTS are",
                "names a file that is no table of segments: segments.json, /rows/5: must be a list of five names",
            ],
        ),
        ([], ["names a file that is no table of segments: segments.json, /name: must be text",
              "names a file that is no table of segments: segments.json, the whole: must be"]),
    ],
    ids=["empty", "no JSON", "no UTF-8", "too deep", "too large", "wrong rows", "a list"],
)  # fmt: skip
def test_what_is_wrong_with_the_file_is_named_beside_all_else(content: object, told: list[str], tmp_path: Path) -> None:
    found = problems(tmp_path, PORT="x", HOST="0.0.0.0", **{NAME: written(tmp_path, content)})
    assert [one.split()[0] for one in found] == [NAME] * len(told) + ["PORT", "HOST"]
    for one, begins in zip(found, told, strict=False):
        assert one.startswith(f"{NAME} {begins}")


@pytest.mark.parametrize(
    ("name", "why"),
    [("nowhere.json", "No such file or directory"), (".", "Is a directory"), ("a\0b", "this is no name of a file")],
)
def test_a_file_that_cannot_be_read(name: str, why: str, tmp_path: Path) -> None:
    assert problems(tmp_path, **{NAME: name}) == [f"{NAME} names a file that cannot be read: {name} ({why})"]
