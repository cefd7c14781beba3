using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Executions;
using JobScheduler.Host.Api.Jobs;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections.Alerts;
using JobScheduler.Projections.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Alerts;

internal static class ListAlertsEndpoint
{
    private static readonly RequestField<int> Limit = RequestField.Count("limit", "At most this many.", absent: 50, most: 1_000);
    private static readonly RequestField<Guid?> Before = RequestField.Uuid("before", "Only those older than this alert.");
    private static readonly RequestField<AlertState?> State = RequestField.OneOf<AlertState>("state", "In this state.");
    private static readonly RequestField<Guid> JobId = RequestField.Id("jobId", "The job.");

    public static void MapListAlerts(this IEndpointRouteBuilder alerts)
    {
        const string description = "Newest first, as a plain array; a Link header with rel=\"next\" leads on when there are more.";
        alerts.MapGet("", AllAsync)
            .Takes(Limit, Before, State)
            .InEitherStyle()
            .Describe("List alerts", description, 400, 503);
        alerts.MapGet("/{jobId}", OfJobAsync)
            .Takes(JobId, Limit, Before, State)
            .InEitherStyle()
            .Describe("List a job's alerts", $"{description} Also for deleted jobs.", 400, 404, 503);
    }

    private static Task<Results<Ok<IReadOnlyList<AlertView>>, Problem>> AllAsync(HttpContext http, AlertQueries alerts, CancellationToken cancellation) =>
        ListAsync(http, alerts, jobId: null, cancellation);

    private static async Task<Results<Ok<IReadOnlyList<AlertView>>, Problem>> OfJobAsync(
        HttpContext http, AlertQueries alerts, JobQueries jobs, CancellationToken cancellation)
    {
        var id = JobId.Of(http);
        return await jobs.UnlessEverAsync(id, cancellation) is { } refusal ? refusal : await ListAsync(http, alerts, id, cancellation);
    }

    private static async Task<Results<Ok<IReadOnlyList<AlertView>>, Problem>> ListAsync(
        HttpContext http, AlertQueries alerts, Guid? jobId, CancellationToken cancellation)
    {
        var (limit, before) = (Limit.Of(http), Before.Of(http));
        if (before is { } id && await alerts.FindAsync(id, cancellation) is null)
            return Refusals.Invalid(new FieldError("before", id, "There is no such alert."));

        var rows = await alerts.ListAsync(jobId, State.Of(http), before, limit + 1, cancellation);
        if (rows.Count > limit) http.LinkNext(rows[limit - 1].Id);
        return TypedResults.Ok<IReadOnlyList<AlertView>>([.. rows.Take(limit).Select(AlertView.Of)]);
    }
}
