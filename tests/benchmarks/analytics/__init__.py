"""The benchmark of analytics: a generated shop, asked the same questions of Daybook and of its peers."""
