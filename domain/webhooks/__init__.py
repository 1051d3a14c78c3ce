"""Webhooks: who is told of events over HTTP, how a message is signed, where it may go, and when it is sent again."""
