using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;

namespace JobScheduler.UnitTests.Alerts;

internal static class AlertSamples
{
    public static readonly Guid JobId = new("0198c5a0-0000-7000-8000-000000000001");
    public static readonly Guid ExecutionId = new("019ca945-0a00-8e6f-b5cc-945716b4a7a5");
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly AlertRaised Raised = new(
        JobId, ExecutionId, "hourly", "https://example.com/hook", Noon, Noon.AddMilliseconds(2), 500, FailureKind.StatusCode,
        "500 Internal Server Error.", 12.5, 2, 1, "https://example.com/alerts");

    public static readonly AlertResolved Resolved =
        new(JobId, ExecutionId, "hourly", "https://example.com/hook", Noon.AddHours(1), 200, "https://example.com/alerts");
}
