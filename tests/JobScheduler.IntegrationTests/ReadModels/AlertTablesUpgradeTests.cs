using JobScheduler.EventStore;
using JobScheduler.Projections;
using JobScheduler.Projections.Alerts;
using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.IntegrationTests.ReadModels;

public sealed class AlertTablesUpgradeTests(PostgresFixture postgres)
{
    private const string Schema = "jobscheduler";

    [Fact]
    public async Task Messages_that_wait_go_on_waiting_when_the_queue_learns_of_sinks()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await SchemaUpgrade.RunAsync(dataSource, Schema, [.. SchemaScript.EventStore, .. JobSchedulerLog.SchemaScripts.Take(3)]);
        var (alert, job) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using (var command = dataSource.CreateCommand(
            $$"""
            insert into jobscheduler.mt_streams (id, type, version) values ('{{alert}}', 'alert', 2);
            insert into jobscheduler.mt_events (seq_id, id, stream_id, version, data, type, timestamp) values
                (7, gen_random_uuid(), '{{alert}}', 1, '{"jobId": "{{job}}"}', 'alert_raised', now()),
                (9, gen_random_uuid(), '{{alert}}', 2, '{"jobId": "{{job}}"}', 'alert_resolved', now());
            insert into jobscheduler.alert_outbox (alert_id, message, webhook, payload, created_at, attempts, next_attempt_at) values
                ('{{alert}}', 'JOB_RECOVERED', 'https://Example.com:8443/hook?a=b', '{}', now(), 0, now()),
                ('{{alert}}', 'JOB_FAILED', 'https://Example.com:8443/hook?a=b', '{}', now(), 3, now());
            """)) await command.ExecuteNonQueryAsync();

        await SchemaUpgrade.RunAsync(dataSource, Schema, [.. SchemaScript.EventStore, .. JobSchedulerLog.SchemaScripts]);

        var now = DateTimeOffset.UtcNow.AddSeconds(1);
        var sink = (await new AlertSinks(dataSource, Schema).TakeDueAsync(now, now.AddMinutes(1), [], 10, CancellationToken.None)).Single();
        (sink.Webhook, sink.Authority, sink.Arrivals).ShouldBe(("https://Example.com:8443/hook?a=b", "example.com:8443", 2));
        var due = await new AlertOutbox(dataSource, Schema).DueOfAsync(sink.Id, now, 10, CancellationToken.None);
        due.Select(m => (m.AlertId, m.Message, m.Attempts)).ShouldBe([(alert, Domain.Alerts.AlertMessage.JobFailed, 3)]);
    }
}
