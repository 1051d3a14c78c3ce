"""The application on a store in memory, for a server process of a test: `granian tests.e2e.http.memory_app:app`."""

from adapters.memory.store import MemoryStore
from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from tests.support.memory_case import memory_ports
from tests.support.services import services_on

app = create_app(services_on(memory_ports(MemoryStore())), HttpConfig(version="0.0.0"))
