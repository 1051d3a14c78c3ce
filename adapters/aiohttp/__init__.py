"""HTTP to others, by aiohttp."""
