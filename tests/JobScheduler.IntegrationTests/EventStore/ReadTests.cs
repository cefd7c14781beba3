using JobScheduler.EventStore;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class ReadTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Stream_is_read_as_it_was_at_a_version_or_an_instant()
    {
        await using var log = await database.NewLogAsync();
        var time = new FixedTime(Noon);
        var store = log.NewStore(time: time);
        var id = Guid.NewGuid();
        for (var n = 1; n <= 4; n++)
        {
            await store.AppendedAsync(id, ExpectedVersion.Exactly(n - 1), EventMetadata.None, new AmountAdded(n));
            time.Now += TimeSpan.FromMinutes(1);
        }

        (await SumAsync(store, id)).ShouldBe(10);
        (await SumAsync(store, id, version: 2)).ShouldBe(3);
        (await SumAsync(store, id, version: 99)).ShouldBe(10);
        (await SumAsync(store, id, at: Noon.AddMinutes(2))).ShouldBe(6, "an event at the very instant counts");
        (await SumAsync(store, id, at: Noon.AddMinutes(2).AddTicks(-10))).ShouldBe(3);
        (await SumAsync(store, id, at: Noon.AddSeconds(-1))).ShouldBeNull();
        (await SumAsync(store, id, version: 1, at: Noon.AddHours(1))).ShouldBe(1);
        (await SumAsync(store, Guid.NewGuid())).ShouldBeNull();
    }

    [Fact]
    public async Task Stream_as_of_an_instant_is_a_prefix_when_clocks_went_back()
    {
        await using var log = await database.NewLogAsync();
        var time = new FixedTime(Noon);
        var store = log.NewStore(time: time);
        var id = Guid.NewGuid();
        foreach (var minutes in new[] { 0, 5, 1 })
        {
            time.Now = Noon.AddMinutes(minutes);
            await store.AppendedAsync(id, ExpectedVersion.Any, EventMetadata.None, new AmountAdded(1));
        }

        (await store.FetchStreamAsync(id, timestamp: Noon.AddMinutes(2))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Feed_gives_pages_in_order_and_the_position_to_go_on_from()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        (await store.FeedAsync(0, null, 10)).ShouldSatisfyAllConditions(
            page => page.Events.ShouldBeEmpty(), page => page.Position.ShouldBe(0));
        await store.AppendedAsync(
            Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, [.. Enumerable.Range(1, 5).Select(n => new AmountAdded(n))]);

        var first = await store.FeedAsync(0, null, 2);
        first.Events.Select(stored => stored.Sequence).ShouldBe([1L, 2L]);
        first.Position.ShouldBe(2);
        var second = await store.FeedAsync(first.Position, null, 3);
        second.Events.Select(stored => stored.Sequence).ShouldBe([3L, 4L, 5L]);
        second.Position.ShouldBe(5);
        (await store.FeedAsync(second.Position, null, 3)).Position.ShouldBe(5);
        (await store.HighWaterMarkAsync()).ShouldBe(5);
    }

    [Fact]
    public async Task Filtered_feed_advances_past_what_it_does_not_want()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        object[] events = [new ParcelSent("a"), new AmountAdded(1), new ParcelSent("b"), new AmountAdded(2), new AmountAdded(3)];
        foreach (var data in events)
            await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, data);

        var full = await store.FeedAsync(0, ["parcel_sent"], 2);
        full.Events.Select(stored => stored.Sequence).ShouldBe([1L, 3L]);
        full.Position.ShouldBe(3, "a full page goes on after its last event");
        var rest = await store.FeedAsync(full.Position, ["parcel_sent"], 2);
        rest.Events.ShouldBeEmpty();
        rest.Position.ShouldBe(5);
        (await store.FeedAsync(0, ["parcel_sent", "account_opened"], 100)).Position.ShouldBe(5);
    }

    [Fact]
    public async Task Look_back_gives_the_newest_first_and_where_to_go_on()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        (await store.LookBackAsync(null, new(), 2, 100)).ShouldSatisfyAllConditions(
            page => page.Events.ShouldBeEmpty(), page => page.Reached.ShouldBe(1));
        await store.AppendedAsync(
            Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, [.. Enumerable.Range(1, 5).Select(n => new AmountAdded(n))]);

        var newest = await store.LookBackAsync(null, new(), 2, 100);
        newest.Events.Select(stored => stored.Sequence).ShouldBe([5L, 4L]);
        (newest.Before, newest.Reached).ShouldBe((6, 4));
        var older = await store.LookBackAsync(newest.Reached, new(), 100, 100);
        older.Events.Select(stored => stored.Sequence).ShouldBe([3L, 2L, 1L]);
        older.Reached.ShouldBe(1, "the beginning of the log");
    }

    [Fact]
    public async Task Look_back_reads_no_more_than_its_window_when_what_is_wanted_is_rare()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        var stream = Guid.NewGuid();
        object[] events = [new ParcelSent("a"), new AmountAdded(1), new AmountAdded(2), new AmountAdded(3), new AmountAdded(4)];
        await store.AppendedAsync(stream, ExpectedVersion.NoStream, EventMetadata.None, events[1..3]);
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, events[0]);
        await store.AppendedAsync(stream, ExpectedVersion.Any, EventMetadata.None, events[3..]);

        var near = await store.LookBackAsync(null, new(["parcel_sent"]), 10, 2);
        near.Events.ShouldBeEmpty();
        near.Reached.ShouldBe(4);
        (await store.LookBackAsync(near.Reached, new(["parcel_sent"]), 10, 2)).Events.Single().Sequence.ShouldBe(3);

        var about = await store.LookBackAsync(null, new(About: new([stream], """{"amount": 99}""")), 10, 100);
        about.Events.Select(stored => stored.Sequence).ShouldBe([5L, 4L, 2L, 1L]);
        about = await store.LookBackAsync(null, new(["amount_added"], new([], """{"amount": 2}""")), 10, 100);
        about.Events.Single().Data.ShouldBe(new AmountAdded(2));
    }

    [Fact]
    public async Task Stream_is_read_page_by_page()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        var id = Guid.NewGuid();
        await store.AppendedAsync(id, ExpectedVersion.NoStream, EventMetadata.None, [.. Enumerable.Range(1, 3).Select(n => new AmountAdded(n))]);

        (await store.FetchStreamPageAsync(id, 0, 2)).Select(stored => stored.Version).ShouldBe([1L, 2L]);
        (await store.FetchStreamPageAsync(id, 2, 2)).Select(stored => stored.Version).ShouldBe([3L]);
        (await store.FetchStreamPageAsync(Guid.NewGuid(), 0, 2)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Reads_fail_loudly_when_a_stored_type_is_unknown()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        var id = Guid.NewGuid();
        await store.AppendedAsync(id, ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(1));
        await log.ExecuteAsync("update {schema}.mt_events set type = 'from_the_future'");

        (await Should.ThrowAsync<UnknownEventTypeException>(() => store.FetchStreamAsync(id))).EventType.ShouldBe("from_the_future");
        await Should.ThrowAsync<UnknownEventTypeException>(() => store.FeedAsync(0, null, 1));
    }

    [Fact]
    public async Task Headers_are_read_leniently_when_another_writer_stored_other_kinds_of_value()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore();
        await store.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(1));
        await log.ExecuteAsync("""update {schema}.mt_events set headers = '{"user": "Ann", "attempt": 2, "more": {"a": null}}'""");

        (await store.FeedAsync(0, null, 1)).Events.Single().Metadata.Headers.ShouldBe(
            new Dictionary<string, string> { ["user"] = "Ann", ["attempt"] = "2", ["more"] = """{"a": null}""" }, ignoreOrder: true);
    }

    private static Task<int?> SumAsync(PostgresEventStore store, Guid id, long? version = null, DateTimeOffset? at = null) =>
        store.AggregateStreamAsync<int?>(id, (sum, stored) => (sum ?? 0) + ((AmountAdded)stored.Data).Amount, version, at);
}
