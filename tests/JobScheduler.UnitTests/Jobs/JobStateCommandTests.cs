using JobScheduler.Domain.Jobs;

namespace JobScheduler.UnitTests.Jobs;

/// <summary>The commands that change nothing but a job's state: create, pause, resume, delete.</summary>
public sealed class JobStateCommandTests
{
    private static readonly Decision NotFound = Decision.Reject(JobRejection.NotFound);

    [Fact]
    public void Create_says_the_whole_definition()
    {
        var definition = JobSamples.Definition;

        CreateJob.Decide(definition).ShouldBe(new JobCreated(
            definition.Schedule, definition.Target, definition.Policy, definition.Alerting, definition.Name, definition.Tags));
    }

    [Fact]
    public void Pause_pauses_when_the_job_is_active() => PauseJob.Decide(JobSamples.Active).Events().ShouldBe([new JobPaused()]);

    [Fact]
    public void Pause_changes_nothing_when_the_job_is_paused() => PauseJob.Decide(JobSamples.Paused).Events().ShouldBeEmpty();

    [Fact]
    public void Pause_is_refused_when_there_is_no_job() => PauseJob.Decide(null).ShouldBe(NotFound);

    [Fact]
    public void Pause_is_refused_when_the_job_is_deleted() => PauseJob.Decide(JobSamples.Deleted).ShouldBe(NotFound);

    [Fact]
    public void Resume_resumes_when_the_job_is_paused() => ResumeJob.Decide(JobSamples.Paused).Events().ShouldBe([new JobResumed()]);

    [Fact]
    public void Resume_changes_nothing_when_the_job_is_active() => ResumeJob.Decide(JobSamples.Active).Events().ShouldBeEmpty();

    [Fact]
    public void Resume_is_refused_when_there_is_no_job() => ResumeJob.Decide(null).ShouldBe(NotFound);

    [Fact]
    public void Resume_is_refused_when_the_job_is_deleted() => ResumeJob.Decide(JobSamples.Deleted).ShouldBe(NotFound);

    [Fact]
    public void Delete_deletes_when_the_job_is_active() => DeleteJob.Decide(JobSamples.Active).Events().ShouldBe([new JobDeleted()]);

    [Fact]
    public void Delete_deletes_when_the_job_is_paused() => DeleteJob.Decide(JobSamples.Paused).Events().ShouldBe([new JobDeleted()]);

    [Fact]
    public void Delete_is_refused_when_there_is_no_job() => DeleteJob.Decide(null).ShouldBe(NotFound);

    [Fact]
    public void Delete_is_refused_when_the_job_is_deleted() => DeleteJob.Decide(JobSamples.Deleted).ShouldBe(NotFound);
}
