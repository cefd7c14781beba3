-- Alerts that a job is overdue have no execution.
alter table {schema}.alerts
    add column kind varchar not null default 'FAILED',
    alter column execution_id drop not null,
    alter column execution_time drop not null,
    alter column failure drop not null,
    alter column duration_ms drop not null;

-- When each active job is to be looked at next, to see whether it runs as it should. A queue, not a read model.
create table {schema}.job_watch (
    job_id            uuid        not null primary key,
    look_at           timestamptz not null,
    -- The unresolved alert that it is overdue, if there is one.
    alert_id          uuid,
    overdue_since     timestamptz,
    -- The first instant past the grace that is neither settled nor claimed.
    unaccounted_since timestamptz
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
create index on {schema}.job_watch (look_at);
create index on {schema}.job_watch (unaccounted_since) where unaccounted_since is not null;
insert into {schema}.job_watch (job_id, look_at) select id, now() from {schema}.jobs where state = 'ACTIVE';
