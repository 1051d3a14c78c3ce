"""Side by side in one run: Daybook, the usual stacks, and the bare limit. `make bench` runs `compare`."""
