using JobScheduler.EventStore;
using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class LostConnectionTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task Append_is_reported_and_written_once_when_the_commit_acknowledgement_is_lost()
    {
        await using var log = await database.NewLogAsync();
        await using var proxy = NewProxy(out var connectionString);
        var store = log.NewStore(connectionString: connectionString);
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("warm-up"));
        var id = Guid.NewGuid();

        proxy.CutInsteadOfRelaying("COMMIT");
        var appended = await store.AppendedAsync(
            id, ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("Ann"), new AmountAdded(1));

        proxy.Cuts.ShouldBe(1);
        (await store.FetchStreamAsync(id)).ShouldBe(appended);
        (await log.ScalarAsync<long>("select count(*) from {schema}.mt_events")).ShouldBe(3);
        (await store.AppendedAsync(id, ExpectedVersion.Exactly(2), EventMetadata.None, new AmountAdded(2)))[0].Sequence.ShouldBe(4);
    }

    [Fact]
    public async Task Append_is_written_when_the_connection_is_lost_before_the_commit()
    {
        await using var log = await database.NewLogAsync();
        await using var proxy = NewProxy(out var connectionString);
        var store = log.NewStore(connectionString: connectionString);
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("warm-up"));
        var id = Guid.NewGuid();

        proxy.CutInsteadOfRelaying("BEGIN");
        await store.AppendedAsync(id, ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("Ann"));

        proxy.Cuts.ShouldBe(1);
        (await store.FetchStreamAsync(id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_backends_are_terminated_under_load()
    {
        await using var log = await database.NewLogAsync();
        PostgresEventStore[] nodes = [log.NewStore(), log.NewStore()];
        using var terminating = new CancellationTokenSource();
        var terminated = 0L;

        var terminator = Task.Run(async () =>
        {
            while (!terminating.IsCancellationRequested)
            {
                // Those in a transaction: the writers, wherever they are in it.
                terminated += await log.ScalarAsync<long>(
                    $"""
                    select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
                      and query like '%{log.Schema}.%'
                    """);
                await Task.Yield();
                if (terminated > 20) return;
            }
        });
        var appends = await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            var mine = new List<(Guid Stream, StoredEvent Stored)>();
            for (var n = 0; n < 25 || (Interlocked.Read(ref terminated) < 5 && n < 1_000); n++)
            {
                var id = Guid.NewGuid();
                var events = await nodes[writer % 2].AppendedAsync(
                    id, ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(n), new AmountAdded(-n));
                mine.AddRange(events.Select(stored => (id, stored)));
            }

            return mine;
        })).WaitAsync(TestLog.Patience);
        await terminating.CancelAsync();
        await terminator;

        terminated.ShouldBePositive();
        var expected = appends.SelectMany(mine => mine).OrderBy(append => append.Stored.Sequence).ToList();
        var page = await nodes[0].FeedAsync(0, null, expected.Count + 1);
        page.Events.Select(stored => (stored.StreamId, stored)).ShouldBe(expected);
    }

    [Fact]
    public async Task Append_fails_when_PostgreSQL_cannot_be_reached_for_long_and_later_ones_succeed()
    {
        await using var log = await database.NewLogAsync();
        await using var proxy = NewProxy(out var connectionString);
        var store = log.NewStore(new() { AppendRetryFor = TimeSpan.FromMilliseconds(300) }, connectionString: connectionString);
        var id = Guid.NewGuid();

        proxy.Close();
        var failure = await Should.ThrowAsync<EventStoreUnavailableException>(
            () => store.AppendAsync(id, ExpectedVersion.NoStream, [new AmountAdded(1)], EventMetadata.None));
        failure.OutcomeUnknown.ShouldBeFalse();

        proxy.Open();
        await store.AppendedAsync(id, ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(2));
    }

    [Fact]
    public async Task Append_says_that_its_outcome_is_unknown_when_the_acknowledgement_was_lost_and_PostgreSQL_stays_away()
    {
        await using var log = await database.NewLogAsync();
        await using var proxy = NewProxy(out var connectionString);
        var store = log.NewStore(new() { AppendRetryFor = TimeSpan.Zero }, connectionString: connectionString);
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("warm-up"));

        proxy.CutInsteadOfRelaying("COMMIT");
        var failure = await Should.ThrowAsync<EventStoreUnavailableException>(
            () => store.AppendAsync(Guid.NewGuid(), ExpectedVersion.NoStream, [new AmountAdded(1)], EventMetadata.None));
        failure.OutcomeUnknown.ShouldBeTrue();
    }

    private FaultProxy NewProxy(out string connectionString)
    {
        var direct = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var proxy = new FaultProxy(direct.Host!, direct.Port);
        connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = proxy.Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
        return proxy;
    }
}
