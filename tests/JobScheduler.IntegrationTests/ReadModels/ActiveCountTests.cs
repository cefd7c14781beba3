using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.IntegrationTests.Scheduling;
using JobScheduler.Projections;
using JobScheduler.Projections.Jobs;
using JobScheduler.Testing;
using Npgsql;

namespace JobScheduler.IntegrationTests.ReadModels;

public sealed class ActiveCountTests(PostgresFixture postgres)
{
    private const string Schema = "jobscheduler";

    [Fact]
    public async Task Count_follows_every_change_of_state_also_within_one_append()
    {
        await using var host = await SchedulingHost.StartIdleAsync(postgres);
        (await host.Jobs.CountActiveAsync(default)).ShouldBe(0);
        var jobs = new List<Guid>();
        for (var i = 0; i < 5; i++) jobs.Add(await host.CreateAsync(host.Definition("/never", "0 0 0 1 1 *")));
        await ShouldBeAsync(5);

        await host.AppendAsync(jobs[0], new JobPaused());
        await host.AppendAsync(jobs[1], new JobRenamed("other"));
        await ShouldBeAsync(4);
        await host.AppendAsync(jobs[0], new JobDeleted());
        await ShouldBeAsync(4);
        await host.AppendAsync(jobs[1], new JobDeleted());
        await ShouldBeAsync(3);
        await host.Store.AppendAsync(jobs[2], ExpectedVersion.Any, [new JobPaused(), new JobResumed(), new JobPaused()], EventMetadata.None, default);
        await ShouldBeAsync(2);
        await host.Store.AppendAsync(jobs[2], ExpectedVersion.Any, [new JobResumed(), new JobRenamed("again")], EventMetadata.None, default);
        await ShouldBeAsync(3);

        async Task ShouldBeAsync(long count)
        {
            (await host.Jobs.CountActiveAsync(default)).ShouldBe(count);
            (await host.Jobs.ListAsync(new(JobState.Active, null, null, null, JobSort.Created, false, null, 100), default)).Count.ShouldBe((int)count);
        }
    }

    [Fact]
    public async Task Jobs_of_an_older_version_are_counted_when_it_is_upgraded()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var before = JobSchedulerLog.SchemaScripts.TakeWhile(script => !script.Sql.Contains("job_totals", StringComparison.Ordinal));
        await SchemaUpgrade.RunAsync(dataSource, Schema, [.. SchemaScript.EventStore, .. before]);
        await using (var command = dataSource.CreateCommand(
            """
            insert into jobscheduler.jobs (id, version, state, definition, due_after, created_at, updated_at, shard)
            select gen_random_uuid(), 1, state, '{}', now(), now(), now(), 0 from unnest(array ['ACTIVE', 'ACTIVE', 'PAUSED', 'DELETED']) as state
            """)) await command.ExecuteNonQueryAsync();

        await SchemaUpgrade.RunAsync(dataSource, Schema, [.. SchemaScript.EventStore, .. JobSchedulerLog.SchemaScripts]);

        (await new JobQueries(dataSource, Schema).CountActiveAsync(default)).ShouldBe(2);
    }
}
