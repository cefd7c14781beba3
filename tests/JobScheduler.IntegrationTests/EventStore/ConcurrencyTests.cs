using System.Collections.Concurrent;
using JobScheduler.EventStore;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class ConcurrencyTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    [Fact]
    public async Task No_update_is_lost_when_writers_of_several_nodes_append_to_one_stream()
    {
        await using var log = await database.NewLogAsync();
        PostgresEventStore[] nodes = [log.NewStore(), log.NewStore(), log.NewStore()];
        var id = Guid.NewGuid();
        var conflicts = 0;

        await Task.WhenAll(Enumerable.Range(0, 12).Select(async writer =>
        {
            var version = 0L;
            for (var success = 0; success < 20;)
            {
                var node = nodes[writer % nodes.Length];
                switch (await node.AppendAsync(id, ExpectedVersion.Exactly(version), [new AmountAdded(1)], EventMetadata.None))
                {
                    case AppendResult.Appended appended:
                        version = appended.Events[^1].Version;
                        success++;
                        break;
                    case AppendResult.Conflict conflict:
                        version = conflict.ActualVersion;
                        Interlocked.Increment(ref conflicts);
                        break;
                }
            }
        })).WaitAsync(TestLog.Patience);

        conflicts.ShouldBePositive("else nothing raced");
        (await nodes[0].FetchStreamAsync(id)).Select(stored => stored.Version)
            .ShouldBe(Enumerable.Range(1, 240).Select(version => (long)version));
    }

    [Fact]
    public async Task Exactly_one_wins_when_nodes_create_the_same_stream()
    {
        await using var log = await database.NewLogAsync();
        PostgresEventStore[] nodes = [log.NewStore(), log.NewStore(), log.NewStore()];

        for (var round = 0; round < 30; round++)
        {
            var id = Guid.NewGuid();
            var results = await Task.WhenAll(Enumerable.Range(0, 9).Select(
                n => nodes[n % 3].AppendAsync(id, ExpectedVersion.NoStream, [new AccountOpened($"{n}")], EventMetadata.None)));
            var winner = results.OfType<AppendResult.Appended>().ShouldHaveSingleItem();
            results.OfType<AppendResult.Conflict>().Count().ShouldBe(8);
            (await nodes[0].FetchStreamAsync(id)).ShouldHaveSingleItem().Data.ShouldBe(winner.Events[0].Data);
        }
    }

    [Fact]
    public async Task Requests_over_several_streams_go_in_whole_or_not_at_all_when_nodes_race()
    {
        await using var log = await database.NewLogAsync();
        PostgresEventStore[] nodes = [log.NewStore(), log.NewStore()];
        var streams = Enumerable.Range(0, 4).Select(_ => Guid.NewGuid()).ToArray();

        // Each transfer takes from one stream and gives to another, so the sum over all streams stays 0.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var random = new Random(writer);
            for (var done = 0; done < 15;)
            {
                var (from, to) = (streams[random.Next(2)], streams[2 + random.Next(2)]);
                var node = nodes[writer % 2];
                var version = (await node.FetchStreamAsync(from)).Count;
                var result = await node.AppendAsync(
                    [
                        new(from, ExpectedVersion.Exactly(version), [new AmountAdded(-writer)]),
                        new(to, ExpectedVersion.Any, [new AmountAdded(writer)]),
                    ],
                    EventMetadata.None);
                if (result is AppendResult.Appended) done++;
            }
        })).WaitAsync(TestLog.Patience);

        (await log.ScalarAsync<long>("select sum((data->>'amount')::int) from {schema}.mt_events")).ShouldBe(0);
        (await log.ScalarAsync<long>("select count(*) from {schema}.mt_events")).ShouldBe(8 * 15 * 2);
        await ShouldBeConsistentAsync(log);
    }

    [Fact]
    public async Task Follower_sees_every_event_once_and_in_order_while_several_nodes_append()
    {
        await using var log = await database.NewLogAsync();
        PostgresEventStore[] nodes = [log.NewStore(), log.NewStore(), log.NewStore()];
        const int Writers = 24, Appends = 40;
        var appended = new ConcurrentBag<long>();

        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var n = 0; n < Appends; n++)
            {
                var events = await nodes[writer % 3].AppendedAsync(
                    Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AccountOpened($"{writer}"), new AmountAdded(n));
                foreach (var stored in events) appended.Add(stored.Sequence);
            }
        }));
        var reader = log.NewStore();
        var followed = await Task.WhenAll(FollowAsync(null), FollowAsync(["amount_added"])).WaitAsync(TestLog.Patience);
        await writing;

        var all = appended.Order().ToList();
        followed[0].ShouldBe(all);
        followed[1].Count.ShouldBe(Writers * Appends);
        followed[1].ShouldBeSubsetOf(all);
        followed[1].ShouldBeInOrder();
        all.ShouldBe(Enumerable.Range(1, Writers * Appends * 2).Select(sequence => (long)sequence), "no number was drawn in vain");
        await ShouldBeConsistentAsync(log);

        async Task<List<long>> FollowAsync(string[]? types)
        {
            var seen = new List<long>();
            var position = 0L;
            while (seen.Count < Writers * Appends * (types is null ? 2 : 1))
            {
                var page = await reader.FeedAsync(position, types, 7);
                seen.AddRange(page.Events.Select(stored => stored.Sequence));
                position = page.Position;
            }

            return seen;
        }
    }

    [Fact]
    public async Task Feed_shows_nothing_while_a_commit_is_under_way()
    {
        await using var log = await database.NewLogAsync();
        var (writer, follower) = (log.NewStore(), log.NewStore());
        await writer.AppendedAsync(Guid.NewGuid(), ExpectedVersion.NoStream, EventMetadata.None, new AmountAdded(1));
        await using var blocking = await log.DataSource.OpenConnectionAsync();
        await using var transaction = await blocking.BeginTransactionAsync();
        await using var block = new Npgsql.NpgsqlCommand($"lock table {log.Schema}.mt_events in share mode", blocking);
        await block.ExecuteNonQueryAsync();

        // The first is in its transaction, with sequence numbers drawn, and cannot go on; the other waits for the append lock.
        var held = writer.AppendAsync(Guid.NewGuid(), ExpectedVersion.NoStream, [new AmountAdded(2)], EventMetadata.None);
        await log.UntilAsync("last_value >= 2 from {schema}.mt_events_sequence");
        var behind = follower.AppendAsync(Guid.NewGuid(), ExpectedVersion.NoStream, [new AmountAdded(3)], EventMetadata.None);
        await log.UntilWaitingForLockAsync();
        var page = await follower.FeedAsync(0, null, 10);
        page.Events.Count.ShouldBe(1);
        page.Position.ShouldBe(1);

        await transaction.CommitAsync();
        await Task.WhenAll(held, behind);
        (await follower.FeedAsync(page.Position, null, 10)).Events.Select(stored => stored.Data)
            .ShouldBe([new AmountAdded(2), new AmountAdded(3)]);
    }

    /// <summary>Versions without gap or double in each stream, in sequence order, and equal to what the stream's row says.</summary>
    private static async Task ShouldBeConsistentAsync(TestLog log) =>
        (await log.ScalarAsync<long>(
            """
            select count(*) from (
                select stream_id, version, row_number() over (partition by stream_id order by seq_id) as nth,
                       count(*) over (partition by stream_id) as events
                from {schema}.mt_events
            ) e join {schema}.mt_streams s on s.id = e.stream_id
            where e.version <> e.nth or s.version <> e.events
            """)).ShouldBe(0);
}
