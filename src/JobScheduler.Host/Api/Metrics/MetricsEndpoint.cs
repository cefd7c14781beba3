using JobScheduler.Host.Api.Documentation;
using JobScheduler.Host.Api.Health;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace JobScheduler.Host.Api.Metrics;

/// <param name="TotalExecutions">Ended runs: successes and failures, of all jobs and for good.</param>
/// <param name="Skipped">Occurrences that were claimed and not sent.</param>
/// <param name="Missed">Occurrences that nobody ran.</param>
internal sealed record MetricsView(
    long TotalExecutions, long SuccessCount, long FailureCount, long Skipped, long Missed, long ActiveJobs, double UptimeSeconds);

internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapGet("/metrics", HandleAsync)
        .WithTags("Metrics")
        .Describe("Metrics", "JSON; Prometheus' text format when the Accept header prefers text/plain or application/openmetrics-text.", 400, 503)
        .Produces<string>(200, "text/plain");

    private static async Task<Results<Ok<MetricsView>, ContentHttpResult, Problem>> HandleAsync(
        HttpContext http, ExecutionQueries executions, JobQueries jobs, Uptime uptime, MetricCollection metrics, CancellationToken cancellation)
    {
        var totals = await executions.TotalsAsync(cancellation);
        var active = await jobs.CountActiveAsync(cancellation);
        http.Response.Headers.Vary = "Accept";
        if (!Preference.IsText(http.Request))
        {
            return TypedResults.Ok(new MetricsView(
                totals.Successes + totals.Failures,
                totals.Successes,
                totals.Failures,
                totals.Skipped,
                totals.Missed,
                active,
                uptime.Elapsed.TotalSeconds));
        }

        var text = PrometheusText.Write([.. FromLog(totals, active, uptime), .. metrics.Collect()]);
        return TypedResults.Text(text, PrometheusText.MediaType);
    }

    private static IEnumerable<MetricFamily> FromLog(ExecutionTotals totals, long activeJobs, Uptime uptime)
    {
        var executions = new MetricFamily("jobscheduler_executions_total", "Occurrences by how they ended, from the log.", MetricKind.ObservedCounter, []);
        executions.Record(totals.Successes, [new("outcome", "completed")]);
        executions.Record(totals.Failures, [new("outcome", "failed")]);
        executions.Record(totals.Skipped, [new("outcome", "skipped")]);
        executions.Record(totals.Missed, [new("outcome", "missed")]);
        yield return executions;
        var jobs = new MetricFamily("jobscheduler_jobs", "Jobs by state.", MetricKind.Gauge, []);
        jobs.Record(activeJobs, [new("state", "active")]);
        yield return jobs;
        var up = new MetricFamily("jobscheduler_uptime_seconds", "Since this node started.", MetricKind.Gauge, []);
        up.Record(uptime.Elapsed.TotalSeconds, []);
        yield return up;
    }
}
