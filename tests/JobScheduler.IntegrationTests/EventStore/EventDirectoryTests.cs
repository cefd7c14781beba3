using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.IntegrationTests.EventStore;

public sealed class EventDirectoryTests(LogDatabase database) : IClassFixture<LogDatabase>
{
    private static readonly string[] Types = ["account_opened", "amount_added", "parcel_sent"];

    [Fact]
    public async Task Feed_of_types_equals_a_filter_over_all_events_however_far_the_directory_reaches()
    {
        for (var seed = 1; seed <= 16; seed++)
        {
            var random = new Random(seed);
            var shape = new DirectoryShape(random.Next(1, 24), random.Next(0, 6), random.Next(1, 4));
            await using var log = await database.NewLogAsync();
            var store = log.NewStore(new() { Directory = shape });
            var all = new List<Seeded>();
            for (var round = 0; round < 8; round++)
            {
                var more = RandomEvents(random, shape, all.LastOrDefault()?.Sequence ?? 0);
                await log.SeedAsync(more);
                all.AddRange(more);
                for (var step = random.Next(8); step > 0; step--) await store.Directory.StepAsync(CancellationToken.None);
                for (var query = 0; query < 12; query++) await ShouldEqualFilterAsync(store, all, random, $"seed {seed}, round {round}, {shape}");
            }

            await store.Directory.DescribeAllAsync();
            (await log.DirectoryDifferencesAsync(shape)).ShouldBe(0, $"seed {seed}, {shape}");
        }
    }

    [Theory]
    [InlineData("parcel_sent")]
    [InlineData("account_opened", "parcel_sent")]
    public async Task Feed_of_rare_types_reads_a_few_stretches_of_a_long_log(params string[] types)
    {
        const int Length = 60_000;
        await using var log = await database.NewLogAsync();
        var shape = new DirectoryShape();
        long[] parcels = [20_000, 20_001, 41_000];
        await log.SeedAsync([.. Enumerable.Range(1, Length).Select(n => new Seeded(
            n, parcels.Contains(n) ? "parcel_sent" : n is > 49_200 and < 49_500 ? "account_opened" : "amount_added"))]);
        await log.ExecuteAsync("analyze {schema}.mt_events");
        // One session, so that what it has read is known.
        var store = log.NewStore(connectionString: log.ConnectionString + ";Maximum Pool Size=1");
        await store.Directory.DescribeAllAsync();

        var before = await RowsReadAsync(store);
        var page = await store.FeedAsync(0, types, 10);
        var read = await RowsReadAsync(store) - before;

        page.Events.Select(stored => stored.Sequence).ShouldBe(types.Length == 1 ? parcels : [.. parcels, .. Enumerable.Range(49_201, 7)]);
        page.Position.ShouldBe(types.Length == 1 ? Length : 49_207);
        // Ahead of 'after' up to two stretches, a dense one, and those that are not complete yet.
        read.ShouldBeInRange(3, 4 * shape.Stretch);
    }

    [Fact]
    public async Task Feed_at_the_head_asks_no_directory()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore(new() { Directory = new(Stretch: 4) });
        await log.SeedAsync([.. Enumerable.Range(1, 30).Select(n => new Seeded(n, n % 3 == 0 ? "parcel_sent" : "amount_added"))]);
        await store.Directory.DescribeAllAsync();
        await log.ExecuteAsync("alter table {schema}.event_directory rename to moved_away");

