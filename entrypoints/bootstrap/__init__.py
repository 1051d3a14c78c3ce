"""Where one program is made of the parts: settings, logging, telemetry, containers, the server.

The only place that reads the environment and imports adapters.
"""
