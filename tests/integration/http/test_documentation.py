"""The pages of the documentation: all from here, nothing from anywhere else."""

import re
from html.parser import HTMLParser

from adapters.memory.store import MemoryStore
from entrypoints.http.app import create_app
from entrypoints.http.documentation import asset_names
from tests.integration.http.conftest import CONFIG
from tests.support.http_client import HttpClient
from tests.support.memory_case import memory_ports
from tests.support.services import services_on

PAGES = ("/schema/swagger", "/schema/redoc")


class Links(HTMLParser):
    """Everything that a page loads, and what it says inside its scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.found += [value for name in ("src", "href", "spec-url") if (value := given.get(name))]
        self.inline += tag == "style" or (tag == "script" and "src" not in given)
        self.inline += any(name.startswith("on") or name == "style" for name in given)


def client() -> HttpClient:
    return HttpClient(create_app(services_on(memory_ports(MemoryStore())), CONFIG))


async def test_a_page_loads_only_what_is_served_here() -> None:
    asked = client()
    for page in PAGES:
        answer = await asked.get(page)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        links = Links()
        links.feed(answer.body.decode())
        assert len(links.found) >= 4
        assert links.inline == 0
        for link in links.found:
            assert link.startswith("/schema/")
            assert (await asked.get(link)).status == 200, link


async def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    asked = client()
    for page in PAGES:
        policy = (await asked.get(page)).headers["content-security-policy"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self'"
        assert rules["connect-src"] == "'self'"
        assert "http" not in policy
        assert "*" not in policy


async def test_the_assets_name_no_content_network() -> None:
    asked = client()
    names = asset_names()
    assert {"swagger-ui/LICENSE", "swagger-ui/NOTICE", "redoc/LICENSE"} <= names
    for name in names:
        answer = await asked.get(f"/schema/assets/{name}")
        assert answer.status == 200
        assert not re.search(rb"https?://(?:cdn\.|unpkg|fonts\.g|[a-z.]*jsdelivr)", answer.body), name
        again = await asked.get(f"/schema/assets/{name}", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status == 304


async def test_only_assets_are_served() -> None:
    asked = client()
    for path in ("pages/none.js", "pages/..", "../README.md", "pages/%2e%2e%2fREADME.md", "pages/../../README.md"):
        assert (await asked.get(f"/schema/assets/{path}")).status == 404