        (await store.FeedAsync(28, ["parcel_sent"], 10)).Events.Single().Sequence.ShouldBe(30);
        (await store.FeedAsync(30, ["parcel_sent"], 10)).ShouldSatisfyAllConditions(
            page => page.Events.ShouldBeEmpty(), page => page.Position.ShouldBe(30));
        (await store.FeedAsync(0, ["amount_added"], 4)).Events.Count.ShouldBe(4, "a page that is filled at once needs none either");
        await Should.ThrowAsync<PostgresException>(() => store.FeedAsync(0, ["parcel_sent"], 10));
    }

    [Fact]
    public async Task Directory_goes_on_behind_sequences_that_were_never_used()
    {
        await using var log = await database.NewLogAsync();
        var shape = new DirectoryShape(Stretch: 4, MostListed: 2, AtOnce: 2);
        var store = log.NewStore(new() { Directory = shape });
        await log.SeedAsync([new(1, "parcel_sent"), new(1_000, "parcel_sent"), new(1_000_000, "amount_added"), new(1_000_009, "parcel_sent")]);

        await store.Directory.DescribeAllAsync();
        (await log.DirectoryDifferencesAsync(shape)).ShouldBe(0);
        (await store.Directory.StepAsync(CancellationToken.None)).ShouldBe(new(250_002, 250_002));
        (await store.FeedToEndAsync(1, "parcel_sent")).ShouldBe([1L, 1_000L, 1_000_009L]);
    }

    [Fact]
    public async Task Feed_finds_what_is_left_when_events_were_removed_from_the_log()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore(new() { Directory = new(Stretch: 4, MostListed: 2) });
        await log.SeedAsync([.. Enumerable.Range(1, 80).Select(n => new Seeded(n, n % 2 == 0 ? "parcel_sent" : "amount_added"))]);
        await store.Directory.DescribeAllAsync();
        await log.ExecuteAsync("delete from {schema}.mt_events where seq_id between 10 and 60");

        (await store.FeedToEndAsync(3, "parcel_sent")).ShouldBe([2L, 4L, 6L, 8L, .. Enumerable.Range(31, 10).Select(n => 2L * n)]);
    }

    [Fact]
    public async Task Directory_is_empty_while_no_stretch_is_complete()
    {
        await using var log = await database.NewLogAsync();
        var store = log.NewStore(new() { Directory = new(Stretch: 4) });
        (await store.Directory.StepAsync(CancellationToken.None)).ShouldBe(new(0, 0));
        await log.SeedAsync([new(1, "parcel_sent"), new(2, "parcel_sent"), new(3, "parcel_sent")]);
        (await store.Directory.StepAsync(CancellationToken.None)).ShouldBe(new(0, 0), "the mark's own stretch may still grow");

        await log.SeedAsync([new(4, "parcel_sent")]);
        (await store.Directory.StepAsync(CancellationToken.None)).ShouldBe(new(1, 1));
    }

    /// <summary>Runs of one type, mixtures, and gaps of some numbers or of many stretches.</summary>
    private static List<Seeded> RandomEvents(Random random, DirectoryShape shape, long after)
    {
        var events = new List<Seeded>();
        var only = random.Next(2) == 0 ? Types[random.Next(3)] : null;
        for (var n = random.Next(80); n > 0; n--)
        {
            after += random.Next(20) switch { 0 => random.Next(1, 9 * shape.Stretch), 1 => 2, _ => 1 };
            events.Add(new(after, only is null || random.Next(12) == 0 ? Types[random.Next(3)] : only));
        }

        return events;
    }

    private static async Task ShouldEqualFilterAsync(PostgresEventStore store, List<Seeded> all, Random random, string when)
    {
        var mark = all.LastOrDefault()?.Sequence ?? 0;
        var after = random.Next(3) == 0 ? 0 : random.NextInt64(mark + 2);
        var limit = random.Next(1, random.Next(2, 40));
        string[] types = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Types[random.Next(3)])];
        long[] expected = [.. all.Where(e => e.Sequence > after && types.Contains(e.Type)).Select(e => e.Sequence).Take(limit)];

        var page = await store.FeedAsync(after, types, limit);
        var asked = $"{when}: {string.Join(',', types)} after {after}, at most {limit}";
        page.Events.Select(stored => stored.Sequence).ShouldBe(expected, asked);
        page.Position.ShouldBe(expected.Length == limit ? expected[^1] : Math.Max(after, mark), asked);
    }

    private static async Task<long> RowsReadAsync(PostgresEventStore store)
    {
        await using (var flush = store.DataSource.CreateCommand("select pg_stat_force_next_flush()")) await flush.ExecuteNonQueryAsync();
        await using var command = store.DataSource.CreateCommand(
            "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where schemaname = $1 and relname = 'mt_events'");
        command.Parameters.Add(new() { Value = store.Schema });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
