"""What each report means: the definitions, once, as pure functions over exact facts."""
