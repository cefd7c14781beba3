namespace JobScheduler.IntegrationTests.EventStore;

/// <summary>The log's tables against the layout that Marten's migration expects: anything else it would alter or drop.</summary>
public sealed class TableLayoutTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task Columns_are_those_of_the_layout()
    {
        await using var log = await database.NewLogAsync();
        (await LinesAsync(
            log,
            """
            select format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                          case when a.attnotnull then 'not null' else 'null' end, coalesce(pg_get_expr(d.adbin, d.adrelid), '-'))
            from pg_attribute a
            join pg_class c on c.oid = a.attrelid
            left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where c.relnamespace = '{schema}'::regnamespace and c.relname like 'mt\_%' and c.relkind = 'r'
              and a.attnum > 0 and not a.attisdropped
            order by c.relname, a.attnum
            """)).ShouldBe(
        [
            "mt_event_progression.name character varying not null -",
            "mt_event_progression.last_seq_id bigint null -",
            "mt_event_progression.last_updated timestamp with time zone null transaction_timestamp()",
            "mt_events.seq_id bigint not null -",
            "mt_events.id uuid not null -",
            "mt_events.stream_id uuid null -",
            "mt_events.version bigint not null -",
            "mt_events.data jsonb not null -",
            "mt_events.bdata bytea null -",
            "mt_events.type character varying(500) not null -",
            "mt_events.timestamp timestamp with time zone not null -",
            "mt_events.tenant_id character varying null '*DEFAULT*'::character varying",
            "mt_events.mt_dotnet_type character varying null -",
            "mt_events.is_archived boolean null false",
            "mt_events.correlation_id character varying null -",
            "mt_events.causation_id character varying null -",
            "mt_events.headers jsonb null -",
            "mt_streams.id uuid not null -",
            "mt_streams.type character varying null -",
            "mt_streams.version bigint null -",
            "mt_streams.timestamp timestamp with time zone not null now()",
            "mt_streams.created timestamp with time zone not null now()",
            "mt_streams.tenant_id character varying null '*DEFAULT*'::character varying",
            "mt_streams.is_archived boolean null false",
        ]);
    }

    [Fact]
    public async Task Keys_are_those_of_the_layout()
    {
        await using var log = await database.NewLogAsync();
        (await LinesAsync(
            log,
            """
            select replace(format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)), '{schema}.', '')
            from pg_constraint
            where connamespace = '{schema}'::regnamespace and conrelid::regclass::text like '%mt\_%'
            order by 1
            """)).ShouldBe(
        [
            "mt_event_progression pk_mt_event_progression PRIMARY KEY (name)",
            "mt_events fkey_mt_events_stream_id FOREIGN KEY (stream_id) REFERENCES mt_streams(id) ON DELETE CASCADE",
            "mt_events pkey_mt_events_seq_id PRIMARY KEY (seq_id)",
            "mt_streams pkey_mt_streams_id PRIMARY KEY (id)",
        ]);
    }

    [Fact]
    public async Task Indexes_are_those_of_the_layout()
    {
        await using var log = await database.NewLogAsync();
        (await LinesAsync(
            log,
            """
            select replace(indexdef, '{schema}.', '') from pg_indexes where schemaname = '{schema}' and tablename like 'mt\_%' order by 1
            """)).ShouldBe(
        [
            "CREATE UNIQUE INDEX pk_mt_event_progression ON mt_event_progression USING btree (name)",
            "CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON mt_events USING btree (stream_id, version)",
            "CREATE UNIQUE INDEX pkey_mt_events_seq_id ON mt_events USING btree (seq_id)",
            "CREATE UNIQUE INDEX pkey_mt_streams_id ON mt_streams USING btree (id)",
        ]);
    }

    [Fact]
    public async Task Sequence_is_plain_and_owned_by_the_events_own_column()
    {
        await using var log = await database.NewLogAsync();
        (await LinesAsync(
            log,
            """
            select format('%s %s start %s by %s cache %s %s', s.sequencename, s.data_type, s.start_value, s.increment_by, s.cache_size,
                          replace(pg_get_serial_sequence('{schema}.mt_events', 'seq_id'), '{schema}.', 'owned as '))
            from pg_sequences s where s.schemaname = '{schema}'
            """)).ShouldBe(["mt_events_sequence bigint start 1 by 1 cache 1 owned as mt_events_sequence"]);
    }

    [Fact]
    public async Task Tables_are_neither_partitioned_nor_triggered_nor_more_than_the_layout_has()
    {
        await using var log = await database.NewLogAsync();
        (await LinesAsync(
            log,
            """
            select relname::text || ' ' || relkind::text from pg_class
            where relnamespace = '{schema}'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by 1
            """))
            .ShouldBe(["event_directory r", "mt_event_progression r", "mt_events r", "mt_streams r", "rebuilds r", "schema_versions r"]);
        (await log.ScalarAsync<long>(
            """
            select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid
            where c.relnamespace = '{schema}'::regnamespace and not tgisinternal
            """)).ShouldBe(0);
    }

    private static Task<string[]> LinesAsync(TestLog log, string sql) => log.ScalarAsync<string[]>($"select array({sql})");
}
