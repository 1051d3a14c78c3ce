"""The HTTP entrypoint: decode a request, call one use case, encode the answer."""
