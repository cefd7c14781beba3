-- Messages in the order of the log, job by job, and what is known of the webhooks that they wait for: one that takes nothing is tried
-- with one message at a time, whoever waits. A message is made of its alert's events when it is sent.
alter table {schema}.alert_outbox
    add column sink     uuid not null generated always as (md5(webhook)::uuid) stored,
    add column job_id   uuid,
    add column position bigint;
update {schema}.alert_outbox o
set job_id = (e.data ->> 'jobId')::uuid, position = e.seq_id
from {schema}.mt_events e
where e.stream_id = o.alert_id and e.type = case o.message when 'JOB_RECOVERED' then 'alert_resolved' else 'alert_raised' end;
alter table {schema}.alert_outbox
    alter column job_id set not null,
    alter column position set not null,
    drop column payload;
drop index {schema}.alert_outbox_next_attempt_at_idx;
create index on {schema}.alert_outbox (sink, next_attempt_at, position);
create index on {schema}.alert_outbox (sink, job_id, position);

-- A row a webhook for which messages wait. Part of the queue, not a read model.
create table {schema}.alert_sinks (
    sink          uuid        not null primary key generated always as (md5(webhook)::uuid) stored,
    webhook       varchar     not null,
    authority     varchar     not null generated always as (coalesce(lower(substring(webhook from '^[^:]+://([^/?#]+)')), '')) stored,
    -- Grows with each message that comes, so that none is overlooked by who has just seen that there are no more.
    arrivals      bigint      not null,
    next_at       timestamptz not null,
    -- While it takes nothing it is not tried sooner, whatever comes.
    not_before    timestamptz not null default '-infinity',
    leased_until  timestamptz not null default '-infinity',
    -- Rounds in a row in which nothing was taken.
    failures      integer     not null default 0,
    failing_since timestamptz,
    last_error    varchar,
    at_once       integer     not null default 1
);
create index on {schema}.alert_sinks (next_at);
insert into {schema}.alert_sinks (webhook, arrivals, next_at)
select webhook, count(*), min(next_attempt_at) from {schema}.alert_outbox group by webhook;
