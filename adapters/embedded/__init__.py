"""A PostgreSQL of one's own: the binaries of a wheel, started and stopped with the server, its data in the project.

`server.EmbeddedPostgres` is the way in. The rest serves it: `state` (the folder, its lock, its password), `binaries`
(where PostgreSQL is), `account` (whom it runs as when we are root), `launch` (the step between us and PostgreSQL, a
script of its own), `processes` (which processes are ours) and `errors`.
"""
