using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class RebuildTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task Rebuilt_tables_equal_the_live_ones_in_rows_and_structure()
    {
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 30);
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
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 30);
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
        await using var log = await database.NewLogAsync(Balances.Schema);
        await Balances.FillAsync(log.NewStore(), accounts: 30);
        var report = await new ReadModelRebuild(log.NewStore()).RunAsync(new Balances());
        report.Tables[0].RowsOnlyInRebuilt.ShouldBe(30);
        report.Tables[0].Samples.Count.ShouldBe(20);
    }

    [Fact]
    public async Task Appends_go_on_during_a_rebuild_and_after_the_swap_on_the_same_prepared_statements()
    {
        await using var log = await database.NewLogAsync(Balances.Schema);
        var pooled = new NpgsqlConnectionStringBuilder(log.ConnectionString) { MaxAutoPrepare = 50, AutoPrepareMinUsages = 2 }
            .ConnectionString;
        var store = log.NewStore(connectionString: pooled, projections: new Balances());
        await Balances.FillAsync(store, accounts: 20);
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
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 3);
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
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 3);
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
    public async Task Rebuild_whose_projection_cannot_be_replayed_has_failed_and_leaves_nothing_behind()
    {
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore();
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("nobody"));

        await Should.ThrowAsync<PostgresException>(() => new ReadModelRebuild(store).RunAsync(new Balances()));

        var status = (await new ReadModelRebuild(store).StatusAsync(new Balances())).ShouldNotBeNull();
        status.State.ShouldBe(RebuildState.Failed);
        status.Error.ShouldNotBeNull().ShouldContain("check constraint");
        (await log.ScalarAsync<long>("select count(*) from pg_namespace where nspname like '{schema}\\_rebuild%'")).ShouldBe(0);
    }

    [Fact]
    public async Task Rebuild_is_refused_when_a_trigger_would_be_lost()
    {
        await using var log = await database.NewLogAsync(Balances.Schema);
        await log.ExecuteAsync(
            """
            create trigger noop before update on {schema}.balances for each row execute function suppress_redundant_updates_trigger()
            """);
        (await Should.ThrowAsync<InvalidOperationException>(() => new ReadModelRebuild(log.NewStore()).RunAsync(new Balances())))
            .Message.ShouldContain("noop");
    }

    private static Task<string[]> StructureAsync(TestLog log) => log.ScalarAsync<string[]>(
        """
        select array(
            select indexdef from pg_indexes where schemaname = '{schema}' and tablename = 'balances'
            union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = '{schema}.balances'::regclass
            union all select reloptions::text from pg_class where oid = '{schema}.balances'::regclass
            order by 1)
        """);
}
