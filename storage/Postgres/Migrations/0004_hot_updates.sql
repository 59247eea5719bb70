-- No index holds a column that a delivery or an end changes any more: both are HOT updates, which write no index and leave no dead
-- index entries behind while a long transaction holds vacuum back.

-- A number below which, when this row was added, every command had ended; redriven ones aside. 1 is always true.
alter table command add column open_from bigint not null default 1;

-- An instant no later than the row's end: what a purge looks for. Later rows hold the time of their enqueue.
alter table command add column added_at bigint not null default 0;
update command set added_at = coalesce(ended_at, delivered_at, 0);

drop index command_open;
drop index command_ended;
create index command_added on command using brin (added_at) with (pages_per_range = 32, autosummarize = on);
create index command_redriven on command (source_no) where redrive_count > 0;

-- Room for the two later forms of each row on its own page.
alter table command set (fillfactor = 50);
