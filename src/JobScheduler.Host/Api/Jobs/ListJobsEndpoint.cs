using System.Runtime.CompilerServices;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Jobs;

internal static class ListJobsEndpoint
{
    private static readonly RequestField<JobState?> State = RequestField.OneOf("state", "In this state.", JobState.Active, JobState.Paused);
    private static readonly RequestField<string?> Tag = RequestField.Text("tag", "With this tag.");
    private static readonly RequestField<string?> Search = RequestField.Text("q", "With this in the name or the URL, in any case.");
    private static readonly RequestField<ExecutionStatus?> LastStatus =
        RequestField.OneOf("lastStatus", "Whose last run ended so.", ExecutionStatus.Completed, ExecutionStatus.Failed, ExecutionStatus.Skipped);
    private static readonly RequestField<JobOrder?> Sort = JobOrder.Field;
    private static readonly RequestField<int> Limit = RequestField.Count("limit", "At most this many.", absent: 50, most: 500);
    private static readonly RequestField<string?> After = RequestField.Text("after", "The 'next' of the page before.", maxLength: 1_000);

    public static void MapListJobs(this IEndpointRouteBuilder jobs)
    {
        jobs.MapGet("", PageAsync)
            .Takes(State, Tag, Search, LastStatus, Sort, Limit, After)
            .InEitherStyle()
            .Describe("List jobs", "A page of the jobs that are not deleted, by default the newest first.", 400, 503);
        jobs.MapGet("/getAllJobs", All)
            .InEitherStyle()
            .Describe("List all jobs", "Every job that is not deleted, oldest first, as a plain array.", 400, 503);
    }

    private static async Task<Results<Ok<JobPage>, Problem>> PageAsync(
        HttpContext http, JobQueries jobs, TimeProvider time, CancellationToken cancellation)
    {
        var order = Sort.Of(http) ?? JobOrder.Newest;
        JobKey? after = null;
        if (After.Of(http) is { } cursor && (after = JobCursor.Read(cursor, order)) is null)
            return Refusals.Invalid(new FieldError("after", cursor, "Give the 'next' of a page in the same order, as it was."));

        var limit = Limit.Of(http);
        var rows = await jobs.ListAsync(
            new(State.Of(http), Tag.Of(http), Search.Of(http), LastStatus.Of(http), order.Sort, order.Descending, after, limit + 1), cancellation);
        var now = time.GetUtcNow();
        var next = rows.Count > limit ? JobCursor.Of(rows[limit - 1], order) : null;
        return TypedResults.Ok(new JobPage([.. rows.Take(limit).Select(row => new JobDetail(row, now))], next));
    }

    private static Ok<IAsyncEnumerable<JobDetail>> All(HttpContext http, JobQueries jobs, TimeProvider time) =>
        TypedResults.Ok(StreamAsync(jobs, time.GetUtcNow(), http.RequestAborted));

    private static async IAsyncEnumerable<JobDetail> StreamAsync(
        JobQueries jobs, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in jobs.StreamAsync(cancellation)) yield return new JobDetail(row, now);
    }
}
