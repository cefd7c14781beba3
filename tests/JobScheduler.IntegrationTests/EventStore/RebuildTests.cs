using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class RebuildTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private static readonly SchemaScript Tables = new(
        "balances", 1, "balances",
        """
        create table {schema}.balances (
            account uuid primary key,
            owner text check (owner <> 'nobody'),
            amount bigint not null default 0
        ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.1);
        create index by_owner on {schema}.balances (owner) where amount > 0;
        create index by_amount on {schema}.balances (amount desc, account);
        """);

    [Fact]
    public async Task Rebuilt_tables_equal_the_live_ones_in_rows_and_structure()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 30);
        var before = await StructureAsync(log);

        var report = await new ReadModelRebuild(store).RunAsync(new Balances());

        report.ReadModel.ShouldBe("balances");
        report.Equal.ShouldBeTrue();
        report.Events.ShouldBe(60, "parcels are not its events");
        report.Tables.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            table => table.Table.ShouldBe("balances"), table => table.Rows.ShouldBe(30), table => table.Samples.ShouldBeEmpty());
        (await StructureAsync(log)).ShouldBe(before);
        (await log.ScalarAsync<long>("select count(*) from pg_namespace where nspname like '{schema}\\_rebuild%'")).ShouldBe(0);
    }

    [Fact]
    public async Task Rebuild_shows_and_mends_the_rows_that_differ_when_the_live_table_was_tampered_with()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 30);
        await log.ExecuteAsync("delete from {schema}.balances where owner = '3'");
        await log.ExecuteAsync("update {schema}.balances set amount = 4711 where owner = '4'");

        var table = (await new ReadModelRebuild(store).RunAsync(new Balances())).Tables.ShouldHaveSingleItem();

        (table.RowsOnlyInLive, table.RowsOnlyInRebuilt).ShouldBe((1, 2));
        table.Samples.Count.ShouldBe(3);
        table.Samples.Single(sample => sample.OnlyInLive).Row.ShouldContain("4711");
        (await log.ScalarAsync<decimal>("select sum(amount) from {schema}.balances")).ShouldBe(30 * 29 / 2);
        (await new ReadModelRebuild(store).RunAsync(new Balances())).Equal.ShouldBeTrue();
    }

    [Fact]
    public async Task Rebuild_samples_at_most_20_rows_of_a_side_when_many_differ()
    {
        await using var log = await database.NewLogAsync(Tables);
        await FillAsync(log.NewStore(), accounts: 30);
        var report = await new ReadModelRebuild(log.NewStore()).RunAsync(new Balances());
        report.Tables[0].RowsOnlyInRebuilt.ShouldBe(30);
        report.Tables[0].Samples.Count.ShouldBe(20);
    }

    [Fact]
    public async Task Appends_go_on_during_a_rebuild_and_after_the_swap_on_the_same_prepared_statements()
    {
        await using var log = await database.NewLogAsync(Tables);
        var pooled = new NpgsqlConnectionStringBuilder(log.ConnectionString) { MaxAutoPrepare = 50, AutoPrepareMinUsages = 2 }
            .ConnectionString;
        var store = log.NewStore(connectionString: pooled, projections: new Balances());
        await FillAsync(store, accounts: 20);
        using var stopping = new CancellationTokenSource();
        var appended = 0;
        var writing = Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
        {
            while (!stopping.IsCancellationRequested)
            {
                await store.AppendedAsync(
                    Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened($"w{writer}"), new AmountAdded(1));
                Interlocked.Increment(ref appended);
            }
        }));

        for (var round = 0; round < 4; round++)
        {
            var report = await new ReadModelRebuild(store).RunAsync(new Balances()).WaitAsync(TestLog.Patience);
            report.Tables.ShouldAllBe(table => table.RowsOnlyInLive == 0 && table.RowsOnlyInRebuilt == 0);
            var target = Volatile.Read(ref appended) + 20;
            while (Volatile.Read(ref appended) < target && !writing.IsCompleted) await Task.Yield();
        }

        await stopping.CancelAsync();
        await writing;
        appended.ShouldBePositive();
        (await log.ScalarAsync<long>("select count(*) from {schema}.balances")).ShouldBe(20 + appended);
        (await new ReadModelRebuild(store).RunAsync(new Balances())).Equal.ShouldBeTrue();
    }

    [Fact]
    public async Task Swap_waits_for_a_reader_without_holding_up_appends()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 3);
        await using var reader = await log.DataSource.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await using var read = new NpgsqlCommand($"select count(*) from {log.Schema}.balances", reader);
        await read.ExecuteScalarAsync();

        var rebuilding = new ReadModelRebuild(store).RunAsync(new Balances());
        await log.UntilWaitingForLockAsync("relation");
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("meanwhile"))
            .WaitAsync(TestLog.Patience);
        await reading.CommitAsync();

        await rebuilding.WaitAsync(TestLog.Patience);
        (await log.ScalarAsync<long>("select count(*) from {schema}.balances")).ShouldBe(4);
    }

    [Fact]
    public async Task Second_rebuild_is_refused_while_one_runs_and_a_cancelled_one_leaves_the_live_tables_alone()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 3);
        var begun = new TaskCompletionSource();
        using var cancellation = new CancellationTokenSource();
        using var goOn = new ManualResetEventSlim();
        var first = Task.Run(() => new ReadModelRebuild(store).RunAsync(
            new Balances(),
            new Reporting(_ =>
            {
                begun.TrySetResult();
                goOn.Wait(TestLog.Patience);
            }),
            cancellationToken: cancellation.Token));
        await begun.Task.WaitAsync(TestLog.Patience);

        (await Should.ThrowAsync<RebuildRunningException>(() => new ReadModelRebuild(log.NewStore()).RunAsync(new Balances())))
            .ReadModel.ShouldBe("balances");
        await cancellation.CancelAsync();
        goOn.Set();
        await Should.ThrowAsync<OperationCanceledException>(first);

        (await log.ScalarAsync<long>("select count(*) from {schema}.balances")).ShouldBe(3);
        (await new ReadModelRebuild(store).RunAsync(new Balances())).Equal.ShouldBeTrue();
    }

    [Fact]
    public async Task Rebuild_goes_on_where_an_interrupted_one_was()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 1_500);
        var rebuild = new ReadModelRebuild(store);
        using var interruption = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(() => rebuild.RunAsync(
            new Balances(), new Reporting(at => { if (at.Position > 0) interruption.Cancel(); }), cancellationToken: interruption.Token));

        var interrupted = (await rebuild.StatusAsync(new Balances())).ShouldNotBeNull();
        interrupted.State.ShouldBe(RebuildState.Interrupted);
        (interrupted.Events, interrupted.ComparedAt).ShouldBe((2_000, null));
        var first = -1L;
        var report = await rebuild.RunAsync(new Balances(), new Reporting(at => first = first < 0 ? at.Events : first));

        first.ShouldBe(2_000);
        report.ResumedFrom.ShouldBe(interrupted.Position);
        report.Equal.ShouldBeTrue();
        report.Events.ShouldBe(3_000, "none is replayed twice");
        var status = (await rebuild.StatusAsync(new Balances())).ShouldNotBeNull();
        (status.State, status.ResumedFrom, status.ComparedAt).ShouldBe((RebuildState.Swapped, interrupted.Position, report.ComparedAt));
        (await rebuild.RunAsync(new Balances())).ResumedFrom.ShouldBeNull();
    }

    /// <summary>As a kill -9 of the process would: its session ends in the midst of a transaction.</summary>
    [Fact]
    public async Task Rebuild_goes_on_where_one_was_whose_connection_was_cut()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 1_500);
        var rebuild = new ReadModelRebuild(store);
        await Should.ThrowAsync<NpgsqlException>(() => rebuild.RunAsync(new Balances(), new Reporting(at =>
        {
            if (at.Position > 0) CutRunner(log);
        })));

        await log.UntilAsync($"not exists (select from pg_locks where locktype = 'advisory' and {HoldsRebuildLock})");
        (await rebuild.StatusAsync(new Balances())).ShouldNotBeNull().State.ShouldBe(RebuildState.Interrupted);
        var report = await rebuild.RunAsync(new Balances());
        (report.ResumedFrom > 0, report.Equal, report.Events).ShouldBe((true, true, 3_000));
    }

    [Fact]
    public async Task Rebuild_begins_anew_when_the_interrupted_one_was_of_another_build()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 3);
        await new ReadModelRebuild(store).RunAsync(new Balances(), swap: false);
        await log.ExecuteAsync("update {schema}.rebuilds set build = gen_random_uuid()");

        var report = await new ReadModelRebuild(store).RunAsync(new Balances());

        (report.ResumedFrom, report.Events, report.Equal).ShouldBe((null, 6, true));
    }

    [Fact]
    public async Task Rebuild_that_only_compares_leaves_the_live_tables_alone_and_the_next_one_swaps()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 5);
        await log.ExecuteAsync("delete from {schema}.balances where owner = '3'");
        var rebuild = new ReadModelRebuild(store);

        (await rebuild.RunAsync(new Balances(), swap: false)).Tables[0].RowsOnlyInRebuilt.ShouldBe(1);

        (await log.ScalarAsync<long>("select count(*) from {schema}.balances")).ShouldBe(4);
        var status = (await rebuild.StatusAsync(new Balances())).ShouldNotBeNull();
        status.State.ShouldBe(RebuildState.Compared);
        status.Tables[0].Samples.ShouldHaveSingleItem().OnlyInLive.ShouldBeFalse();
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("since then"));
        (await rebuild.RunAsync(new Balances())).ResumedFrom.ShouldNotBeNull();
        (await log.ScalarAsync<long>("select count(*) from {schema}.balances")).ShouldBe(6);
    }

    [Fact]
    public async Task Cancelled_rebuild_leaves_nothing_behind()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 3);
        var rebuild = new ReadModelRebuild(store);
        var begun = new TaskCompletionSource();
        using var goOn = new ManualResetEventSlim();
        var running = Task.Run(() => rebuild.RunAsync(new Balances(), new Reporting(_ =>
        {
            begun.TrySetResult();
            goOn.Wait(TestLog.Patience);
        })));
        await begun.Task.WaitAsync(TestLog.Patience);
        (await rebuild.StatusAsync(new Balances())).ShouldNotBeNull().State.ShouldBe(RebuildState.Running);

        (await new ReadModelRebuild(log.NewStore()).CancelAsync(new Balances())).ShouldBeTrue("another process may cancel it");
        goOn.Set();

        await Should.ThrowAsync<RebuildCancelledException>(running);
        (await rebuild.StatusAsync(new Balances())).ShouldNotBeNull().State.ShouldBe(RebuildState.Cancelled);
        (await log.ScalarAsync<long>("select count(*) from pg_namespace where nspname like '{schema}\\_rebuild%'")).ShouldBe(0);
        (await log.ScalarAsync<long>("select count(*) from {schema}.balances")).ShouldBe(3);
        (await rebuild.CancelAsync(new Balances())).ShouldBeFalse();
        (await rebuild.RunAsync(new Balances())).Equal.ShouldBeTrue();
    }

    [Fact]
    public async Task Cancel_breaks_off_a_statement_that_takes_long()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 3);
        await using var writer = await log.DataSource.OpenConnectionAsync();
        await using var writing = await writer.BeginTransactionAsync();
        await using var exclusive = new NpgsqlCommand($"lock table {log.Schema}.balances in access exclusive mode", writer);
        var rebuild = new ReadModelRebuild(store);
        await rebuild.RunAsync(new Balances(), swap: false);
        await exclusive.ExecuteNonQueryAsync();
        var running = rebuild.RunAsync(new Balances());
        await log.UntilWaitingForLockAsync("relation");

        (await rebuild.CancelAsync(new Balances())).ShouldBeTrue();

        await Should.ThrowAsync<RebuildCancelledException>(running.WaitAsync(TestLog.Patience));
        await writing.RollbackAsync();
        (await rebuild.StatusAsync(new Balances())).ShouldNotBeNull().State.ShouldBe(RebuildState.Cancelled);
    }

    [Fact]
    public async Task Interrupted_rebuild_can_be_cancelled()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 3);
        var rebuild = new ReadModelRebuild(store);
        (await rebuild.CancelAsync(new Balances())).ShouldBeFalse("it was never rebuilt");
        (await rebuild.StatusAsync(new Balances())).ShouldBeNull();
        await rebuild.RunAsync(new Balances(), swap: false);

        (await rebuild.CancelAsync(new Balances())).ShouldBeTrue();

        (await log.ScalarAsync<long>("select count(*) from pg_namespace where nspname like '{schema}\\_rebuild%'")).ShouldBe(0);
        (await rebuild.RunAsync(new Balances())).ResumedFrom.ShouldBeNull();
    }

    [Fact]
    public async Task Rebuild_whose_projection_cannot_be_replayed_has_failed_and_leaves_nothing_behind()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore();
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("nobody"));

        await Should.ThrowAsync<PostgresException>(() => new ReadModelRebuild(store).RunAsync(new Balances()));

        var status = (await new ReadModelRebuild(store).StatusAsync(new Balances())).ShouldNotBeNull();
        status.State.ShouldBe(RebuildState.Failed);
        status.Error.ShouldNotBeNull().ShouldContain("check constraint");
        (await log.ScalarAsync<long>("select count(*) from pg_namespace where nspname like '{schema}\\_rebuild%'")).ShouldBe(0);
    }

    [Fact]
    public async Task Rebuild_begins_anew_when_a_killed_one_left_its_schema()
    {
        await using var log = await database.NewLogAsync(Tables);
        var store = log.NewStore(projections: new Balances());
        await FillAsync(store, accounts: 3);
        await log.ExecuteAsync("create schema {schema}_rebuild_balances; create table {schema}_rebuild_balances.balances (leftover int)");
        (await new ReadModelRebuild(store).RunAsync(new Balances())).Equal.ShouldBeTrue();
    }

    [Fact]
    public async Task Rebuild_is_refused_when_a_trigger_would_be_lost()
    {
        await using var log = await database.NewLogAsync(Tables);
        await log.ExecuteAsync(
            """
            create trigger noop before update on {schema}.balances for each row execute function suppress_redundant_updates_trigger()
            """);
        (await Should.ThrowAsync<InvalidOperationException>(() => new ReadModelRebuild(log.NewStore()).RunAsync(new Balances())))
            .Message.ShouldContain("noop");
    }

    private const string HoldsRebuildLock =
        "((classid::bigint << 32) | objid::bigint) = hashtextextended('{schema}.rebuild.balances', 0)";

    private static void CutRunner(TestLog log)
    {
        using var connection = log.DataSource.OpenConnection();
        using var command = new NpgsqlCommand(
            $"select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and {HoldsRebuildLock}"
                .Replace("{schema}", log.Schema, StringComparison.Ordinal), connection);
        command.ExecuteNonQuery();
    }

    private static async Task FillAsync(PostgresEventStore store, int accounts)
    {
        await Task.WhenAll(Enumerable.Range(0, accounts).Select(n => store.AppendedAsync(
            Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened($"{n}"), new AmountAdded(n))));
        await store.AppendManyAsync([new ParcelSent("x")]);
    }

    private static Task<string[]> StructureAsync(TestLog log) => log.ScalarAsync<string[]>(
        """
        select array(
            select indexdef from pg_indexes where schemaname = '{schema}' and tablename = 'balances'
            union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = '{schema}.balances'::regclass
            union all select reloptions::text from pg_class where oid = '{schema}.balances'::regclass
            order by 1)
        """);

    private sealed class Reporting(Action<RebuildProgress> report) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => report(value);
    }

    private sealed class Balances : ReadModel
    {
        public override string Name => "balances";

        public override IReadOnlyList<string> Tables => ["balances"];

        public override IReadOnlyCollection<string> EventTypes => ["account_opened", "amount_added"];

        protected override void Write(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch) => batch.BatchCommands.Add(new(
            $"""
            insert into {schema}.balances (account, owner, amount)
            select account, max(owner), sum(amount) from unnest($1, $2, $3) as e (account, owner, amount) group by account
            on conflict (account) do update set owner = coalesce(excluded.owner, balances.owner), amount = balances.amount + excluded.amount
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = [.. events.Select(stored => stored.StreamId)] },
                new NpgsqlParameter<string?[]> { TypedValue = [.. events.Select(stored => (stored.Data as AccountOpened)?.Owner)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. events.Select(stored => (stored.Data as AmountAdded)?.Amount ?? 0L)] },
            },
        });
    }
}
