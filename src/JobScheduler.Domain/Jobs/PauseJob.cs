namespace JobScheduler.Domain.Jobs;

/// <summary>Stops a job's occurrences from becoming due; pausing a paused job changes nothing.</summary>
public static class PauseJob
{
    public static Decision Decide(Job? job) => job?.State switch
    {
        null or JobState.Deleted => Decision.Reject(JobRejection.NotFound),
        JobState.Paused => Decision.Accept(),
        _ => Decision.Accept(new JobPaused()),
    };
}
