-- No index holds a column that a delivery or an end changes any more: both are HOT updates, which write no index and leave no dead
-- index entries behind while a long transaction holds vacuum back.

-- A number below which, when this row was added, every command had ended; redriven ones aside. 1 is always true.
alter table command add column open_from bigint not null default 1;

-- An instant no later than the row's end, for a release that finds old rows by it.
alter table command add column added_at bigint not null default 0;

drop index command_open;
drop index command_ended;

-- Room for the two later forms of each row on its own page.
alter table command set (fillfactor = 50);

-- part: concurrently
create index concurrently if not exists command_redriven on command (source_no) where redrive_count > 0;
