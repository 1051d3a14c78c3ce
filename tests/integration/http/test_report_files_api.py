"""Reports in the form that Accept asks for."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pytest
import python_calamine
from litestar.exceptions import LitestarException
from msgspec.structs import replace
from pyarrow import parquet

from application.analytics.exporting import FILE_TYPES, SPECS, file_types
from application.analytics.lifetime_reports import CHURN_CUSTOMERS
from application.analytics.reports import RFM_CUSTOMERS
from application.ports.report_files import ReportFormat, TabularReport
from entrypoints.http.app import create_app
from entrypoints.http.report_files import JSON_TYPE
from entrypoints.services import Services
from tests.integration.http.conftest import CONFIG
from tests.integration.http.test_analytics_api import DAY, sell
from tests.support.answers import shop_of
from tests.support.http_client import HttpClient
from tests.support.loading import put
from tests.support.store_case import StorePorts

_PAGES = {RFM_CUSTOMERS.name: "rfm/customers", CHURN_CUSTOMERS.name: "churn/customers"}
PATHS = {name: _PAGES.get(name, name) for name in SPECS}
FORMS = {name: one.media_type for name, one in FILE_TYPES.items()}


def url(report: str) -> str:
    return f"/v1/analytics/{PATHS[report]}?{DAY}"


@pytest.mark.parametrize("report", SPECS)
async def test_every_report_comes_in_every_form_it_has(test_db: StorePorts, client: HttpClient, report: str) -> None:
    await put(test_db, shop_of(report))
    plain = await client.get(url(report))
    assert "Accept" in plain.headers["vary"]
    for form in file_types(SPECS[report]):
        answer = await client.get(url(report), headers={"Accept": form.media_type})
        assert (answer.status, answer.headers["content-type"]) == (200, form.media_type)
        assert f'filename="{report}-2026-04-01.{form.name}"' in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == plain.headers["cache-control"]
        assert "Accept" in answer.headers["vary"]
        # The digest of a page that goes on is of that page.
        if plain.json().get("next_cursor") is None:
            assert answer.headers["daybook-answer-digest"] == plain.json()["answer_digest"]
        assert answer.raw
    assert [type_.name in ("svg", "png") for type_ in file_types(SPECS[report])].count(True) in (0, 2)


async def test_the_rows_are_those_of_the_json(client: HttpClient) -> None:
    await sell(client)
    periods = (await client.get(url("revenue"))).json()["data"]["periods"]
    text = (await client.get(url("revenue"), headers={"Accept": FORMS["csv"]})).raw.decode()
    assert [one["revenue"] for one in csv.DictReader(io.StringIO(text))] == [one["revenue"] for one in periods]
    lines = (await client.get(url("revenue"), headers={"Accept": FORMS["ndjson"]})).raw.splitlines()
    assert [json.loads(line) for line in lines] == periods
    for form, read in (("parquet", parquet.read_table), ("arrow", lambda file: pa.ipc.open_stream(file).read_all())):
        file = io.BytesIO((await client.get(url("revenue"), headers={"Accept": FORMS[form]})).raw)
        found = read(file).to_pylist()
        assert [(str(one["start"]), one["orders"]) for one in found] == [
            (one["start"], one["orders"]) for one in periods
        ]
    file = io.BytesIO((await client.get(url("revenue"), headers={"Accept": FORMS["xlsx"]})).raw)
    sheet = python_calamine.CalamineWorkbook.from_filelike(file).get_sheet_by_name("periods").to_python()
    assert len(sheet) == 1 + len(periods)


async def test_a_file_says_in_headers_what_it_is(client: HttpClient) -> None:
    await sell(client)
    answer = await client.get(f"{url('rfm')}&method=rank", headers={"Accept": "text/csv"})
    told = {name: text for name, text in answer.headers.items() if name.startswith("daybook-")}
    assert (told["daybook-report"], told["daybook-as-of"], told["daybook-watermark"]) == ("rfm", "2026-04-01", "8")
    assert told["daybook-store"] in ("memory", "postgres")
    assert parse_qs(told["daybook-definition"])["segment_table.name"] == ["standard"]
    assert parse_qs(told["daybook-parameters"], keep_blank_values=True)["method"] == ["rank"]
    assert parse_qs(told["daybook-answer"])["customers"] == ["3"]


async def test_a_list_comes_whole_and_not_by_pages(client: HttpClient) -> None:
    await sell(client)
    page = (await client.get(f"{url('rfm-customers')}&limit=1")).json()
    assert (len(page["data"]), page["has_more"]) == (1, True)
    text = (await client.get(url("rfm-customers"), headers={"Accept": "text/csv"})).raw.decode()
    assert [one["key"] for one in csv.DictReader(io.StringIO(text))] == ["K-1", "K-2", "K-3"]
    refused = await client.get(f"{url('rfm-customers')}&limit=1", headers={"Accept": "text/csv"})
    assert (refused.status, refused.json()["errors"][0]["pointer"]) == (400, "limit")


async def test_a_form_that_there_is_not_is_refused_with_those_that_there_are(client: HttpClient) -> None:
    answer = await client.get(url("summary"), headers={"Accept": "image/svg+xml"})
    assert (answer.status, answer.json()["code"]) == (406, "not-acceptable")
    assert "text/csv" in answer.json()["detail"]
    assert JSON_TYPE in answer.json()["detail"]
    assert (await client.get(url("summary"), headers={"Accept": "text/html, */*;q=0.1"})).status == 200


async def test_what_is_wrong_with_the_question_is_said_in_every_form(client: HttpClient) -> None:
    for form in FORMS.values():
        answer = await client.get("/v1/analytics/revenue?period=year&tz=Nowhere", headers={"Accept": form})
        assert (answer.status, len(answer.json()["errors"])) == (400, 2)


async def test_head_and_conditions_hold_for_files(client: HttpClient) -> None:
    await sell(client)
    tags = set()
    for form in (JSON_TYPE, *FORMS.values()):
        answer = await client.get(url("revenue"), headers={"Accept": form})
        tags.add(answer.headers["etag"])
        head = await client.request("HEAD", url("revenue"), headers={"Accept": form})
        assert (head.status, head.headers["etag"]) == (200, answer.headers["etag"])
        known = {"Accept": form, "If-None-Match": answer.headers["etag"]}
        assert (await client.get(url("revenue"), headers=known)).status == 304
    assert len(tags) == 1 + len(FORMS), "each form has a tag of its own"


async def test_a_picture_that_is_opened_may_use_its_own_styles_and_nothing_else(client: HttpClient) -> None:
    await sell(client)
    answer = await client.get(url("cohorts"), headers={"Accept": "image/svg+xml", "Accept-Encoding": "gzip"})
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-disposition"].startswith("inline")


async def test_pages_of_other_origins_may_read_these_headers(services: Services) -> None:
    app = create_app(services, replace(CONFIG, allowed_origins=("https://shop.example",)))
    asked = {"Accept": "text/csv", "Origin": "https://shop.example"}
    answer = await HttpClient(app).get(url("rfm"), headers=asked)
    shown = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert {name for name in answer.headers if name.startswith("daybook-")} <= shown


async def test_the_document_declares_every_form(client: HttpClient) -> None:
    document = (await client.get("/schema/openapi.json")).json()
    for name, path in PATHS.items():
        operation = document["paths"][f"/v1/analytics/{path}"]["get"]
        declared = set(operation["responses"]["200"]["content"])
        assert declared == {JSON_TYPE, *(one.media_type for one in file_types(SPECS[name]))}
        assert "406" in operation["responses"]


class Breaking:
    """A form that breaks off at its beginning, or after it."""

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces

    def write(self, report: TabularReport) -> Iterator[bytes]:
        for _ in range(self._pieces):
            yield b"piece"
        raise OSError("no space left")


async def test_a_file_that_cannot_be_made_is_no_file(services: Services, client: HttpClient) -> None:
    forms: dict[str, Any] = dict(services.report_files._formats)

    def broken(pieces: int) -> ReportFormat:
        return Breaking(pieces)

    services.report_files._formats = forms | {"csv": lambda: broken(0), "ndjson": lambda: broken(1)}
    answer = await client.get(url("summary"), headers={"Accept": "text/csv"})
    assert (answer.status, answer.json()["code"]) == (500, "internal-error")
    # What has begun cannot be taken back: the server hears of it, and breaks the connection off.
    with pytest.raises(LitestarException, match="after response started"):
        await client.get(url("summary"), headers={"Accept": FORMS["ndjson"]})
