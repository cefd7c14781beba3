using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Scheduling;
using JobScheduler.Projections.Jobs;
using JobScheduler.UnitTests.Jobs;

namespace JobScheduler.UnitTests.Host.Scheduling;

public sealed class RunBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly RunBook _runs = new(new Backlog(most: 100, mostPerHost: 100));

    [Fact]
    public void Nothing_is_due_when_no_run_waits()
    {
        _runs.TryAdd(RunAt(Noon));

        _runs.NextDue.ShouldBeNull();
        _runs.TakeDue(DateTimeOffset.MaxValue).ShouldBeNull();
    }

    [Fact]
    public void Runs_of_an_instant_come_together_earliest_instant_first_and_once()
    {
        var (later, first, second) = (Await(Noon.AddSeconds(1)), Await(Noon), Await(Noon));

        _runs.NextDue.ShouldBe(Noon);
        _runs.TakeDue(Noon.AddTicks(-1)).ShouldBeNull();
        _runs.TakeDue(Noon.AddHours(1)).ShouldBe([first, second]);
        _runs.NextDue.ShouldBe(Noon.AddSeconds(1));
        _runs.TakeDue(Noon.AddHours(1)).ShouldBe([later]);
        _runs.NextDue.ShouldBeNull();
        _runs.TakeDue(Noon.AddHours(1)).ShouldBeNull();
    }

    [Fact]
    public void Run_comes_up_again_at_its_new_instant()
    {
        var run = Await(Noon);
        _runs.TakeDue(Noon).ShouldBe([run]);

        run.DueAt = Noon.AddSeconds(5);
        _runs.Await(run);

        _runs.TakeDue(Noon).ShouldBeNull();
        _runs.TakeDue(Noon.AddSeconds(5)).ShouldBe([run]);
    }

    [Fact]
    public void Run_that_is_given_an_instant_of_the_past_is_due()
    {
        Await(Noon);
        _runs.TakeDue(Noon).ShouldNotBeNull();

        var late = Await(Noon);

        _runs.TakeDue(Noon).ShouldBe([late]);
    }

    private static Run RunAt(DateTimeOffset dueAt)
    {
        var job = new ScheduledJob(new JobRow(
            Guid.CreateVersion7(), 1, JobState.Active, JobSamples.Definition, DueAfter: Noon, CreatedAt: Noon, UpdatedAt: Noon, Progress: null));
        return new(Guid.CreateVersion7(), job, new Claim(job.Id, dueAt, ExecutionTrigger.Schedule));
    }

    private Run Await(DateTimeOffset dueAt)
    {
        var run = RunAt(dueAt);
        _runs.TryAdd(run).ShouldBeTrue();
        _runs.Await(run);
        return run;
    }
}
