namespace JobScheduler.Domain.Jobs;

/// <summary>Lets a paused job become due again, from now on; resuming an active job changes nothing.</summary>
public static class ResumeJob
{
    public static Decision Decide(Job? job) => job?.State switch
    {
        null or JobState.Deleted => Decision.Reject(JobRejection.NotFound),
        JobState.Active => Decision.Accept(),
        _ => Decision.Accept(new JobResumed()),
    };
}
