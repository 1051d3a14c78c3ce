"""PostgreSQL through asyncpg: connections, compiled statements and the repositories upon them."""
