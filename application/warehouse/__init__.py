"""The warehouse of facts: brought forward, compacted, and asked how late it is."""
