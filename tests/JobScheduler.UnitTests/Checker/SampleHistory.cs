using JobScheduler.Checker;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.UnitTests.Checker;

/// <summary>
/// A minute of two jobs in which every promise was kept: runs, a retry, an overlap that was skipped, a run asked for, a fault with a
/// repeated call and missed occurrences, a pause and a resumption, a failure with its alert.
/// </summary>
internal sealed class SampleHistory
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Guid Steady = Guid.Parse("0198c5a0-0000-7000-8000-000000000001");
    public static readonly Guid Careful = Guid.Parse("0198c5a0-0000-7000-8000-000000000002");
    public static readonly Guid Manual = Guid.Parse("0198c5a0-0000-7000-8000-000000000003");

    private readonly List<LogEntry> _log = [];
    private readonly List<Arrival> _arrivals = [];
    private readonly List<WebhookArrival> _webhooks = [];

    public static DateTimeOffset At(double seconds) => Start.AddMilliseconds(Math.Round(seconds * 1000));

    public static Evidence Build()
    {
        var history = new SampleHistory();
        history.SteadyJob();
        history.CarefulJob();
        return new(
            [.. history._log.OrderBy(e => e.At).Select((e, i) => e with { Sequence = i + 1 })],
            history._arrivals,
            history._webhooks,
            [new(Steady, 1, At(0.5)), new(Careful, 1, At(0.5)), new(Careful, 2, At(31)), new(Manual, 1, At(13)), new(Careful, null, At(52))],
            [new("the host was killed", At(35.1), At(41))],
            At(60));
    }

    /// <summary>Every 5 s: at 35 the host dies in mid-call, 40 is missed, and 35 is called again.</summary>
    private void SteadyJob()
    {
        Created(Steady, "*/5 * * * * *", ExecutionPolicy.Default, Alerting.Default);
        foreach (var second in (int[])[5, 10, 15, 20, 25, 30, 45, 50, 55, 60])
        {
            Claimed(Steady, second);
            Ran(Steady, second, second + 0.001, second + 0.01);
        }

        Claimed(Steady, 35);
        _arrivals.Add(Call(Steady, 35, 1, 35.001, 35.1) with { Deserted = true });
        Append(ExecutionId.Of(Steady, At(40)), new JobOccurrencesMissed(Steady, At(40), At(40), 1, MissedReason.SchedulerDown), 41.5);
        Ran(Steady, 35, 41.6, 41.7);
        Append(Manual, new ExecutionRequested(Steady, At(12.5)), 12.5);
        _arrivals.Add(new(Steady, Manual, At(12.5), 1, At(12.6), At(12.7)));
        Append(Manual, new ExecutionCompleted(Steady, At(12.5), ExecutionTrigger.Manual, Result(1, 12.6, 200)), 12.7);
    }

    /// <summary>Every 10 s, never beside itself: 10 is tried twice until 21, so 20 is skipped; from 30 to 39 it is paused; 50 fails.</summary>
    private void CarefulJob()
    {
        Created(Careful, "*/10 * * * * *", ExecutionPolicy.Default with { Overlap = OverlapPolicy.Skip }, new("http://sink/", 1, null, false));
        Claimed(Careful, 10);
        _arrivals.Add(Call(Careful, 10, 1, 10.001, 10.1));
        Append(Id(Careful, 10), new ExecutionAttemptFailed(Careful, At(10), Result(1, 10.001, 503), At(19)), 10.2);
        Claimed(Careful, 20);
        Append(Id(Careful, 20), new ExecutionSkipped(Careful, At(20), ExecutionTrigger.Schedule, SkipReason.PreviousRunOpen), 20.01);
        _arrivals.Add(Call(Careful, 10, 2, 19.001, 21));
        Append(Id(Careful, 10), new ExecutionCompleted(Careful, At(10), ExecutionTrigger.Schedule, Result(2, 19.001, 200)), 21.1);
        Claimed(Careful, 30);
        Append(Careful, new JobPaused(), 29.8);
        Append(Id(Careful, 30), new ExecutionSkipped(Careful, At(30), ExecutionTrigger.Schedule, SkipReason.JobPaused), 29.9);
        Append(Careful, new JobResumed(), 39);
        Claimed(Careful, 40);
        Ran(Careful, 40, 40.001, 40.1);
        Claimed(Careful, 50);
        _arrivals.Add(Call(Careful, 50, 1, 50.001, 50.1));
        Append(Id(Careful, 50), new ExecutionFailed(Careful, At(50), ExecutionTrigger.Schedule, Result(1, 50.001, 404)), 50.2);
        var alert = RaiseAlert.AlertIdOf(Id(Careful, 50));
        Append(
            alert,
            new AlertRaised(Careful, Id(Careful, 50), null, "http://x/", At(50), At(50), 404, FailureKind.StatusCode, "404", 1, 1, 1, "http://sink/"),
            50.3);
        _webhooks.Add(new(alert, At(50.4)));
        Append(alert, new AlertDelivered(AlertMessage.JobFailed, 1, 200), 50.5);
        Append(Careful, new JobDeleted(), 51);
    }

    private void Created(Guid job, string cron, ExecutionPolicy policy, Alerting alerting) =>
        Append(job, new JobCreated(new Schedule(cron), HttpTarget.To("http://x/"), policy, alerting, null, []), 0.4);

    private void Claimed(Guid job, int second) => Append(Id(job, second), new ExecutionScheduled(job, At(second)), second - 0.7);

    private void Ran(Guid job, int second, double from, double to)
    {
        _arrivals.Add(Call(job, second, 1, from, to));
        Append(Id(job, second), new ExecutionCompleted(job, At(second), ExecutionTrigger.Schedule, Result(1, from, 200)), to + 0.001);
    }

    private void Append(Guid stream, object data, double second) =>
        _log.Add(new(0, stream, _log.Count(e => e.StreamId == stream) + 1, At(second), data));

    public static Guid Id(Guid job, int second) => ExecutionId.Of(job, At(second));

    public static Arrival Call(Guid job, int second, int attempt, double from, double to) =>
        new(job, Id(job, second), At(second), attempt, At(from), At(to));

    private static AttemptResult Result(int attempt, double startedAt, int status) =>
        new(attempt, At(startedAt), 1, 1, status, status == 200 ? null : FailureKind.StatusCode, status == 200 ? null : $"{status}");
}
