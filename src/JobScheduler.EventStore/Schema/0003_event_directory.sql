-- Where in the log each type of event occurs, for reads of types that hardly do: mt_events has no index by type and may get none.
-- A copy of what mt_events says, written behind the log by every host. A row is never changed. All of it may be deleted or truncated at
-- any time, also while hosts run: they read the log itself until it is written anew. Whoever changes a type or seq_id in mt_events by
-- hand must do so. Never delete a part: the highest stretch says how far the directory reaches, and what is missing below occurs nowhere.
create table {schema}.event_directory (
    type     varchar not null,
    -- seq_id / 4096, rounded down: only stretches that are complete. One without events has no row.
    stretch  bigint  not null,
    -- How many events of the type it holds, from 1.
    events   integer not null,
    -- Which they are; null when they are so many that the stretch itself is read.
    seq_ids  bigint[],
    primary key (type, stretch)
);

create index event_directory_stretch on {schema}.event_directory (stretch);
