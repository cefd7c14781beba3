using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Configuration;
using JobScheduler.Host.Scheduling;

namespace JobScheduler.Host.Dispatching;

/// <summary>
/// Does ahead of runs' instants what can be done by then: makes their requests, and hands them to the HTTP client, which resolves the
/// name, connects, and waits with the encoded request for the instant. Whatever fails on the way is done at the instant instead, and is
/// recorded then.
/// </summary>
internal sealed class CallsAhead(
    CallRequests requests, HttpCaller caller, Admission<Run> admission, DispatchOptions options, TimeProvider time, ILogger<CallsAhead> logger)
{
    /// <summary>Enough to connect across an ocean, and far less than receivers leave a connection idle.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(500);

    /// <summary>Later than this before the instant nothing is begun that is not to be finished by then.</summary>
    private static readonly TimeSpan LeastLead = TimeSpan.FromMilliseconds(10);

    /// <summary>A call that was not taken this long after its instant will not be.</summary>
    private static readonly TimeSpan Overdue = TimeSpan.FromSeconds(1);

    private readonly YoungGarbage _garbage = new();

    /// <summary>Of runs that are claimed, as many as may be under way at once; does not wait for it.</summary>
    /// <param name="placeIsFree">Gets the run whose turn it is when a place was given back that a call had which was not made after all.</param>
    public void Begin(IReadOnlyList<Run> runs, Action<Run> placeIsFree, CancellationToken breakOff) => ThreadPool.QueueUserWorkItem(async _ =>
    {
        foreach (var run in runs.OrderBy(run => run.DueAt).Take(options.MaxConcurrency)) await BeginAsync(run, placeIsFree, breakOff);
    });

    /// <summary>The call that is held for this attempt, if it is still the right one; it is taken, and so is a place.</summary>
    public static HeldCall? Take(Run run)
    {
        var held = run.Held;
        run.Held = null;
        if (held is null) return null;
        if (held.Call.IsFor(run.Attempt, run.Work.Target) && held.TryTake()) return held;
        held.Drop();
        return null;
    }

    private async Task BeginAsync(Run run, Action<Run> placeIsFree, CancellationToken breakOff)
    {
        try
        {
            if (run.DueAt - time.GetUtcNow() - Lead is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, breakOff);
                _garbage.CollectIfMuch();
            }

            if (run.DueAt - time.GetUtcNow() < LeastLead) return;
            var call = await requests.MakeAsync(run, run.Work.Target, breakOff);
            if (MayBeHeld(run.Work, call) && admission.TryEnterAhead(run.Host)) Hold(run, call, placeIsFree, breakOff);
            else run.Prepared = call;
        }
#pragma warning disable CA1031 // Whatever it is, it happens again at the instant, and is the run's then.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogDebug("Execution {ExecutionId} could not be prepared: {Exception}", run.ExecutionId, e.GetType().Name);
        }
    }

    /// <summary>
    /// An at-most-once job has to record its start in between, and what says "Expect" is written in two parts.
    /// </summary>
    private static bool MayBeHeld(Work work, PreparedCall call) =>
        work.Policy.Type != DeliveryType.AtMostOnce && call.Request.Headers.ExpectContinue != true;

    private void Hold(Run run, PreparedCall call, Action<Run> placeIsFree, CancellationToken breakOff)
    {
        HeldCall held;
        try
        {
            held = caller.HandOver(call, run.DueAt - time.GetUtcNow() + Overdue, breakOff);
        }
        catch
        {
            GiveBack(run.Host, placeIsFree);
            throw;
        }

        run.Held = held;
        _ = GiveBackAsync(held, run.Host, placeIsFree);
    }

    private async Task GiveBackAsync(HeldCall held, string host, Action<Run> placeIsFree)
    {
        if (await held.IsDroppedAsync()) GiveBack(host, placeIsFree);
    }

    private void GiveBack(string host, Action<Run> placeIsFree)
    {
        if (admission.Leave(host) is { } next) placeIsFree(next);
    }
}
