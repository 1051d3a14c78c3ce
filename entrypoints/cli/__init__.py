"""The command line: decode what was typed, call one use case, show the answer. One module a command group."""
