using System.Threading.Channels;
using JobScheduler.EventStore;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class SubscriptionTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    // So long that a test which needs the poll to go on runs out of patience.
    private static readonly SubscriptionOptions NoPolling = new()
    {
        PollInterval = TimeSpan.FromHours(1),
        FirstRetryDelay = TimeSpan.FromMilliseconds(5),
    };

    [Fact]
    public async Task Subscription_resumes_at_its_checkpoint_when_started_again()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(1), new AmountAdded(2));

        await using (var first = Running.Start(store, "sums", null))
        {
            (await first.NextAsync(2)).ShouldBe([1L, 2L]);
            await first.UntilCheckpointAsync(log, 2);
        }

        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(3));
        await using var second = Running.Start(log.NewStore(), "sums", null);
        (await second.NextAsync(1)).ShouldBe([3L]);
    }

    [Fact]
    public async Task Subscription_begins_where_told_when_it_has_no_checkpoint()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(1), new AmountAdded(2));
        await using var running = Running.Start(store, "late", null, NoPolling with { StartAfter = 1 });
        (await running.NextAsync(1)).ShouldBe([2L]);
    }

    [Fact]
    public async Task Subscription_hands_over_the_same_events_again_when_the_handler_fails()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(1), new AmountAdded(2));
        await using var running = Running.Start(store, "failing", null, failures: 3);

        (await running.NextAsync(8)).ShouldBe([1L, 2L, 1L, 2L, 1L, 2L, 1L, 2L]);
        await running.UntilCheckpointAsync(log, 2);
    }

    [Fact]
    public async Task Subscription_wakes_when_another_process_appends()
    {
        await using var log = await database.NewLogAsync();
        var (here, elsewhere) = (log.NewStore(), log.NewStore());
        await using var running = Running.Start(here, "woken", ["amount_added"]);
        await UntilListeningAsync(log);

        for (var n = 1; n <= 3; n++)
        {
            await elsewhere.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(n));
            (await running.NextAsync(1)).ShouldBe([(long)n]);
        }
    }

    [Fact]
    public async Task Subscription_goes_on_when_its_listen_connection_is_killed()
    {
        await using var log = await database.NewLogAsync();
        var (here, elsewhere) = (log.NewStore(), log.NewStore());
        await using var running = Running.Start(here, "killed", null);
        await UntilListeningAsync(log);

        await log.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen {schema}_events'");
        await elsewhere.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(1));
        (await running.NextAsync(1)).ShouldBe([1L]);

        await UntilListeningAsync(log);
        await elsewhere.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(2));
        (await running.NextAsync(1)).ShouldBe([2L]);
    }

    [Fact]
    public async Task Subscription_finds_events_by_polling_when_notifications_are_lost()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        await using var running = Running.Start(store, "polling", null, NoPolling with { PollInterval = TimeSpan.FromMilliseconds(50) });
        // A writer that does not notify: the row appears by itself.
        await log.ExecuteAsync(
            """
            insert into {schema}.mt_streams (id, type, version) values ('00000000-0000-0000-0000-000000000001', 'account', 1);
            insert into {schema}.mt_events (seq_id, id, stream_id, version, data, type, timestamp)
            select nextval('{schema}.mt_events_sequence'), gen_random_uuid(), id, 1, '{"amount": 1}', 'amount_added', now()
            from {schema}.mt_streams
            """);
        (await running.NextAsync(1)).ShouldBe([1L]);
    }

    [Fact]
    public async Task Checkpoint_advances_past_events_of_other_types_and_never_moves_back()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        await store.AppendManyAsync(Enumerable.Range(0, 9).Select(n => new AmountAdded(n)));
        await using var running = Running.Start(
            store,
            "idle",
            ["parcel_sent"],
            NoPolling with { PollInterval = TimeSpan.FromMilliseconds(20), IdleSaveInterval = TimeSpan.Zero });
        await running.UntilCheckpointAsync(log, 9);

        var checkpoints = new Checkpoints(log.DataSource, log.Schema);
        await checkpoints.SaveAsync("idle", 4, CancellationToken.None);
        (await checkpoints.LoadAsync("idle", CancellationToken.None)).ShouldBe(9);
    }

    [Fact]
    public async Task Signal_wakes_only_followers_of_the_event_types_appended()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        // The first wait begins to listen, and is woken when that is so: something may have been missed before.
        await store.Signal.WaitAsync(0, ["amount_added"], TimeSpan.FromHours(1)).WaitAsync(TestLog.Patience);
        var accounts = store.Signal.WaitAsync(0, ["amount_added"], TimeSpan.FromHours(1));
        var parcels = store.Signal.WaitAsync(0, ["parcel_sent"], TimeSpan.FromHours(1));
        var later = store.Signal.WaitAsync(1, null, TimeSpan.FromHours(1));

        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new ParcelSent("x"));
        await parcels.WaitAsync(TestLog.Patience);
        accounts.IsCompleted.ShouldBeFalse();
        later.IsCompleted.ShouldBeFalse();

        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(1));
        await Task.WhenAll(accounts, later).WaitAsync(TestLog.Patience);
        await store.Signal.WaitAsync(1, ["amount_added"], TimeSpan.FromHours(1)).WaitAsync(TestLog.Patience);
    }

    private static Task UntilListeningAsync(TestLog log) =>
        log.UntilAsync("exists (select from pg_stat_activity where query = 'listen {schema}_events' and state = 'idle')");

    private sealed class Running : IAsyncDisposable
    {
        private readonly Channel<long> _handled = Channel.CreateUnbounded<long>();
        private readonly CancellationTokenSource _stopping = new();
        private string _name = "";
        private Task _run = Task.CompletedTask;

        public static Running Start(
            PostgresEventStore store, string name, string[]? types, SubscriptionOptions? options = null, int failures = 0)
        {
            var running = new Running { _name = name };
            var subscription = new Subscription(
                store,
                name,
                types,
                (events, _) =>
                {
                    foreach (var stored in events) running._handled.Writer.TryWrite(stored.Sequence);
                    return failures-- > 0 ? Task.FromException(new InvalidOperationException("not yet")) : Task.CompletedTask;
                },
                options ?? NoPolling);
            running._run = subscription.RunAsync(running._stopping.Token);
            return running;
        }

        public async Task<List<long>> NextAsync(int count)
        {
            var next = new List<long>();
            while (next.Count < count) next.Add(await _handled.Reader.ReadAsync().AsTask().WaitAsync(TestLog.Patience));
            return next;
        }

        public Task UntilCheckpointAsync(TestLog log, long position) => log.UntilAsync(
            $"exists (select from {log.Schema}.mt_event_progression where name = '{_name}' and last_seq_id = {position})");

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _run;
            _stopping.Dispose();
        }
    }
}
