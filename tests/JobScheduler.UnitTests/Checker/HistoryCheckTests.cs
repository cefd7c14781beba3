using JobScheduler.Checker;
using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using static JobScheduler.UnitTests.Checker.SampleHistory;

namespace JobScheduler.UnitTests.Checker;

/// <summary>The checker is only worth something when it objects: a kept history passes, and each way of tampering with it is named.</summary>
public sealed class HistoryCheckTests
{
    [Fact]
    public void Kept_history_is_accounted_for_without_objection()
    {
        var report = HistoryCheck.Run(Build());

        report.Objections.ShouldBeEmpty();
        report.Fates.ShouldBe(
            new Dictionary<Fate, int> { [Fate.RanOnce] = 13, [Fate.RanMoreThanOnce] = 2, [Fate.Skipped] = 1, [Fate.Missed] = 1 }, ignoreOrder: true);
        report.Causes.ShouldBe(
            new Dictionary<string, int>
            {
                ["fault: the host was killed"] = 1, ["retry"] = 1, ["PREVIOUS_RUN_OPEN"] = 1, ["SCHEDULER_DOWN"] = 1, ["STATUS_CODE"] = 1,
            },
            ignoreOrder: true);
        report.WorstLateness.ShouldBe(TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [MemberData(nameof(Tamperings))]
    public void Tampering_is_named(string tampering)
    {
        var (expected, job, second, tamper) = Ways[tampering];

        var report = HistoryCheck.Run(tamper(Build()));

        var objection = report.Objections.FirstOrDefault(o => o.Broken == expected);
        objection.ShouldNotBeNull(report.ToString());
        objection.JobId.ShouldBe(job);
        if (second is { } s) objection.Instant.ShouldBe(At(s));
    }

    public static TheoryData<string> Tamperings => [.. Ways.Keys];

    [Fact]
    public void Repeated_call_is_not_excused_without_its_fault()
    {
        var report = HistoryCheck.Run(Build() with { Faults = [] });

        report.Objections.Select(o => o.Broken).Distinct().Order().ShouldBe([Broken.SentTwice, Broken.WrongReason]);
    }

    [Fact]
    public void Claim_without_an_outcome_is_let_be_while_its_call_is_under_way()
    {
        var evidence = Without(Build(), e => e.Data is ExecutionCompleted && e.StreamId == Id(Steady, 45));

        HistoryCheck.Run(evidence).Objections.Single().Broken.ShouldBe(Broken.Open);
        HistoryCheck.Run(evidence with { Arrivals = [.. evidence.Arrivals.Select(a => a.ExecutionId == Id(Steady, 45) ? a with { EndedAt = null } : a)] })
            .Objections.ShouldBeEmpty();
    }

    [Fact]
    public void Call_that_was_due_right_after_a_change_is_let_be()
    {
        var evidence = Build();
        var skip = evidence.Log.Single(e => e.Data is ExecutionSkipped { Reason: SkipReason.JobPaused });
        var result = new AttemptResult(1, At(30), 1, 0, 200);
        var outrun = evidence with
        {
            Log = [.. evidence.Log.Select(e => e == skip ? e with { Data = new ExecutionCompleted(Careful, At(30), ExecutionTrigger.Schedule, result) } : e)],
            Arrivals = [.. evidence.Arrivals, Call(Careful, 30, 1, 30.001, 30.01)],
        };

        HistoryCheck.Run(outrun).Objections.ShouldBeEmpty();
        HistoryCheck.Run(outrun, new() { ChangeReach = TimeSpan.FromMilliseconds(100) }).Objections.Single().Broken.ShouldBe(Broken.Unexpected);
    }

    private static readonly Dictionary<string, (Broken Expected, Guid Job, int? Second, Func<Evidence, Evidence> Tamper)> Ways = new()
    {
        ["a claim and its outcome are gone"] = (Broken.Unaccounted, Steady, 15, e => WithoutStream(e, Id(Steady, 15))),
        ["the missed record is gone"] = (Broken.Unaccounted, Steady, 40, e => WithoutStream(e, Id(Steady, 40))),
        ["the log ends early"] = (Broken.Unaccounted, Steady, 55, e => Without(e, l => l.At > At(54))),
        ["a call's claim is cut off"] = (Broken.UnknownCall, Steady, 55, e => Without(e, l => l.At > At(54))),
        ["an outcome is gone"] = (Broken.Open, Steady, 20, e => Without(e, l => l.Data is ExecutionCompleted && l.StreamId == Id(Steady, 20))),
        ["a call is gone"] = (Broken.RecordedWithoutCall, Steady, 25, e => WithoutCalls(e, a => a.ExecutionId == Id(Steady, 25))),
        ["a failing call is gone"] = (Broken.RecordedWithoutCall, Careful, 10, e => WithoutCalls(e, a => a.ExecutionId == Id(Careful, 10) && a.Attempt == 1)),
        ["a call came twice"] = (Broken.SentTwice, Steady, 15, e => With(e, Call(Steady, 15, 1, 15.2, 15.3))),
        ["a call came early"] = (Broken.Early, Steady, 30, e => Moved(e, Id(Steady, 30), 1, 29.999)),
        ["a retry came early"] = (Broken.Early, Careful, 19, e => Moved(e, Id(Careful, 10), 2, 18.999)),
        ["a call came late"] = (Broken.Late, Steady, 30, e => Moved(e, Id(Steady, 30), 1, 32.5)),
        ["a call came before its claim"] = (Broken.SentUnrecorded, Steady, 30, e => Moved(e, Id(Steady, 30), 1, 29.2)),
        ["an attempt follows none"] = (Broken.SentUnrecorded, Steady, 15, e => With(e, Call(Steady, 15, 2, 15.2, 15.3))),
        ["a foreign execution called"] = (Broken.UnknownCall, Steady, 15, e => With(e, Call(Steady, 15, 1, 15.2, 15.3) with { ExecutionId = Guid.AllBitsSet })),
        ["a foreign job called"] = (Broken.UnknownCall, Careful, 15, e => With(e, Call(Steady, 15, 1, 15.2, 15.3) with { JobId = Careful })),
        ["another instant was said"] = (Broken.UnknownCall, Steady, 16, e => With(e, Call(Steady, 15, 1, 16.2, 16.3) with { ScheduledFor = At(16) })),
        ["a run was not due"] = (Broken.Unexpected, Steady, 17, e => WithRun(e, Steady, 17)),
        ["a paused job ran"] = (Broken.Unexpected, Careful, 35, e => WithRun(e, Careful, 35)),
        ["a deleted job ran"] = (Broken.Unexpected, Careful, 60, e => WithRun(e, Careful, 60)),
        ["what ran is also missed"] = (Broken.RecordedTwice, Steady, 35, e => WithMissed(e, 35, 40, 2)),
        ["too many are missed"] = (Broken.Unexpected, Steady, 40, e => WithMissed(e, 40, 40, 3)),
        ["missed without a fault"] = (Broken.WrongReason, Steady, 15, e => WithMissed(WithoutStream(e, Id(Steady, 15)), 15, 15, 1, recordedAt: 16)),
        ["skipped as paused while active"] = (Broken.WrongReason, Careful, 20, e => Reason(e, Id(Careful, 20), SkipReason.JobPaused)),
        ["skipped for overlap though allowed"] = (Broken.WrongReason, Careful, 20, e => Allowing(e)),
        ["a skipped run was called"] = (Broken.SentThoughSkipped, Careful, 20, e => With(e, Call(Careful, 20, 1, 20.1, 20.2))),
        ["a run began beside another"] = (Broken.Overlap, Careful, 20, e => With(e, Call(Careful, 20, 1, 20.1, 20.2))),
        ["a once-only call was repeated"] = (Broken.SentTwice, Steady, 35, e => OnceOnly(e)),
        ["an outcome is there twice"] = (Broken.BrokenStream, Id(Steady, 15), null, e => Doubled(e, Id(Steady, 15))),
        ["a version is left out"] = (Broken.BrokenStream, Careful, null, e => Without(e, l => l.Data is JobResumed)),
        ["an answered job is gone"] = (Broken.LostAcknowledgement, Steady, null, e => WithoutStream(e, Steady)),
        ["an answered change is gone"] = (Broken.LostAcknowledgement, Careful, null, e => Without(e, l => l.StreamId == Careful && l.Version > 1)),
        ["an answered request to run is gone"] = (Broken.LostAcknowledgement, Manual, null, e => WithoutStream(e, Manual)),
        ["an answered deletion is gone"] = (Broken.LostAcknowledgement, Careful, null, e => Without(e, l => l.Data is JobDeleted)),
        ["a failure has no alert"] = (Broken.AlertLost, Careful, null, e => Without(e, l => l.Data is AlertEvent)),
        ["a delivery is not recorded"] = (Broken.AlertLost, Careful, null, e => Without(e, l => l.Data is AlertDelivered)),
        ["a delivery did not happen"] = (Broken.AlertLost, Careful, null, e => e with { Webhooks = [] }),
    };

    private static Evidence Without(Evidence e, Predicate<LogEntry> gone) => e with { Log = [.. e.Log.Where(l => !gone(l))] };

    private static Evidence WithoutStream(Evidence e, Guid stream) => Without(e, l => l.StreamId == stream);

    private static Evidence WithoutCalls(Evidence e, Predicate<Arrival> gone) => e with { Arrivals = [.. e.Arrivals.Where(a => !gone(a))] };

    private static Evidence With(Evidence e, Arrival call) => e with { Arrivals = [.. e.Arrivals, call] };

    private static Evidence Logged(Evidence e, params IEnumerable<LogEntry> more) =>
        e with { Log = [.. e.Log.Concat(more).OrderBy(l => l.At).Select((l, i) => l with { Sequence = i + 1 })] };

    private static Evidence Moved(Evidence e, Guid execution, int attempt, double second) => e with
    {
        Arrivals = [.. e.Arrivals.Select(a => a.ExecutionId == execution && a.Attempt == attempt ? a with { ArrivedAt = At(second) } : a)],
    };

    private static Evidence WithRun(Evidence e, Guid job, int second)
    {
        var (id, result) = (Id(job, second), new AttemptResult(1, At(second), 1, 0, 200));
        return With(
            Logged(
                e,
                new(0, id, 1, At(second - 0.7), new ExecutionScheduled(job, At(second))),
                new(0, id, 2, At(second + 0.1), new ExecutionCompleted(job, At(second), ExecutionTrigger.Schedule, result))),
            Call(job, second, 1, second + 0.01, second + 0.02));
    }

    private static Evidence WithMissed(Evidence e, int from, int to, int count, double recordedAt = 41.5) => Logged(
        WithoutStream(e, Id(Steady, 40)),
        new LogEntry(0, Guid.AllBitsSet, 1, At(recordedAt), new JobOccurrencesMissed(Steady, At(from), At(to), count, MissedReason.SchedulerDown)));

    private static Evidence Reason(Evidence e, Guid execution, SkipReason reason) => e with
    {
        Log = [.. e.Log.Select(l => l.StreamId == execution && l.Data is ExecutionSkipped s ? l with { Data = s with { Reason = reason } } : l)],
    };

    private static Evidence Allowing(Evidence e) => Created(e, Careful, c => c with { Policy = ExecutionPolicy.Default });

    private static Evidence OnceOnly(Evidence e) =>
        Created(e, Steady, c => c with { Policy = ExecutionPolicy.Default with { Type = DeliveryType.AtMostOnce } });

    private static Evidence Created(Evidence e, Guid job, Func<JobCreated, JobCreated> change) => e with
    {
        Log = [.. e.Log.Select(l => l.StreamId == job && l.Data is JobCreated c ? l with { Data = change(c) } : l)],
    };

    private static Evidence Doubled(Evidence e, Guid stream)
    {
        var last = e.Log.Last(l => l.StreamId == stream);
        return Logged(e, last with { Version = last.Version + 1, At = last.At.AddMilliseconds(1) });
    }
}
