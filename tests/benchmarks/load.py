"""A closed loop of keep-alive connections against one server on the loopback address, bounded in time.

Run as a process of its own, so that its work is not counted as the server's:

    python -m tests.benchmarks.load PORT CONNECTIONS SECONDS < requests

Standard input holds the requests, each as a line of hexadecimal; they are sent in turn, each at most once when
`--once` is given (creates), over and over otherwise. Prints one JSON object.
"""

import asyncio
import json
import sys
import time
from itertools import cycle
from typing import Any

import uvloop


class Client(asyncio.Protocol):
    """One connection: sends the next request as soon as the last answer is complete."""

    def __init__(self, requests: Any, times: list[float], statuses: dict[int, int], done: asyncio.Future[None]) -> None:
        self.requests = requests
        self.times = times
        self.statuses = statuses
        self.done = done
        self.buffer = b""
        self.stop = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        request = None if self.stop else next(self.requests, None)
        if request is None:
            self.transport.close()
            return
        self.started = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or not complete(head, body):
            return
        self.times.append(time.perf_counter() - self.started)
        status = int(head[9:12])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.buffer = b""
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def complete(head: bytes, body: bytes) -> bool:
    """Whether the body is all there."""
    lower = head.lower()
    start = lower.find(b"content-length:")
    if start >= 0:
        end = lower.find(b"\r\n", start)
        return len(body) >= int(lower[start + 15 : end if end >= 0 else None])
    return body.endswith(b"0\r\n\r\n")


def stop(clients: list[Client]) -> None:
    """Each ends with the answer it waits for."""
    for client in clients:
        client.stop = True


async def run(port: int, connections: int, seconds: float, requests: list[bytes], *, once: bool) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    times: list[float] = []
    statuses: dict[int, int] = {}
    turn = iter(requests) if once else cycle(requests)
    clients = [Client(turn, times, statuses, loop.create_future()) for _ in range(connections)]
    started = time.perf_counter()
    await asyncio.gather(*(loop.create_connection(lambda c=c: c, "127.0.0.1", port) for c in clients))  # type: ignore[misc]  # mypy reads the default as the type of a parameter
    loop.call_later(seconds, stop, clients)
    await asyncio.wait_for(asyncio.gather(*(client.done for client in clients)), seconds + 30)
    elapsed = time.perf_counter() - started
    times.sort()
    return {
        "requests": len(times),
        "seconds": elapsed,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
        "statuses": statuses,
    }


def main() -> None:
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    requests = [bytes.fromhex(line.strip()) for line in sys.stdin]
    answer = uvloop.run(run(port, connections, seconds, requests, once="--once" in sys.argv))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
