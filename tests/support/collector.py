"""Python's garbage collector does not look through what tests never let go of.

That is half a million objects once everything is imported and collected, and looking through them took two fifths of
all time that tests took. The first of the plugins, since it counts from its import on.
"""

import gc

gc.disable()


def pytest_collection_finish() -> None:
    """From here on there is garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
