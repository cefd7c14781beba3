using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.IntegrationTests.EventStore;

/// <summary>Rebuilds that are broken off, gone on with, or cancelled.</summary>
public sealed class InterruptedRebuildTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task Rebuild_goes_on_where_an_interrupted_one_was()
    {
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 1_500);
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
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 1_500);
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
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 3);
        await new ReadModelRebuild(store).RunAsync(new Balances(), swap: false);
        await log.ExecuteAsync("update {schema}.rebuilds set build = gen_random_uuid()");

        var report = await new ReadModelRebuild(store).RunAsync(new Balances());

        (report.ResumedFrom, report.Events, report.Equal).ShouldBe((null, 6, true));
    }

    [Fact]
    public async Task Rebuild_that_only_compares_leaves_the_live_tables_alone_and_the_next_one_swaps()
    {
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 5);
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
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 3);
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
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 3);
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
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 3);
        var rebuild = new ReadModelRebuild(store);
        (await rebuild.CancelAsync(new Balances())).ShouldBeFalse("it was never rebuilt");
        (await rebuild.StatusAsync(new Balances())).ShouldBeNull();
        await rebuild.RunAsync(new Balances(), swap: false);

        (await rebuild.CancelAsync(new Balances())).ShouldBeTrue();

        (await log.ScalarAsync<long>("select count(*) from pg_namespace where nspname like '{schema}\\_rebuild%'")).ShouldBe(0);
        (await rebuild.RunAsync(new Balances())).ResumedFrom.ShouldBeNull();
    }

    [Fact]
    public async Task Rebuild_begins_anew_when_a_killed_one_left_its_schema()
    {
        await using var log = await database.NewLogAsync(Balances.Schema);
        var store = log.NewStore(projections: new Balances());
        await Balances.FillAsync(store, accounts: 3);
        await log.ExecuteAsync("create schema {schema}_rebuild_balances; create table {schema}_rebuild_balances.balances (leftover int)");
        (await new ReadModelRebuild(store).RunAsync(new Balances())).Equal.ShouldBeTrue();
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
}
