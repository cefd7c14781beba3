using JobScheduler.Domain.Jobs;

namespace JobScheduler.UnitTests.Jobs;

public sealed class JobTests
{
    private static readonly JobDefinition Definition = JobSamples.Definition;

    private static readonly JobEvent[] LaterEvents =
    [
        new JobRescheduled(new("@daily")), new JobRetargeted(HttpTarget.To("https://b.example")), new JobPolicyChanged(ExecutionPolicy.Default),
        new JobAlertingChanged(Alerting.Default), new JobRenamed("new"), new JobRetagged(["c"]), new JobPaused(), new JobResumed(), new JobDeleted(),
    ];

    public static TheoryData<JobEvent> Later => [.. LaterEvents];

    [Fact]
    public void Job_is_active_as_defined_when_created() =>
        Job.Evolve(null, CreateJob.Decide(Definition)).ShouldBe(new Job(JobState.Active, Definition));

    [Fact]
    public void Job_has_all_that_its_events_say_when_each_part_changed()
    {
        var wanted = new JobDefinition(
            new("@daily"),
            HttpTarget.To("https://b.example"),
            ExecutionPolicy.Default with { Misfire = MisfirePolicy.Skip },
            Alerting.Default with { NotifyRecovery = true },
            "new",
            ["c"]);

        Fold(
            CreateJob.Decide(Definition),
            new JobRescheduled(wanted.Schedule),
            new JobRetargeted(wanted.Target),
            new JobPolicyChanged(wanted.Policy),
            new JobAlertingChanged(wanted.Alerting),
            new JobRenamed(wanted.Name),
            new JobRetagged(wanted.Tags)).ShouldBe(new Job(JobState.Active, wanted));
    }

    [Fact]
    public void Job_is_active_again_when_paused_and_resumed() =>
        Fold(CreateJob.Decide(Definition), new JobPaused(), new JobResumed()).ShouldBe(JobSamples.Active);

    [Fact]
    public void Job_is_deleted_with_its_last_definition_when_deleted() =>
        Fold(CreateJob.Decide(Definition), new JobRenamed("last"), new JobDeleted())
            .ShouldBe(new Job(JobState.Deleted, Definition with { Name = "last" }));

    [Fact]
    public void Evolve_throws_when_a_job_is_created_twice() => CannotFollow(JobSamples.Active, CreateJob.Decide(Definition));

    [Theory]
    [MemberData(nameof(Later))]
    public void Evolve_throws_when_the_stream_does_not_begin_with_its_creation(JobEvent first) => CannotFollow(null, first);

    [Theory]
    [MemberData(nameof(Later))]
    public void Evolve_throws_when_anything_follows_the_deletion(JobEvent next) => CannotFollow(JobSamples.Deleted, next);

    private static Job? Fold(params JobEvent[] events) => events.Aggregate((Job?)null, Job.Evolve);

    private static void CannotFollow(Job? job, JobEvent @event) =>
        Should.Throw<InvalidOperationException>(() => Job.Evolve(job, @event)).Message.ShouldContain(@event.GetType().Name);
}
