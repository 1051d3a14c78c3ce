"""How seldom Python looks through the memory of a process. It imports next to nothing, so that it can be said first."""

import gc


def look_seldom() -> None:
    """For a process that is about to start: next to nothing of what it makes lies in a cycle.

    Looking through it a few hundred times is a sixth of a start. Later, a page of fifty rows for each of thirty callers
    is more than Python looks through by itself at a time.
    """
    gc.set_threshold(20_000, 20, 20)


def settle() -> None:
    """For a process that has started: what is there now stays, and is looked through no more."""
    # Looking through it again and again is what made the slowest requests slow; once more, now, would find nothing.
    gc.freeze()
    look_seldom()
