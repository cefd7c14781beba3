using System.Text.Json.Nodes;
using JobScheduler.IntegrationTests.Scheduling;
using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.IntegrationTests.Api;

public sealed class RareEventsTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Events_of_a_rare_type_are_found_by_the_directory_that_a_host_writes_when_it_starts()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        await host.StopAsync();
        await ExecuteAsync(
            host,
            """
            insert into jobscheduler.mt_streams (id, type, version) values ('00000000-0000-0000-0000-000000000001', 'job', 20000);
            insert into jobscheduler.mt_events (seq_id, id, stream_id, version, data, type, timestamp)
            select nextval('jobscheduler.mt_events_sequence'), gen_random_uuid(), s.id, n, '{}',
                   case when n in (9000, 19990) then 'job_deleted' else 'job_paused' end, now()
            from jobscheduler.mt_streams s, generate_series(1, 20000) n order by n
            """);

        host.Start();
        await host.UntilAsync(() => LastStretchAsync(host), last => last == 3);
        // What only a look at the whole log would find is proof that none was taken.
        await ExecuteAsync(host, "update jobscheduler.mt_events set type = 'job_deleted' where seq_id = 10000");
        var page = JsonNode.Parse(await host.Http.GetStringAsync("/events?types=job_deleted"))!;
        page["events"]!.AsArray().Select(e => (long)e!["sequence"]!).ShouldBe([9_000L, 19_990L]);
        ((long)page["next"]!).ShouldBe(20_000);

        await ExecuteAsync(host, "truncate jobscheduler.event_directory");
        page = JsonNode.Parse(await host.Http.GetStringAsync("/events?types=job_deleted"))!;
        page["events"]!.AsArray().Select(e => (long)e!["sequence"]!).ShouldBe([9_000L, 10_000L, 19_990L]);
    }

    private static async Task<long> LastStretchAsync(SchedulingHost host)
    {
        await using var command = host.Store.DataSource.CreateCommand("select coalesce(max(stretch), -1) from jobscheduler.event_directory");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(SchedulingHost host, string sql)
    {
        await using var connection = new NpgsqlConnection(host.Database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
