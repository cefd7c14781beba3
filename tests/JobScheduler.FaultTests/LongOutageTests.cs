using System.Text.Json;
using JobScheduler.Checker;
using JobScheduler.Domain;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;
using JobScheduler.Testing;
using NpgsqlTypes;

namespace JobScheduler.FaultTests;

public sealed class LongOutageTests(PostgresFixture postgres)
{
    private const int Jobs = 10_000;

    /// <summary>
    /// Two days are 172,800 occurrences a job, 1.7 billion in all. Their schedules end ten minutes ago, so that nothing else is due
    /// than what was missed.
    /// </summary>
    [Fact]
    [Trait("Duration", "Long")]
    public async Task Ten_thousand_jobs_a_second_recover_from_two_days_with_three_events_each()
    {
        await using var cluster = await Cluster.StartAsync(postgres);
        await cluster.Host.StopAsync();
        var now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        var jobs = await SeedAsync(cluster, createdAt: now.AddDays(-2), endAt: now.AddMinutes(-10));
        var commits = await CommitsAsync();

        using (cluster.Fault("down for two days", since: now.AddDays(-2)))
        {
            await cluster.StartHostAsync();
            foreach (var type in (string[])["execution_completed", "job_occurrences_missed"])
                await cluster.UntilAsync($"select (count(*) >= {Jobs})::int::bigint from jobscheduler.mt_events where type = '{type}'");
        }

        (await CountAsync("job_occurrences_missed")).ShouldBe(Jobs);
        (await CountAsync("execution_scheduled")).ShouldBe(Jobs);
        (await cluster.CountAsync("select count(*) from jobscheduler.mt_events")).ShouldBe(4 * Jobs);
        (await CommitsAsync() - commits).ShouldBeLessThan(Jobs);
        var sample = jobs.Take(5).ToList();
        var report = HistoryCheck.Run(await cluster.EvidenceAsync(DateTimeOffset.UtcNow, sample));
        report.Objections.ShouldBeEmpty(report.ToString());
        (report.Count(Fate.RanOnce), report.Count(Fate.Missed)).ShouldBe((5, 5 * (172_800 - 600 - 1)));

        Task<long> CountAsync(string type) => cluster.CountAsync($"select count(*) from jobscheduler.mt_events where type = '{type}'");

        Task<long> CommitsAsync() => cluster.CountAsync("select xact_commit from pg_stat_database where datname = current_database()");
    }

    /// <summary>Events as a host would have appended them, and the read models made from them by the host's own command.</summary>
    private static async Task<IReadOnlyList<Guid>> SeedAsync(Cluster cluster, DateTimeOffset createdAt, DateTimeOffset endAt)
    {
        var created = new JobCreated(
            new Schedule("* * * * * *", EndAt: endAt), HttpTarget.To(cluster.Receiver.Url + "/late"), ExecutionPolicy.Default, Alerting.Default, null, []);
        var ids = Enumerable.Range(0, Jobs).Select(_ => Guid.CreateVersion7(createdAt)).ToList();
        await using var command = cluster.Postgres.CreateCommand(
            """
            with streams as (
                insert into jobscheduler.mt_streams (id, type, version, timestamp, created)
                select id, 'job', 1, $2, $2 from unnest($1) id returning id)
            insert into jobscheduler.mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
            select nextval('jobscheduler.mt_events_sequence'), gen_random_uuid(), id, 1, $3, 'job_created', $2, 'seed' from unnest($1) id
            """);
        command.Parameters.Add(new() { Value = ids.ToArray() });
        command.Parameters.Add(new() { Value = createdAt });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(created, EventJson.Default.JobCreated), NpgsqlDbType = NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync();
        await cluster.RebuildAsync("jobs");
        return ids;
    }
}
