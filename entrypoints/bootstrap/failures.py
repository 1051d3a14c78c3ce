"""What can keep a program from starting. Every message is for the person at the terminal."""


class ConfigurationError(Exception):
    """The configuration cannot be used; `problems` are sentences that begin with the name of a setting."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class AlreadyRunning(Exception):
    """Another process of Daybook has the database of this folder."""


class PortInUse(Exception):
    """Somebody else serves at the address, or this account may not."""


class ServerFailed(Exception):
    """A server process could not start, or died and could not be replaced."""
