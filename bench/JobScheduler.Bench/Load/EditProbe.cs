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
    public async Task<bool> RunAsync(Guid job, int edits)
    {
        var table = new Table(36, $"edit, {Ahead.TotalMilliseconds:0} ms before an instant", "edits", "in force", "early", "PUT p50", "PUT max", "p50 ms", "p90 ms", "p99 ms", "max ms");
        var retargeted = await ManyAsync("target", (mark, _) => new { api = $"{receiver.Hit}/{mark}" });
        var rescheduled = await ManyAsync("instant", (mark, instant) => new { schedule = (string?)null, runAt = instant, api = $"{receiver.Hit}/{mark}" });
        return retargeted && rescheduled;

        async Task<bool> ManyAsync(string what, Func<string, DateTimeOffset, object> change)
        {
            var (lateness, puts, inForce) = (new List<double>(), new List<double>(), 0);
            for (var i = 0; i < edits; i++)
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
            table.Add([what, $"{edits}", $"{inForce}", $"{early}", $"{put.P50:0.00}", $"{put.Max:0.00}", .. Distribution.Of(lateness).Cells]);
            return early == 0;
        }
    }
}
