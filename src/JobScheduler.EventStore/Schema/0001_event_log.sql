-- The log in Marten's table layout: names, types and keys are what its migration expects to find.
-- Nothing may be added to a mt_ table: its migration drops columns and indexes it does not know.

create table {schema}.mt_streams (
    id           uuid                     not null,
    type         varchar,
    version      bigint,
    timestamp    timestamp with time zone not null default now(),
    created      timestamp with time zone not null default now(),
    tenant_id    varchar                  default '*DEFAULT*',
    is_archived  boolean                  default false,
    constraint pkey_mt_streams_id primary key (id)
)
-- Every append to a stream updates its row in place; room in the page keeps that off the index.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

create table {schema}.mt_events (
    seq_id          bigint                   not null,
    id              uuid                     not null,
    stream_id       uuid,
    version         bigint                   not null,
    data            jsonb                    not null,
    bdata           bytea,
    type            varchar(500)             not null,
    timestamp       timestamp with time zone not null,
    tenant_id       varchar                  default '*DEFAULT*',
    mt_dotnet_type  varchar,
    is_archived     boolean                  default false,
    correlation_id  varchar,
    causation_id    varchar,
    headers         jsonb,
    constraint pkey_mt_events_seq_id primary key (seq_id),
    constraint fkey_mt_events_stream_id foreign key (stream_id) references {schema}.mt_streams (id) on delete cascade
);

create unique index pk_mt_events_stream_and_version on {schema}.mt_events (stream_id, version);

create sequence {schema}.mt_events_sequence as bigint start 1 cache 1 owned by {schema}.mt_events.seq_id;

create table {schema}.mt_event_progression (
    name          varchar not null,
    last_seq_id   bigint,
    last_updated  timestamp with time zone default transaction_timestamp(),
    constraint pk_mt_event_progression primary key (name)
)
with (fillfactor = 50);
