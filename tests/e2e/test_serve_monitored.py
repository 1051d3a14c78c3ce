"""What a server tells of itself: metrics of all its processes, and traces sent to a collector."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.support.daybook_process import APART, Answer, Server, children, server
from tests.support.embedded import wait_until


def scraped(running: Server) -> dict[str, Metric]:
    answer = running.get("/metrics")
    assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    families = text_string_to_metric_families(answer.body.decode())  # type: ignore[no-untyped-call]  # it has no types
    return {family.name: family for family in families}


def value(families: dict[str, Metric], sample: str, **labels: str) -> float:
    found = [
        one.value
        for family in families.values()
        for one in family.samples
        if one.name == sample and labels.items() <= one.labels.items()
    ]
    return sum(found)


def test_metrics_count_what_every_process_did(tmp_path: Path, database_url: str) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    settings = {
        "TMPDIR": str(temporary),
        "DATABASE_URL": database_url,
        "WORKERS": "2",
        "DATABASE_POOL_SIZE": "3",
        "DATABASE_MAX_OVERFLOW": "4",
        "PERFORMANCE_ANALYTICS_AT_ONCE": "2",
    }
    with server(tmp_path, **settings) as running:
        assert len(children(running.process.pid)) == 2
        for _ in range(60):
            assert running.get("/v1/books?limit=1").status == 200
        books = {"method": "GET", "route": "/v1/books", "status": "2xx"}
        # A request is counted once its answer is sent, which is when the caller may go on already.
        wait_until(lambda: value(scraped(running), "http_request_duration_seconds_count", **books) == 60)
        for _ in range(5):
            # Whichever process is asked, it tells of all.
            families = scraped(running)
            assert value(families, "http_request_duration_seconds_count", **books) == 60
            assert value(families, "http_request_duration_seconds_bucket", le="+Inf", **books) == 60
            assert value(families, "http_request_duration_seconds_sum", **books) > 0
            assert value(families, "database_query_duration_seconds_count", query="books.list", outcome="ok") >= 0
            assert value(families, "http_requests_in_flight") == 1
        assert value(families, "database_pool_limit", pool="records") == 2 * (3 + 4)
        assert value(families, "database_pool_limit", pool="reports") == 2 * 2
        assert value(families, "database_pool_connections", pool="records") >= 2
        assert value(families, "database_query_duration_seconds_count") >= 60
        (folder,) = temporary.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert running.stop() == 0
        assert list(temporary.iterdir()) == []


def test_more_connections_than_the_database_allows_are_warned_of(tmp_path: Path, database_url: str) -> None:
    settings = {"WORKERS": "2", "DATABASE_POOL_SIZE": "900", "PERFORMANCE_ANALYTICS_AT_ONCE": "2"}
    with server(tmp_path, DATABASE_URL=database_url, **settings, **APART) as running:
        running.stop()
        warnings = [line["event"] for line in running.log if line["level"] == "warning"]
        assert len(warnings) == 1, warnings
        assert warnings[0].startswith("2 processes with 925 connections each may ask for 1850 connections")


def test_metrics_can_be_left_out(tmp_path: Path) -> None:
    with server(tmp_path, STORAGE="memory", MONITORING_METRICS_ENABLED="false", SERVER_DOCS="false") as running:
        assert running.get("/metrics").status == 404
        assert running.get("/schema/openapi.json").status == 404
        assert "schema" not in running.out


def test_traces_are_sent_to_the_collector(tmp_path: Path, database_url: str) -> None:
    with (
        _collector() as (endpoint, received),
        server(
            tmp_path,
            DATABASE_URL=database_url,
            APP_NAME="shop-7",
            OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
            MONITORING_TRACE_SAMPLING="1",
        ) as running,
    ):
        answers: list[Answer] = [running.get("/v1/books"), running.get("/v1/isbn/9780141439549")]
        assert [answer.status for answer in answers] == [200, 404]
        assert running.stop() == 0
        traces = {line["trace_id"] for line in running.log if line["event"] == "request"}
    sent = b"".join(body for path, body in received if path == "/v1/traces")
    for name in (b"shop-7", b"GET /v1/books", b"GET /v1/isbn/{isbn}", b"BookService.list", b"BookService.get_by_isbn"):
        assert name in sent
    assert b"SELECT" in sent
    assert b"9780141439549" not in sent
    assert len(traces) == 2
    assert all(bytes.fromhex(trace) in sent for trace in traces)


@contextmanager
def _collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A place that takes traces, and what it got."""
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quietly."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{http.server_port}", received
    finally:
        http.shutdown()
        http.server_close()
