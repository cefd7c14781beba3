using JobScheduler.Domain.Jobs;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Problems;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>The domain's decisions on jobs, run through the <see cref="CommandShell"/>.</summary>
internal static class JobVerdicts
{
    public static Verdict ToVerdict(this Decision decision, Guid id, Folded<Job>? job) => decision switch
    {
        Decision.Accepted accepted => Verdict.Append(accepted.Events),
        Decision.Rejected { Reason: JobRejection.NotFound } => Verdict.Refuse(JobRoutes.Refusal(id, job)),
        _ => throw new InvalidOperationException($"Unknown decision {decision}."),
    };

    /// <summary>For a command that says nothing but its name.</summary>
    public static async Task<(Folded<Job>? Job, Problem? Refusal)> CommandJobAsync(
        this PostgresEventStore store, HttpContext http, Func<Job?, Decision> decide)
    {
        var id = JobRoutes.JobId.Of(http);
        var (precondition, malformed) = Precondition.Of(http.Request);
        if (malformed is not null) return (null, malformed);
        var outcome = await store.ExecuteAsync<Job>(
            id,
            Streams.Job,
            precondition,
            job => new(decide(job?.State).ToVerdict(id, job)),
            CommandShell.MetadataOf(http),
            http.RequestAborted);
        if (outcome.Refusal is not null) return (null, outcome.Refusal);
        http.Response.Tag(outcome.Now!.Version);
        return (outcome.Now, null);
    }
}
