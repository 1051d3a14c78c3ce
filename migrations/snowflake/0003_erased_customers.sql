-- Who was erased is a row that tells nothing but when that was. What the warehouse itself keeps of the rows before, and for
-- how long, is told in docs/explanation/erasure.md.

ALTER TABLE customers ADD COLUMN IF NOT EXISTS erased_at TIMESTAMP_TZ;
