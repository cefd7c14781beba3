using JobScheduler.Domain.Executions;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Jobs;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Host.Api.Wire;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace JobScheduler.Host.Api.Executions;

internal static class ListExecutionsEndpoint
{
    private static readonly RequestField<int> Limit = RequestField.Count("limit", "At most this many.", absent: 5, most: 1_000);

    /// <summary>The id that all executions asked for are smaller than: an id begins with its instant.</summary>
    private static readonly RequestField<Guid?> Before = new(
        "before",
        ParameterLocation.Query,
        "Only those older than this execution, given by its id, or scheduled before this instant.",
        () => new() { Type = JsonSchemaType.String },
        "Give the id of an execution, or an instant in ISO 8601 with its offset, such as 2026-11-21T12:00:05Z.",
        (string text, out Guid? before) =>
        {
            before = Guid.TryParse(text, out var id) ? id : InstantText.TryParse(text, out var instant) ? ExecutionId.FirstAt(instant) : null;
            return before is not null;
        });

    private static readonly RequestField<ExecutionStatus?> Status = RequestField.OneOf(
        "status",
        "That stand so. Missed occurrences are no executions; the ledger has them.",
        ExecutionStatus.Open, ExecutionStatus.Completed, ExecutionStatus.Failed, ExecutionStatus.Skipped);

    public static void MapListExecutions(this IEndpointRouteBuilder routes) => routes.MapGet("/jobs/{id}/executions", HandleAsync)
        .Takes(JobRoutes.JobId, Limit, Before, Status)
        .InEitherStyle()
        .Describe(
            "List a job's executions",
            "Newest first, as a plain array; a Link header with rel=\"next\" leads on when there are more. Also for deleted jobs.",
            400, 404, 503);

    private static async Task<Results<Ok<IReadOnlyList<ExecutionView>>, Problem>> HandleAsync(
        HttpContext http, JobQueries jobs, ExecutionQueries executions, TimeProvider time, CancellationToken cancellation)
    {
        var (id, limit) = (JobRoutes.JobId.Of(http), Limit.Of(http));
        var rows = await executions.ListAsync(id, Status.Of(http), Before.Of(http), limit + 1, time.GetUtcNow(), cancellation);
        if (rows.Count == 0 && await jobs.UnlessEverAsync(id, cancellation) is { } refusal) return refusal;
        if (rows.Count > limit) http.LinkNext(rows[limit - 1].Id);
        return TypedResults.Ok<IReadOnlyList<ExecutionView>>([.. rows.Take(limit).Select(ExecutionView.Of)]);
    }

    /// <summary>Leads on to the same question from where this answer ends.</summary>
    public static void LinkNext(this HttpContext http, Guid last)
    {
        var query = new QueryBuilder(http.Request.Query.Where(q => q.Key != "before").SelectMany(q => q.Value, (q, v) => KeyValuePair.Create(q.Key, v ?? "")))
        {
            { "before", last.ToString() },
        };
        http.Response.Headers.Link = $"<{http.Request.Path}{query}>; rel=\"next\"";
    }
}
