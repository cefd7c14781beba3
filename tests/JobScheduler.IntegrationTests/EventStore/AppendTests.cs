using System.Diagnostics.Metrics;
using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class AppendTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task Append_writes_what_it_returns_when_the_stream_is_new()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore(time: new FixedTime(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567)));
        var id = Guid.NewGuid();
        var metadata = new EventMetadata("trace-1", "command-1", new Dictionary<string, string> { ["user"] = "Zoë" });

        var appended = await store.AppendedAsync(id, ExpectedVersion.NoStream, metadata, new AccountOpened("Ann"), new AmountAdded(5));

        appended.Select(stored => (stored.Sequence, stored.Version, stored.Type.Name, stored.Data)).ShouldBe(
        [
            (1L, 1L, "account_opened", new AccountOpened("Ann")),
            (2L, 2L, "amount_added", new AmountAdded(5)),
        ]);
        appended.ShouldAllBe(stored => stored.Timestamp == new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_560));
        var fetched = await store.FetchStreamAsync(id);
        fetched.Select(Comparable).ShouldBe(appended.Select(Comparable));
        fetched[0].Metadata.Headers.ShouldBe(metadata.Headers);
    }

    [Fact]
    public async Task Append_writes_the_columns_of_the_layout_explicitly()
    {
        await using var log = await database.NewLogAsync();
        await log.NewStore().AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("Ann"));

        (await log.ScalarAsync<bool>(
            """
            select to_jsonb(e) - 'id' - 'stream_id' - 'timestamp' = jsonb_build_object(
                'seq_id', 1, 'version', 1, 'type', 'account_opened', 'data', '{"owner": "Ann"}'::jsonb, 'bdata', null,
                'tenant_id', '*DEFAULT*', 'is_archived', false, 'correlation_id', null, 'causation_id', null, 'headers', null,
                'mt_dotnet_type', 'JobScheduler.IntegrationTests.EventStore.AccountOpened, JobScheduler.IntegrationTests')
            from {schema}.mt_events e
            """)).ShouldBeTrue();
        (await log.ScalarAsync<bool>(
            """
            select to_jsonb(s) - 'id' - 'timestamp' - 'created' = jsonb_build_object(
                'type', 'account', 'version', 1, 'tenant_id', '*DEFAULT*', 'is_archived', false)
            from {schema}.mt_streams s
            """)).ShouldBeTrue();
    }

    [Fact]
    public async Task Stream_timestamp_advances_and_created_stays_when_more_is_appended()
    {
        await using var log = await database.NewLogAsync();
        var time = new FixedTime(DateTimeOffset.UnixEpoch);
        var store = log.NewStore(time: time);
        var id = Guid.NewGuid();
        await store.AppendedAsync(id, ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened("Ann"));
        time.Now += TimeSpan.FromMinutes(1);
        await store.AppendedAsync(id, ExpectedVersion.Exactly(1), EventMetadata.None, new AmountAdded(1));

        (await log.ScalarAsync<bool>(
            "select version = 2 and created = 'epoch' and timestamp - created = interval '1 minute' from {schema}.mt_streams"))
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Conflict_names_the_actual_version_when_the_stream_is_not_as_expected()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        var id = Guid.NewGuid();
        await store.AppendedAsync(id, ExpectedVersion.Any, EventMetadata.None, new AccountOpened("Ann"), new AmountAdded(1));

        (await store.AppendAsync(id, ExpectedVersion.NoStream, [new AmountAdded(2)], EventMetadata.None))
            .ShouldBe(new AppendResult.Conflict(id, ExpectedVersion.NoStream, 2));
        (await store.AppendAsync(id, ExpectedVersion.Exactly(1), [new AmountAdded(2)], EventMetadata.None))
            .ShouldBe(new AppendResult.Conflict(id, ExpectedVersion.Exactly(1), 2));
        var absent = Guid.NewGuid();
        (await store.AppendAsync(absent, ExpectedVersion.Exactly(1), [new AmountAdded(2)], EventMetadata.None))
            .ShouldBe(new AppendResult.Conflict(absent, ExpectedVersion.Exactly(1), 0));
        (await log.ScalarAsync<long>("select count(*) from {schema}.mt_events")).ShouldBe(2);
        (await log.ScalarAsync<long>("select last_value from {schema}.mt_events_sequence")).ShouldBe(2, "a conflict draws no number");
    }

    [Fact]
    public async Task Requests_of_one_batch_see_one_another_and_fail_alone()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        var (shared, other) = (Guid.NewGuid(), Guid.NewGuid());

        var results = await InOneBatchAsync(log, store, () =>
        [
            store.AppendAsync(shared, ExpectedVersion.NoStream, [new AccountOpened("first")], EventMetadata.None),
            store.AppendAsync(shared, ExpectedVersion.NoStream, [new AccountOpened("second")], EventMetadata.None),
            store.AppendAsync(shared, ExpectedVersion.Exactly(1), [new AmountAdded(1), new AmountAdded(2)], EventMetadata.None),
            store.AppendAsync(
                [
                    new(other, ExpectedVersion.NoStream, [new ParcelSent("x")]),
                    new(shared, ExpectedVersion.Exactly(1), [new AmountAdded(3)]),
                ],
                EventMetadata.None),
            store.AppendAsync(
                [new(other, ExpectedVersion.NoStream, [new ParcelSent("y")]), new(shared, ExpectedVersion.Any, [new AmountAdded(4)])],
                EventMetadata.None),
        ]);

        results[0].ShouldBeOfType<AppendResult.Appended>();
        results[1].ShouldBe(new AppendResult.Conflict(shared, ExpectedVersion.NoStream, 1));
        results[2].ShouldBeOfType<AppendResult.Appended>();
        results[3].ShouldBe(new AppendResult.Conflict(shared, ExpectedVersion.Exactly(1), 3));
        results[4].ShouldBeOfType<AppendResult.Appended>();
        (await store.FetchStreamAsync(shared)).Select(stored => (stored.Version, stored.Data)).ShouldBe(
            [(1L, new AccountOpened("first")), (2L, new AmountAdded(1)), (3L, new AmountAdded(2)), (4L, new AmountAdded(4))]);
        (await store.FetchStreamAsync(other)).Single().Data.ShouldBe(new ParcelSent("y"));
        (await log.ScalarAsync<long>("select count(distinct timestamp) from {schema}.mt_events where seq_id > 1"))
            .ShouldBe(1, "one commit, one instant");
    }

    [Fact]
    public async Task Poison_request_fails_alone_when_PostgreSQL_refuses_its_data()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();

        var requests = await StartInOneBatchAsync(log, store, () =>
            [.. Enumerable.Range(0, 9).Select(n => store.AppendAsync(
                Guid.NewGuid(), ExpectedVersion.NoStream, [new AccountOpened(n == 5 ? "\0" : $"{n}")], EventMetadata.None))]);

        for (var n = 0; n < requests.Length; n++)
        {
            if (n != 5) (await requests[n]).ShouldBeOfType<AppendResult.Appended>();
        }

        (await Should.ThrowAsync<PostgresException>(requests[5])).SqlState.ShouldBe(PostgresErrorCodes.UntranslatableCharacter);
        (await log.ScalarAsync<long>("select count(*) from {schema}.mt_events")).ShouldBe(9, "8 neighbours and the gate");
    }

    [Fact]
    public async Task Poison_request_fails_alone_when_a_projection_throws_on_it()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore(projections: new Rejecting("bad"));

        var requests = await StartInOneBatchAsync(log, store, () =>
            [.. "good bad fine".Split().Select(owner => store.AppendAsync(
                Guid.NewGuid(), ExpectedVersion.NoStream, [new AccountOpened(owner)], EventMetadata.None))]);

        (await requests[0]).ShouldBeOfType<AppendResult.Appended>();
        (await Should.ThrowAsync<NotSupportedException>(requests[1])).Message.ShouldBe("bad");
        (await requests[2]).ShouldBeOfType<AppendResult.Appended>();
    }

    [Fact]
    public async Task Cancelled_request_is_dropped_when_its_batch_has_not_begun()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        using var cancellation = new CancellationTokenSource();
        var (kept, dropped) = (Guid.NewGuid(), Guid.NewGuid());

        var requests = await StartInOneBatchAsync(log, store, () =>
        {
            Task<AppendResult>[] queued =
            [
                store.AppendAsync(dropped, ExpectedVersion.NoStream, [new AccountOpened("x")], EventMetadata.None, cancellation.Token),
                store.AppendAsync(kept, ExpectedVersion.NoStream, [new AccountOpened("y")], EventMetadata.None),
            ];
            cancellation.Cancel();
            return queued;
        });

        await Should.ThrowAsync<OperationCanceledException>(requests[0]);
        (await requests[1]).ShouldBeOfType<AppendResult.Appended>();
        (await store.FetchStreamAsync(dropped)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Append_is_refused_when_an_event_type_is_unknown()
    {
        await using var log = await database.NewLogAsync();
        var refusal = await Should.ThrowAsync<UnknownEventTypeException>(
            () => log.NewStore().AppendAsync(Guid.NewGuid(), ExpectedVersion.Any, ["text"], EventMetadata.None));
        refusal.EventType.ShouldBe("System.String");
    }

    [Fact]
    public async Task Append_is_refused_when_it_is_malformed()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        var id = Guid.NewGuid();
        await Should.ThrowAsync<ArgumentException>(() => store.AppendAsync([], EventMetadata.None));
        await Should.ThrowAsync<ArgumentException>(() => store.AppendAsync(id, ExpectedVersion.Any, [], EventMetadata.None));
        await Should.ThrowAsync<ArgumentException>(
            () => store.AppendAsync(id, ExpectedVersion.Any, [new AmountAdded(1), new ParcelSent("x")], EventMetadata.None));
        StreamAppend twice = new(id, ExpectedVersion.Any, [new AmountAdded(1)]);
        await Should.ThrowAsync<ArgumentException>(() => store.AppendAsync([twice, twice], EventMetadata.None));
    }

    [Fact]
    public async Task Appended_events_are_counted()
    {
        await using var log = await database.NewLogAsync();
        var counted = 0L;
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "JobScheduler.EventStore", Name: "eventstore.events.appended" })
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((_, measured, _, _) => Interlocked.Add(ref counted, measured));
        meters.Start();
        await log.NewStore().AppendedAsync(Guid.NewGuid(), ExpectedVersion.Any, EventMetadata.None, new AmountAdded(1), new AmountAdded(2));
        counted.ShouldBeGreaterThanOrEqualTo(2, "others may append at the same time");
    }

    [Fact]
    public async Task Append_becomes_a_conflict_when_a_writer_without_our_lock_got_in_between()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        var id = Guid.NewGuid();
        await using var foreign = await log.DataSource.OpenConnectionAsync();
        await using var transaction = await foreign.BeginTransactionAsync();
        await using var insert = new NpgsqlCommand(
            $"""
            insert into {log.Schema}.mt_streams (id, type, version) values ('{id}', 'account', 1);
            insert into {log.Schema}.mt_events (seq_id, id, stream_id, version, data, type, timestamp)
            select nextval('{log.Schema}.mt_events_sequence'), gen_random_uuid(), '{id}', 1, jsonb_build_object('owner', 'foreign'),
                   'account_opened', now()
            """, foreign);
        await insert.ExecuteNonQueryAsync();

        var append = store.AppendAsync(id, ExpectedVersion.NoStream, [new AccountOpened("ours")], EventMetadata.None);
        await log.UntilWaitingForLockAsync("transactionid");
        await transaction.CommitAsync();

        (await append).ShouldBe(new AppendResult.Conflict(id, ExpectedVersion.NoStream, 1));
        (await store.FetchStreamAsync(id)).Single().Data.ShouldBe(new AccountOpened("foreign"));
    }

    private static async Task<AppendResult[]> InOneBatchAsync(TestLog log, PostgresEventStore store, Func<Task<AppendResult>[]> requests) =>
        await Task.WhenAll(await StartInOneBatchAsync(log, store, requests));

    /// <summary>Queues them while the writer is held up in a batch of its own.</summary>
    private static async Task<Task<AppendResult>[]> StartInOneBatchAsync(
        TestLog log, PostgresEventStore store, Func<Task<AppendResult>[]> requests)
    {
        await using (await log.HoldAppendLockAsync())
        {
            var gate = store.AppendAsync(Guid.NewGuid(), ExpectedVersion.NoStream, [new AccountOpened("gate")], EventMetadata.None);
            await log.UntilWaitingForLockAsync();
            return requests();
        }
    }

    private static object Comparable(StoredEvent stored) =>
        (stored with { Metadata = EventMetadata.None }, stored.Metadata.CorrelationId, stored.Metadata.CausationId);

    private sealed class Rejecting(string owner) : IInlineProjection
    {
        public void Apply(IReadOnlyList<StoredEvent> events, string schema, NpgsqlBatch batch)
        {
            if (events.Any(stored => stored.Data is AccountOpened opened && opened.Owner == owner)) throw new NotSupportedException(owner);
        }
    }
}
