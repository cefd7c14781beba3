-- What is still to be delivered. A queue, not a read model: a rebuild of the alerts must not deliver them again.
create table {schema}.alert_outbox (
    alert_id        uuid        not null,
    message         varchar     not null,
    webhook         varchar     not null,
    payload         varchar     not null,
    created_at      timestamptz not null,
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null,
    last_error      varchar,
    primary key (alert_id, message)
);
create index on {schema}.alert_outbox (next_attempt_at);
