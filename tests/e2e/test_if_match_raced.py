"""Two changes meant for one version, sent to two servers on one database at the same moment: one is made."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.builders import isbn
from tests.support.daybook_process import Answer, Server


def race(servers: list[Server], rounds: int) -> None:
    book = servers[0].post("/v1/books", {"title": "0", "author": "George Eliot", "isbn": isbn(1).value})
    path, tag = book.headers["location"], book.headers["etag"]
    together = threading.Barrier(len(servers))

    def change(to: Server, number: int, tag: str) -> Answer:
        body = json.dumps({"title": f"{number} by {to.port}"}).encode()
        together.wait(30)
        return to.request("PATCH", path, body=body, headers={"Content-Type": "application/json", "If-Match": tag})

    with ThreadPoolExecutor(len(servers)) as threads:
        for number in range(1, rounds + 1):
            answers = list(threads.map(change, servers, [number] * len(servers), [tag] * len(servers)))
            assert sorted(one.status for one in answers) == [200, 412], [one.body for one in answers]
            won, lost = sorted(answers, key=lambda one: one.status)
            assert lost.json()["code"] == "stale-version"
            assert servers[0].get(path).json()["title"] == won.json()["title"]
            tag = won.headers["etag"]
    assert servers[1].get(path).json()["version"] == rounds + 1


def test_one_of_two_changes_of_one_version_is_made(two_servers: list[Server]) -> None:
    race(two_servers, rounds=30)


@pytest.mark.long
def test_one_of_two_changes_of_one_version_is_made_five_hundred_times(two_servers: list[Server]) -> None:
    race(two_servers, rounds=500)
