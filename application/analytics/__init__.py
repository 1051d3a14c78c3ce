"""Analytics: reports over what was bought, each with its definition and a digest of its answer."""
