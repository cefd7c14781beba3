using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.UnitTests;

/// <summary>
/// Each event with every property set, and, in StoredEvents.txt, its name and text as the log holds them. What stands there has been
/// stored: never change a line to make a test pass; add a line, or an upcaster.
/// </summary>
internal static class EventSamples
{
    private static readonly Guid JobId = new("0198c5a0-0000-7000-8000-000000000001");
    private static readonly Guid ExecutionId = new("019ca945-0a00-8e6f-b5cc-945716b4a7a5");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Schedule Schedule = new("0 9 * * 1-5", null, "Europe/Berlin", Noon, new(2026, 3, 2, 12, 0, 0, TimeSpan.FromHours(1)));

    private static readonly HttpTarget Target = new(
        "https://example.com/hook?a=b", "PUT", [new("Authorization", new("0198c5a0-0000-7000-8000-0000000000aa"))], """{"a":1}""", "application/json",
        TimeSpan.FromSeconds(2.5), [new(200, 204), new(404, 404)], FollowRedirects: true);

    private static readonly ExecutionPolicy Policy = new(
        DeliveryType.AtLeastOnce, MisfirePolicy.FireAll, OverlapPolicy.Queue, new(3, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), 1.5, Jitter: true));

    private static readonly ExecutionPolicy LaterPolicy = Policy with
    {
        Retry = Policy.Retry with { On = [new(FailureKind.Timeout), new(StatusCodes: new(500, 599))] },
        MisfireLimit = 7,
        MisfireGrace = TimeSpan.FromMinutes(5),
    };

    private static readonly Alerting Alerting = new("https://example.com/alerts", 3, TimeSpan.FromHours(1), NotifyRecovery: true);

    private static readonly AttemptResult Failed =
        new(2, Noon.AddMilliseconds(2), 12.25, 2, 500, FailureKind.StatusCode, "500 Internal Server Error.", "oops");

    private static readonly AttemptResult Timed = Failed with { ConnectMs = 1.125, FirstByteMs = 12, ContentType = "text/plain; charset=utf-8" };

    /// <summary>In the order of the lines of StoredEvents.txt.</summary>
    public static readonly IReadOnlyList<(object Event, string Name, string Json)> All = [.. Events().Zip(Lines(), (e, line) => (e, line[0], line[1]))];

    private static IEnumerable<object> Events() =>
    [
        new JobCreated(Schedule, Target, Policy, Alerting, "hourly", ["a", "b"]),
        new JobRescheduled(new(null, Noon)),
        new JobRetargeted(Target),
        new JobPolicyChanged(Policy),
        new JobAlertingChanged(Alerting),
        new JobRenamed("nightly"),
        new JobRenamed(null),
        new JobRetagged(["c"]),
        new JobPaused(),
        new JobResumed(),
        new JobDeleted(),
        new ExecutionScheduled(JobId, Noon, Noon.AddHours(1)),
        new ExecutionRequested(JobId, Noon),
        new ExecutionRequested(JobId, Noon, ExecutionId, 7),
        new ExecutionStarted(JobId, Noon),
        new ExecutionAttemptFailed(JobId, Noon, Failed, Noon.AddMinutes(1)),
        new ExecutionCompleted(JobId, Noon, ExecutionTrigger.Manual, new(1, Noon, 12, 0, 200)),
        new ExecutionFailed(JobId, Noon, ExecutionTrigger.Schedule, Failed),
        new ExecutionSkipped(JobId, Noon, ExecutionTrigger.Schedule, SkipReason.PreviousRunOpen),
        new JobOccurrencesMissed(JobId, Noon, Noon.AddHours(2), 3, MissedReason.SchedulerDown),
        new AlertRaised(
            JobId, ExecutionId, "hourly", "https://example.com/hook", Noon, Noon.AddMilliseconds(2), 500, FailureKind.StatusCode,
            "500 Internal Server Error.", 12.25, 2, 3, "https://example.com/alerts"),
        new AlertAcknowledged("mine"),
        new AlertResolved(JobId, ExecutionId, "hourly", "https://example.com/hook", Noon, 200, "https://example.com/alerts"),
        new AlertDelivered(AlertMessage.JobFailed, 2, 204),
        new AlertDeliveryFailed(AlertMessage.JobRecovered, 9, "Connection refused."),
        new JobPolicyChanged(LaterPolicy),
        new JobRetargeted(Target with { ConnectTimeout = TimeSpan.FromSeconds(1.5) }),
        new JobOccurrencesMissed(JobId, Noon, Noon.AddHours(2), 3, MissedReason.ClockJumped),
        new AlertDeliveryFailed(AlertMessage.JobRecovered, 9, "The answer was 503.", 503),
        new AlertDeliveryAttemptFailed(AlertMessage.JobFailed, 2, 503, "The answer was 503.", Noon.AddMinutes(1)),
        new AlertRedeliveryRequested(JobId, AlertMessage.JobFailed, "https://example.com/alerts"),
        new AlertRaised(
            JobId, null, "hourly", "https://example.com/hook", Noon, null, null, null, "The job was due.", null, 0, 0, "https://example.com/alerts",
            AlertKind.NeverRan),
        new AlertResolved(JobId, null, "hourly", "https://example.com/hook", null, null, "https://example.com/alerts"),
        new JobAlertingChanged(Alerting with { OverdueAfter = TimeSpan.FromMinutes(10) }),
        new ExecutionAttemptFailed(JobId, Noon, Timed, Noon.AddMinutes(1)),
        new ExecutionCompleted(JobId, Noon, ExecutionTrigger.Schedule, new(1, Noon, 12, 0, 200, FirstByteMs: 11.5, ContentType: "text/plain")),
        new ExecutionFailed(JobId, Noon, ExecutionTrigger.Schedule, Timed),
    ];

    private static IEnumerable<string[]> Lines()
    {
        using var reader = new StreamReader(typeof(EventSamples).Assembly.GetManifestResourceStream("StoredEvents.txt")!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2))];
    }
}
