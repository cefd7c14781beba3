using System.Diagnostics.Metrics;
using JobScheduler.Domain.Executions;

namespace JobScheduler.Host.Dispatching;

/// <summary>The meter <c>JobScheduler.Scheduler</c>.</summary>
internal sealed class SchedulerMetrics : IDisposable
{
    public const string MeterName = "JobScheduler.Scheduler";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _lateness;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _callsUnderWay;

    public SchedulerMetrics()
    {
        _attempts = _meter.CreateCounter<long>("jobscheduler.attempts", description: "Calls that have ended.");
        _lateness = _meter.CreateHistogram<double>("jobscheduler.lateness", "s", "From the scheduled instant to the call.");
        _duration = _meter.CreateHistogram<double>("jobscheduler.duration", "s", "From the call to the end of its answer.");
        _meter.CreateObservableGauge("jobscheduler.runs_open", () => Backlog().Open, description: "Executions claimed by this node and without an outcome.");
        _meter.CreateObservableGauge("jobscheduler.jobs_held_back", () => Backlog().HeldBack, description: "Jobs that claim nothing, for too many runs are open.");
        _callsUnderWay = _meter.CreateUpDownCounter<long>("jobscheduler.calls_under_way", description: "Calls without an answer yet.");
    }

    /// <summary>How many runs are open, and how many jobs are held back for too many of them.</summary>
    public Func<(int Open, int HeldBack)> Backlog { get; set; } = () => default;

    /// <summary>Reports how many calls wait for a place.</summary>
    public void ObserveCallsWaiting(Func<int> waiting) => _meter.CreateObservableGauge(
        "jobscheduler.calls_waiting", waiting, description: "Calls that are due and wait for a free place.");

    public void CallStarted() => _callsUnderWay.Add(1);

    public void CallEnded() => _callsUnderWay.Add(-1);

    public void AttemptEnded(AttemptResult result)
    {
        _attempts.Add(1, new KeyValuePair<string, object?>("outcome", result.Success ? "success" : "failure"));
        _lateness.Record(result.LatenessMs / 1000);
        _duration.Record(result.DurationMs / 1000);
    }

    public void Dispose() => _meter.Dispose();
}
