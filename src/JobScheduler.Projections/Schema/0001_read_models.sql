-- Read models. Indexes and constraints keep PostgreSQL's default names: a rebuild makes these tables anew with
-- LIKE ... INCLUDING ALL and swaps them in.

create table {schema}.jobs (
    id          uuid        not null primary key,
    version     bigint      not null,
    state       varchar     not null,
    definition  jsonb       not null,
    -- Occurrences later than this instant are due on the schedule in the definition.
    due_after   timestamptz not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    shard       smallint    not null,
    name        varchar     generated always as (definition ->> 'name') stored,
    tags        jsonb       generated always as (definition -> 'tags') stored
);
create index on {schema}.jobs (state);
create index on {schema}.jobs (updated_at, id);
create index on {schema}.jobs (coalesce(name, ''), id);
create index on {schema}.jobs using gin (tags);

-- One row a job that ever ran: hot, narrow, without secondary indexes, so that its updates stay within the page.
create table {schema}.job_progress (
    job_id               uuid             not null primary key,
    settled_through      timestamptz,
    success_count        bigint           not null,
    failure_count        bigint           not null,
    skipped_count        bigint           not null,
    missed_count         bigint           not null,
    consecutive_failures integer          not null,
    last_execution_id    uuid,
    last_status          varchar,
    last_execution_time  timestamptz,
    last_status_code     integer,
    last_duration_ms     double precision
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0);

-- Claims without an outcome: as many rows as calls are under way.
create table {schema}.open_executions (
    id            uuid        not null primary key,
    job_id        uuid        not null,
    scheduled_for timestamptz not null,
    trigger       varchar     not null,
    claimed_at    timestamptz not null,
    attempts      integer     not null,
    retry_at      timestamptz,
    -- Of a job that is never sent twice: its call may have been made.
    started       boolean     not null
) with (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0);

-- Ended executions: written once. An id begins with its instant, so (job_id, id) is a job's history in order of time.
create table {schema}.executions (
    id            uuid             not null primary key,
    job_id        uuid             not null,
    scheduled_for timestamptz      not null,
    trigger       varchar          not null,
    status        varchar          not null,
    recorded_at   timestamptz      not null,
    started_at    timestamptz,
    duration_ms   double precision,
    lateness_ms   double precision,
    attempts      integer          not null,
    status_code   integer,
    failure       varchar,
    error         varchar,
    response      varchar,
    skip_reason   varchar
);
create index on {schema}.executions (job_id, id);

create table {schema}.missed_occurrences (
    id          uuid        not null primary key,
    job_id      uuid        not null,
    first_at    timestamptz not null,
    last_at     timestamptz not null,
    count       bigint      not null,
    reason      varchar     not null,
    recorded_at timestamptz not null
);
create index on {schema}.missed_occurrences (job_id, last_at);

-- One row: the sums over all jobs.
create table {schema}.execution_totals (
    id            smallint not null primary key,
    success_count bigint   not null,
    failure_count bigint   not null,
    skipped_count bigint   not null,
    missed_count  bigint   not null
) with (fillfactor = 10);

create table {schema}.alerts (
    id                   uuid             not null primary key,
    job_id               uuid             not null,
    execution_id         uuid             not null,
    job_name             varchar,
    api                  varchar          not null,
    scheduled_for        timestamptz      not null,
    execution_time       timestamptz      not null,
    status_code          integer,
    failure              varchar          not null,
    message              varchar          not null,
    duration_ms          double precision not null,
    attempts             integer          not null,
    consecutive_failures integer          not null,
    webhook              varchar,
    state                varchar          not null,
    raised_at            timestamptz      not null,
    acknowledged_at      timestamptz,
    note                 varchar,
    resolved_at          timestamptz,
    delivery             varchar          not null,
    delivered_at         timestamptz,
    delivery_attempts    integer,
    delivery_error       varchar
);
create index on {schema}.alerts (raised_at, id);
create index on {schema}.alerts (job_id, raised_at, id);
-- The unresolved ones of a job are asked for when it has succeeded.
create index on {schema}.alerts (job_id) where resolved_at is null;
