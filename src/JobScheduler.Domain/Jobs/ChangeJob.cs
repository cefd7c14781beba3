namespace JobScheduler.Domain.Jobs;

/// <summary>Makes a job what <c>wanted</c> says: one event for each part that differs, none when nothing does.</summary>
public static class ChangeJob
{
    public static Decision Decide(Job? job, JobDefinition wanted) =>
        job is null or { State: JobState.Deleted }
            ? Decision.Reject(JobRejection.NotFound)
            : Decision.Accept([.. Changes(job.Definition, wanted)]);

    private static IEnumerable<JobEvent> Changes(JobDefinition current, JobDefinition wanted)
    {
        if (current.Schedule != wanted.Schedule) yield return new JobRescheduled(wanted.Schedule);
        if (current.Target != wanted.Target) yield return new JobRetargeted(wanted.Target);
        if (current.Policy != wanted.Policy) yield return new JobPolicyChanged(wanted.Policy);
        if (current.Alerting != wanted.Alerting) yield return new JobAlertingChanged(wanted.Alerting);
        if (current.Name != wanted.Name) yield return new JobRenamed(wanted.Name);
        if (!current.Tags.SequenceEqual(wanted.Tags)) yield return new JobRetagged(wanted.Tags);
    }
}
