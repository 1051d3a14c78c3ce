-- What a shop shows of a book, who made it, and what readers think of it. A column that is added to rows that are there
-- may be without a value in them; contributors is JSON as one text.

ALTER TABLE books ADD COLUMN IF NOT EXISTS subtitle VARCHAR(255);
ALTER TABLE books ADD COLUMN IF NOT EXISTS publisher VARCHAR(255);
ALTER TABLE books ADD COLUMN IF NOT EXISTS edition VARCHAR(100);
ALTER TABLE books ADD COLUMN IF NOT EXISTS format VARCHAR(16);
ALTER TABLE books ADD COLUMN IF NOT EXISTS pages INTEGER;
ALTER TABLE books ADD COLUMN IF NOT EXISTS series VARCHAR(255);
ALTER TABLE books ADD COLUMN IF NOT EXISTS series_position VARCHAR(7);
ALTER TABLE books ADD COLUMN IF NOT EXISTS availability VARCHAR(16);
ALTER TABLE books ADD COLUMN IF NOT EXISTS contributors VARCHAR;
ALTER TABLE books ADD COLUMN IF NOT EXISTS rating_count INTEGER;
ALTER TABLE books ADD COLUMN IF NOT EXISTS rating_sum INTEGER;
