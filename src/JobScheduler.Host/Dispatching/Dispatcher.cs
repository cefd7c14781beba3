using System.Collections.Concurrent;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Scheduling;

namespace JobScheduler.Host.Dispatching;

/// <summary>Sends runs, within the bounds on concurrency, and has their outcomes recorded. One a process: it outlives a scheduler's term.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "The source is cancelled and has no timer; calls that are broken off still look at it.")]
internal sealed class Dispatcher
{
    private readonly HttpCaller _caller;
    private readonly CallsAhead _ahead;
    private readonly OutcomeRecorder _recorder;
    private readonly TimeProvider _time;
    private readonly SchedulerMetrics _metrics;
    private readonly Admission<Run> _admission;
    private readonly ConcurrentDictionary<Guid, Run> _underWay = [];
    private readonly SendGate _gate;
    private readonly CancellationTokenSource _giveUp = new();
    private int _stopped;

    public Dispatcher(HttpCaller caller, CallsAhead ahead, Admission<Run> admission, OutcomeRecorder recorder, TimeProvider time, SchedulerMetrics metrics)
    {
        (_caller, _ahead, _admission, _recorder, _time, _metrics) = (caller, ahead, admission, recorder, time, metrics);
        _gate = new(() => admission.Waiting);
        metrics.ObserveCallsWaiting(() => _admission.Waiting);
    }

    /// <summary>Gets a <see cref="SchedulerMessage.RunRecorded"/> for each run, when what became of it is in the log.</summary>
    public Action<SchedulerMessage> Recorded { get; set; } = _ => { };

    /// <summary>The runs that wait for a free place, are being sent, or have their outcomes recorded.</summary>
    public IReadOnlyCollection<Run> UnderWay => [.. _underWay.Values];

    /// <summary>Whether the run is waiting for a free place, being sent, or having its outcome recorded.</summary>
    public bool IsUnderWay(Guid executionId) => _underWay.ContainsKey(executionId);

    /// <summary>Completes when no burst of calls is being sent; at once, if none is.</summary>
    public Task BetweenBursts => _gate.Open;

    /// <summary>To be called of runs that are claimed, when there is time until they are due.</summary>
    public void Prepare(IReadOnlyList<Run> runs) => _ahead.Begin(runs, SendNext, _giveUp.Token);

    /// <summary>Sends the runs now, spread over the cores; does not wait for them.</summary>
    public void Send(IReadOnlyList<Run> runs)
    {
        _gate.Begin(runs.Count);
        foreach (var run in runs) _underWay[run.ExecutionId] = run;
        var slices = Math.Min(runs.Count, Environment.ProcessorCount);
        for (var slice = 0; slice < slices; slice++)
        {
            var first = slice;
            ThreadPool.QueueUserWorkItem(_ =>
            {
                for (var i = first; i < runs.Count; i += slices) Admit(runs[i]);
            });
        }
    }

    /// <summary>Records that the run is not sent.</summary>
    public void Skip(Run run, SkipReason reason) =>
        Record(run, new ExecutionSkipped(run.Claim.JobId, run.Claim.ScheduledFor, run.Claim.Trigger, reason));

    /// <summary>Records that the run may have been sent before a crash, and must not be sent again.</summary>
    public void GiveUp(Run run) => Record(run, new ExecutionFailed(
        run.Claim.JobId,
        run.Claim.ScheduledFor,
        run.Claim.Trigger,
        new AttemptResult(
            run.Attempt,
            run.Claim.ScheduledFor,
            DurationMs: 0,
            LatenessMs: 0,
            Failure: FailureKind.OutcomeUnknown,
            Error: "The outcome is unknown: the scheduler ended during the call, and an AT_MOST_ONCE job is never sent twice.")));

    /// <summary>
    /// Sends nothing more, waits for calls under way, for <paramref name="grace"/> at the most, and breaks off those that remain:
    /// they stay open and are taken over by whoever schedules next. A second time it does nothing.
    /// </summary>
    public async Task DrainAsync(TimeSpan grace)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1) return;
        var start = _time.GetTimestamp();
        while (!_underWay.IsEmpty && _time.GetElapsedTime(start) < grace) await Task.Delay(TimeSpan.FromMilliseconds(20));
        await _giveUp.CancelAsync();
    }

    private void Admit(Run run)
    {
        if (CallsAhead.Take(run) is { } held) _ = SendAsync(run, held);
        else if (_admission.TryEnter(run.Host, run)) _ = SendAsync(run, null);
        _gate.Sent();
    }

    /// <summary>A run that has waited for a place, and has one now.</summary>
    private void SendNext(Run run) => ThreadPool.QueueUserWorkItem(_ => _ = SendAsync(run, null));

    /// <summary>A call that has a place: makes it, gives the place on, and records how it went.</summary>
    private async Task SendAsync(Run run, HeldCall? held)
    {
        var work = run.Work;
        var answer = Volatile.Read(ref _stopped) == 1 ? null : await CallAsync(run, work, held);
        if (_admission.Leave(run.Host) is { } next) SendNext(next);
        if (answer is var (result, retryAfter))
        {
            await _gate.Open;
            _metrics.AttemptEnded(result);
            Record(run, RecordAttempt.Decide(run.Claim, result, work.Policy, retryAfter, _time.GetUtcNow(), Random.Shared.NextDouble()));
        }
        else
        {
            _underWay.TryRemove(run.ExecutionId, out _);
        }
    }

    /// <summary><c>null</c>: it was broken off, or not to be made.</summary>
    private async Task<CallAnswer?> CallAsync(Run run, Work work, HeldCall? held)
    {
        if (work.Policy.Type == DeliveryType.AtMostOnce && !await StartOnceAsync(run)) return null;
        _metrics.CallStarted();
        var answer = await _caller.CallAsync(run, work.Target, held, _giveUp.Token);
        _metrics.CallEnded();
        return answer;
    }

    /// <summary>Whether it is this node, and now, that makes the one call of an at-most-once job.</summary>
    private async Task<bool> StartOnceAsync(Run run)
    {
        var recording = await _recorder.RecordAsync(run, new ExecutionStarted(run.Claim.JobId, run.Claim.ScheduledFor), _giveUp.Token);
        if (recording == Recording.Recorded) run.Version++;
        if (recording == Recording.Superseded) Recorded(new SchedulerMessage.RunRecorded(run, null));
        return recording == Recording.Recorded;
    }

    private void Record(Run run, ExecutionEvent outcome)
    {
        _underWay[run.ExecutionId] = run;
        _ = RecordAsync(run, outcome);
    }

    private async Task RecordAsync(Run run, ExecutionEvent outcome)
    {
        var recording = await _recorder.RecordAsync(run, outcome, _giveUp.Token);
        _underWay.TryRemove(run.ExecutionId, out _);
        if (recording == Recording.BrokenOff) return;
        Recorded(new SchedulerMessage.RunRecorded(run, recording == Recording.Recorded ? outcome : null));
    }
}
