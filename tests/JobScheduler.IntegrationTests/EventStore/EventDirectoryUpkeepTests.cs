using JobScheduler.EventStore;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class EventDirectoryUpkeepTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private static readonly DirectoryShape Small = new(Stretch: 8, MostListed: 2, AtOnce: 2);

    [Fact]
    public async Task Upkeep_wakes_when_a_stretch_becomes_complete()
    {
        await using var log = await database.NewLogAsync();
        var (here, elsewhere) = (log.NewStore(new() { Directory = Small }), log.NewStore());
        await elsewhere.AppendManyAsync(Amounts(30));
        await using var running = Running.Start(here);
        await UntilReachesAsync(log, 3);

        await elsewhere.AppendManyAsync(Amounts(2));
        await UntilReachesAsync(log, 4);
        await elsewhere.AppendManyAsync(Amounts(8));
        await UntilReachesAsync(log, 5);
        (await log.DirectoryDifferencesAsync(Small)).ShouldBe(0);
    }

    [Fact]
    public async Task Upkeep_goes_on_where_another_was_stopped()
    {
        await using var log = await database.NewLogAsync();
        await log.SeedAsync([.. Enumerable.Range(1, 400).Select(n => new Seeded(n, n % 7 == 0 ? "parcel_sent" : "amount_added"))]);
        var first = log.NewStore(new() { Directory = Small });
        await first.Directory.StepAsync(CancellationToken.None);
        await UntilReachesAsync(log, 2);

        var second = log.NewStore(new() { Directory = Small });
        await using var running = Running.Start(second);
        await UntilReachesAsync(log, 50);
        (await log.DirectoryDifferencesAsync(Small)).ShouldBe(0);
        (await second.FeedToEndAsync(10, "parcel_sent")).ShouldBe(Enumerable.Range(1, 57).Select(n => n * 7L));
    }

    [Fact]
    public async Task Upkeep_goes_on_when_its_session_is_killed()
    {
        await using var log = await database.NewLogAsync();
        await log.SeedAsync([.. Enumerable.Range(1, 100).Select(n => new Seeded(n, "amount_added"))]);
        await using (var blocking = await log.DataSource.OpenConnectionAsync())
        await using (var transaction = await blocking.BeginTransactionAsync())
        {
            await using var block = new Npgsql.NpgsqlCommand($"lock table {log.Schema}.event_directory", blocking);
            await block.ExecuteNonQueryAsync();
            await using var stopped = Running.Start(log.NewStore(new() { Directory = Small }));
            await log.UntilWaitingForLockAsync("relation");
            await stopped.DisposeAsync();

            await using var running = Running.Start(log.NewStore(new() { Directory = Small }));
            await log.UntilWaitingForLockAsync("relation");
            await log.ExecuteAsync("select pg_terminate_backend(pid) from pg_locks where relation = '{schema}.event_directory'::regclass and not granted");
            await transaction.CommitAsync();
            await UntilReachesAsync(log, 12);
        }

        (await log.DirectoryDifferencesAsync(Small)).ShouldBe(0);
    }

    [Fact]
    public async Task Upkeep_waits_while_it_should_not_disturb()
    {
        await using var log = await database.NewLogAsync();
        await log.SeedAsync([.. Enumerable.Range(1, 100).Select(n => new Seeded(n, "amount_added"))]);
        var (asked, quiet) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var running = Running.Start(log.NewStore(new() { Directory = Small }), () =>
        {
            asked.TrySetResult();
            return quiet.Task;
        });

        await asked.Task.WaitAsync(TestLog.Patience);
        (await log.ScalarAsync<long>("select count(*) from {schema}.event_directory")).ShouldBe(0);
        quiet.SetResult();
        await UntilReachesAsync(log, 12);
    }

    [Fact]
    public async Task Several_steps_at_once_describe_each_stretch_once()
    {
        await using var log = await database.NewLogAsync();
        await log.SeedAsync([.. Enumerable.Range(1, 2_000).Select(n => new Seeded(n, n % 5 == 0 ? "parcel_sent" : "amount_added"))]);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => log.NewStore(new() { Directory = Small }).Directory.DescribeAllAsync()))
            .WaitAsync(TestLog.Patience);
        (await log.DirectoryDifferencesAsync(Small)).ShouldBe(0);
    }

    /// <summary>Whoever reads meanwhile sees all that was there when the reading began, in order, whatever becomes of the directory.</summary>
    [Fact]
    public async Task Feed_misses_nothing_while_nodes_append_describe_and_empty_the_directory()
    {
        const int Writers = 4, Appends = 150;
        await using var log = await database.NewLogAsync();
        PostgresEventStore[] nodes = [.. Enumerable.Range(0, 2).Select(_ => log.NewStore(new() { Directory = Small }))];
        await using var one = Running.Start(nodes[0]);
        await using var other = Running.Start(nodes[1]);
        using var over = new CancellationTokenSource();
        var emptying = EmptyAsync();
        var written = 0;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var n = 0; n < Appends; n++)
            {
                object data = n % 10 == 0 ? new ParcelSent($"{writer}") : new AmountAdded(n);
                await nodes[writer % 2].AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, data);
                if (data is ParcelSent) Interlocked.Increment(ref written);
            }
        }));

        var passes = new List<(int AtLeast, List<long> Seen)>();
        while (passes is not [.., { Seen.Count: Writers * Appends / 10 }])
            passes.Add((Volatile.Read(ref written), await nodes[passes.Count % 2].FeedToEndAsync(7, "parcel_sent").WaitAsync(TestLog.Patience)));
        await writing;
        for (var n = 0; n < 50; n++)
        {
            await nodes[0].Directory.StepAsync(CancellationToken.None);
            passes.Add((written, await nodes[1].FeedToEndAsync(7, "parcel_sent").WaitAsync(TestLog.Patience)));
        }

        await over.CancelAsync();
        await emptying;

        var all = (await nodes[0].FeedAsync(0, null, Writers * Appends)).Events.Where(e => e.Data is ParcelSent).Select(e => e.Sequence).ToList();
        foreach (var (atLeast, seen) in passes)
        {
            seen.Count.ShouldBeGreaterThanOrEqualTo(atLeast);
            seen.ShouldBe(all.Take(seen.Count));
        }

        await nodes[0].Directory.DescribeAllAsync();
        (await log.DirectoryDifferencesAsync(Small)).ShouldBe(0);

        async Task EmptyAsync()
        {
            for (var n = 0; !over.IsCancellationRequested; n++)
            {
                while (!over.IsCancellationRequested && await log.ScalarAsync<long>("select count(*) from {schema}.event_directory") == 0) await Task.Yield();
                await log.ExecuteAsync(n % 2 == 0 ? "truncate {schema}.event_directory" : "delete from {schema}.event_directory");
            }
        }
    }

    private static IEnumerable<object> Amounts(int count) => Enumerable.Range(0, count).Select(n => new AmountAdded(n));

    /// <summary>Until the directory has an entry of the stretch before this one.</summary>
    private static Task UntilReachesAsync(TestLog log, long stretch) => log.UntilAsync($"coalesce(max(stretch), -1) = {stretch - 1} from {{schema}}.event_directory");

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private Task _run = Task.CompletedTask;

        public static Running Start(PostgresEventStore store, Func<Task>? quiet = null)
        {
            var running = new Running();
            // So long a poll that a test which needs it to go on runs out of patience.
            var upkeep = new EventDirectoryUpkeep(store, quiet)
            {
                Gather = TimeSpan.Zero,
                PollInterval = TimeSpan.FromHours(1),
                RetryDelay = TimeSpan.FromMilliseconds(5),
            };
            running._run = upkeep.RunAsync(running._stopping.Token);
            return running;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_stopping.IsCancellationRequested) await _stopping.CancelAsync();
            await _run;
        }
    }
}
