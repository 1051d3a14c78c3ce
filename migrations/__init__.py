"""The schema of PostgreSQL, one dated step after another. Run by `daybook db upgrade`, never by the alembic command."""
