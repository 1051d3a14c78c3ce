"""What the SQL engines share, in SQLAlchemy Core: the tables, and the statements that run on all of them."""
