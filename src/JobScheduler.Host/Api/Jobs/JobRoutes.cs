using JobScheduler.Host.Api.Commands;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Api.Jobs;

internal static class JobRoutes
{
    public static readonly RequestField<Guid> JobId = RequestField.Id("id", "The job.");

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup("/jobs").WithTags("Jobs");
        jobs.MapCreateJob();
        jobs.MapUpdateJob();
        jobs.MapGetJob();
        jobs.MapListJobs();
        jobs.MapDeleteJob();
        jobs.MapPauseJob();
        jobs.MapResumeJob();
        jobs.MapRunJob();
        jobs.MapJobAsOf();
        jobs.MapJobDiff();
        jobs.MapRevertJob();
        jobs.MapTestCall();
    }

    /// <summary>Announces the version that an answer shows.</summary>
    public static void Tag(this HttpResponse response, long version) => response.Headers.ETag = Precondition.TagOf(version);

    /// <summary>Why there is no such job to act upon: it never was, or it was deleted.</summary>
    public static Problem Refusal<T>(Guid id, Folded<T>? stream) => stream is null ? Refusals.JobNotFound(id) : Refusals.JobDeleted(id);

    /// <summary>The refusal when there never was such a job; deleted ones have a history to be read.</summary>
    public static async Task<Problem?> UnlessEverAsync(this JobQueries jobs, Guid id, CancellationToken cancellation) =>
        await jobs.FindAsync(id, cancellation) is null ? Refusals.JobNotFound(id) : null;
}
