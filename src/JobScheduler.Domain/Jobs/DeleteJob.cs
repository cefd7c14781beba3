namespace JobScheduler.Domain.Jobs;

/// <summary>Ends a job; its events and executions stay.</summary>
public static class DeleteJob
{
    public static Decision Decide(Job? job) =>
        job is null or { State: JobState.Deleted }
            ? Decision.Reject(JobRejection.NotFound)
            : Decision.Accept(new JobDeleted());
}
