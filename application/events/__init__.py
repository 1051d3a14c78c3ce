"""Events: who changed what, when and with which request."""
