-- The access key that stands in the place of a rotated one, which ends by itself.
ALTER TABLE credential ADD COLUMN rotated_to TEXT;
