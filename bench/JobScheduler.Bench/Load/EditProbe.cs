using System.Diagnostics;

namespace JobScheduler.Bench.Load;

/// <summary>How soon an edit is in force. A job's instants are on whole seconds, so the edits are made shortly before one.</summary>
internal sealed class EditProbe(HostUnderTest host, BenchReceiver receiver)
{
    /// <summary>The goal: an edit that was sent so long before an instant holds at it.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Prints a table. False when a call came early.</summary>
    /// <param name="job">Is due every second, and afterwards never again.</param>
    /// <param name="edits">Of each kind.</param>
    public async Task<bool> RunAsync(Guid job, int edits)
    {
        var table = new Table(
            36, $"edit, {Ahead.TotalMilliseconds:0} ms before an instant", "edits", "in force", "early", "PUT p50", "PUT max",
            "p50 ms", "p90 ms", "p99 ms", "max ms");
        // The first meets code that was never run in this process.
        var first = await ManyAsync("first", 1, Retarget);
        var retargeted = await ManyAsync("target", edits, Retarget);
        var rescheduled = await ManyAsync("instant", edits, Reschedule);
        return first && retargeted && rescheduled;

        object Retarget(string mark, DateTimeOffset instant) => new { api = receiver.Marked(mark) };

        object Reschedule(string mark, DateTimeOffset instant) => new { schedule = (string?)null, runAt = instant, api = receiver.Marked(mark) };

        async Task<bool> ManyAsync(string what, int times, Func<string, DateTimeOffset, object> change)
        {
            var (lateness, puts, inForce) = (new List<double>(), new List<double>(), 0);
            for (var i = 0; i < times; i++)
            {
                var (mark, instant) = ($"{what}-{i}", Clock.SecondAfter(TimeSpan.FromSeconds(1)));
                await Clock.UntilAsync(instant - Ahead);
                var sent = Stopwatch.GetTimestamp();
                await host.ChangeJobAsync(job, change(mark, instant));
                puts.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                var call = await receiver.MarkedAsync(mark, Patience);
                if (call.ScheduledFor == instant) inForce++;
                lateness.Add((call.ArrivedAt - instant).TotalMilliseconds);
            }

            var (put, early) = (Distribution.Of(puts), lateness.Count(l => l < 0));
            table.Add([what, $"{times}", $"{inForce}", $"{early}", $"{put.P50:0.00}", $"{put.Max:0.00}", .. Distribution.Of(lateness).Cells]);
            return early == 0;
        }
    }
}
