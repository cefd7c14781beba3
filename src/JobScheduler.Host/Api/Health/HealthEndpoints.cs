using JobScheduler.Host.Api.Documentation;
using JobScheduler.Projections.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace JobScheduler.Host.Api.Health;

/// <param name="Status">OK, or UNAVAILABLE.</param>
/// <param name="ActiveJobs">null when they cannot be counted.</param>
/// <param name="Reason">Why it is not fit; null when it is.</param>
internal sealed record HealthView(string Status, double UptimeSeconds, long? ActiveJobs, DateTimeOffset Timestamp, string? Reason);

internal static class HealthEndpoints
{
    /// <summary>A database that does not answer within this counts as out of reach.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("Health");
        health.MapGet("", ReadyAsync)
            .Describe("Health", "Whether this node is fit to work: it is when it reaches the database.")
            .Produces<HealthView>(503);
        health.MapGet("/ready", ReadyAsync)
            .Describe("Readiness", "As /health: whether to send requests here.")
            .Produces<HealthView>(503);
        health.MapInvariants();
        health.MapGet("/live", Live)
            .Describe("Liveness", "Whether the process answers at all; asks nothing of the database.");
    }

    private static Ok<HealthView> Live(Uptime uptime, TimeProvider time) =>
        TypedResults.Ok(new HealthView("OK", uptime.Elapsed.TotalSeconds, null, time.GetUtcNow(), null));

    private static async Task<Results<Ok<HealthView>, JsonHttpResult<HealthView>>> ReadyAsync(
        JobQueries jobs, Uptime uptime, TimeProvider time, CancellationToken cancellation)
    {
        var (active, reason) = await CountActiveAsync(jobs, time, cancellation);
        var view = new HealthView(reason is null ? "OK" : "UNAVAILABLE", uptime.Elapsed.TotalSeconds, active, time.GetUtcNow(), reason);
        if (reason is null) return TypedResults.Ok(view);
        return TypedResults.Json(view, statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<(long? Active, string? Reason)> CountActiveAsync(JobQueries jobs, TimeProvider time, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return (await jobs.CountActiveAsync(patience.Token).WaitAsync(Patience, time, cancellation), null);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (null, "PostgreSQL unreachable");
        }
    }
}
