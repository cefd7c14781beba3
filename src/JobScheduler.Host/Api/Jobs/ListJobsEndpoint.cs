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

    /// <summary>What a listing is asked for by, on the dashboard too.</summary>
    public static RequestField[] Filters { get; } = [State, Tag, Search, LastStatus, Sort, After];

    public static void MapListJobs(this IEndpointRouteBuilder jobs)
    {
        jobs.MapGet("", HandleAsync)
            .Takes([.. Filters, Limit])
            .InEitherStyle()
            .Describe("List jobs", "A page of the jobs that are not deleted, by default the newest first.", 400, 503);
        jobs.MapGet("/getAllJobs", All)
            .InEitherStyle()
            .Describe("List all jobs", "Every job that is not deleted, oldest first, as a plain array.", 400, 503);
    }

    private static async Task<Results<Ok<JobPage>, Problem>> HandleAsync(
        HttpContext http, JobQueries jobs, TimeProvider time, CancellationToken cancellation)
    {
        var limit = Limit.Of(http);
        var (listing, wrong) = ListingOf(http, limit);
        if (wrong is not null) return Refusals.Invalid(wrong);
        var (page, next) = await jobs.PageAsync(listing, cancellation);
        var now = time.GetUtcNow();
        return TypedResults.Ok(new JobPage([.. page.Select(row => new JobDetail(row, now))], next));
    }

    /// <summary>The listing that a request asks for by its <see cref="Filters"/>.</summary>
    public static (JobListing Listing, FieldError? Wrong) ListingOf(HttpContext http, int limit)
    {
        var order = Sort.Of(http) ?? JobOrder.Newest;
        var cursor = After.Of(http);
        var after = cursor is null ? null : JobCursor.Read(cursor, order);
        var wrong = cursor is null || after is not null
            ? null
            : new FieldError("after", cursor, "Give the 'next' of a page in the same order, as it was.");
        return (new(State.Of(http), Tag.Of(http), Search.Of(http), LastStatus.Of(http), order.Sort, order.Descending, after, limit), wrong);
    }

    /// <summary>A page, and what the next one comes after; <c>null</c>: this is the last.</summary>
    public static async Task<(IReadOnlyList<JobRow> Rows, string? Next)> PageAsync(
        this JobQueries jobs, JobListing listing, CancellationToken cancellation)
    {
        var rows = await jobs.ListAsync(listing with { Limit = listing.Limit + 1 }, cancellation);
        if (rows.Count <= listing.Limit) return (rows, null);
        return ([.. rows.Take(listing.Limit)], JobCursor.Of(rows[listing.Limit - 1], new(listing.Sort, listing.Descending)));
    }

    private static Ok<IAsyncEnumerable<JobDetail>> All(HttpContext http, JobQueries jobs, TimeProvider time) =>
        TypedResults.Ok(StreamAsync(jobs, time.GetUtcNow(), http.RequestAborted));

    private static async IAsyncEnumerable<JobDetail> StreamAsync(
        JobQueries jobs, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in jobs.StreamAsync(cancellation)) yield return new JobDetail(row, now);
    }
}
