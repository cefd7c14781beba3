using JobScheduler.EventStore;

namespace JobScheduler.IntegrationTests.EventStore;

/// <summary>An event that a test has put into the log at a sequence of its choice.</summary>
internal sealed record Seeded(long Sequence, string Type);

internal static class SeededEvents
{
    /// <summary>As other writers leave them, all in one stream; nobody is notified.</summary>
    public static async Task SeedAsync(this TestLog log, IReadOnlyCollection<Seeded> events)
    {
        await using var command = log.DataSource.CreateCommand(
            $$"""
            with stream as (
                insert into {{log.Schema}}.mt_streams (id, type, version) values (gen_random_uuid(), 'account', cardinality($1)) returning id
            )
            insert into {{log.Schema}}.mt_events (seq_id, id, stream_id, version, data, type, timestamp)
            select seq_id, gen_random_uuid(), (select id from stream), n, '{"owner": "", "amount": 1, "to": ""}', type, now()
            from unnest($1, $2) with ordinality as seeded (seq_id, type, n)
            """);
        command.Parameters.Add(new() { Value = events.Select(e => e.Sequence).ToArray() });
        command.Parameters.Add(new() { Value = events.Select(e => e.Type).ToArray() });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>All pages of these types from the log's beginning on, as sequences.</summary>
    public static async Task<List<long>> FeedToEndAsync(this PostgresEventStore store, int limit, params string[] types)
    {
        var seen = new List<long>();
        for (var page = await store.FeedAsync(0, types, limit); page.Events.Count > 0; page = await store.FeedAsync(page.Position, types, limit))
            seen.AddRange(page.Events.Select(stored => stored.Sequence));
        return seen;
    }

    /// <summary>Until there is nothing left to describe.</summary>
    public static async Task DescribeAllAsync(this EventDirectory directory)
    {
        while (await directory.StepAsync(CancellationToken.None) is { } step && step.End < step.Complete)
        {
            // The next ones.
        }
    }

    /// <summary>Entries of complete stretches that differ from what the log says.</summary>
    public static Task<long> DirectoryDifferencesAsync(this TestLog log, DirectoryShape shape)
    {
        var described =
            $$"""
            select type, seq_id / {{shape.Stretch}} as stretch, count(*)::int as events,
                   case when count(*) <= {{shape.MostListed}} then array_agg(seq_id order by seq_id) end as seq_ids
            from {schema}.mt_events
            where seq_id / {{shape.Stretch}} < (select max(seq_id) / {{shape.Stretch}} from {schema}.mt_events)
            group by 1, 2
            """;
        return log.ScalarAsync<long>(
            $$"""
            with log as ({{described}}), directory as (select type, stretch, events, seq_ids from {schema}.event_directory)
            select (select count(*) from (select * from log except all select * from directory) as missing)
                 + (select count(*) from (select * from directory except all select * from log) as wrong)
            """);
    }
}
