"""Where the outside comes in: HTTP, the command line, and the bootstrap that wires it all."""
