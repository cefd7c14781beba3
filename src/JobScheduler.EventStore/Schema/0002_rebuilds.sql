-- Each read model's last rebuild: how far it has come, written together with the rows that it has rebuilt so far, and how it ended.
create table {schema}.rebuilds (
    name             varchar     not null primary key,
    state            varchar     not null,
    -- Of the program whose projection has filled the side tables: another one's rows must not be mixed with them.
    build            uuid        not null,
    position         bigint      not null,
    events           bigint      not null,
    high_water_mark  bigint      not null,
    resumed_from     bigint,
    started_at       timestamptz not null,
    updated_at       timestamptz not null,
    compared_at      bigint,
    differences      jsonb,
    error            varchar,
    cancel_requested boolean     not null
);
