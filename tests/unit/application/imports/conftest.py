"""A store to import into."""

import pytest

from tests.support.importing import Imports


@pytest.fixture
def imports() -> Imports:
    return Imports()
