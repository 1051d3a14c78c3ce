-- What was bought and what came back are facts, which are not made here, since their tables may be called otherwise:
-- adapters/snowflake/facts.py makes them.

DROP TABLE IF EXISTS order_lines;
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS return_lines;
DROP TABLE IF EXISTS returns;
