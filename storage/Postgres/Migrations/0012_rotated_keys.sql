-- least-known: 7
-- The access key that stands in the place of a rotated one, which ends by itself.
alter table credential add column rotated_to text collate "C";
