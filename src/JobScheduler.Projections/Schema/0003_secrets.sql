-- Header values, encrypted, and the keys that they are encrypted with. Neither ever stands in an event.
create table {schema}.secrets (
    id         uuid        not null primary key,
    ciphertext bytea       not null,
    created_at timestamptz not null default now()
);

create table {schema}.data_protection_keys (
    name varchar not null primary key,
    xml  varchar not null
);
