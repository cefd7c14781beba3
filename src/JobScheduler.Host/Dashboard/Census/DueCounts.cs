using System.Collections.Concurrent;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.Host.Dashboard.Census;

/// <summary>How many jobs of a set of schedules are due in each second. Counted when first asked for, ten minutes at a time; safe for concurrent use.</summary>
/// <param name="timetables">Each with the number of jobs that have it.</param>
internal sealed class DueCounts(IReadOnlyList<(Timetable Timetable, long Jobs)> timetables)
{
    public const int BlockSeconds = 600;

    /// <summary>Half a megabyte. Past that all are counted anew.</summary>
    private const int MostBlocks = 100;

    private readonly ConcurrentDictionary<long, long[]> _blocks = [];

    /// <summary>From the second of <paramref name="from"/> on.</summary>
    public IReadOnlyList<long> DueIn(DateTimeOffset from, int seconds)
    {
        var first = from.ToUnixTimeSeconds();
        var due = new long[seconds];
        for (var done = 0; done < seconds;)
        {
            var (block, offset) = Math.DivRem(first + done, BlockSeconds);
            var length = (int)Math.Min(seconds - done, BlockSeconds - offset);
            BlockAt(block).AsSpan((int)offset, length).CopyTo(due.AsSpan(done));
            done += length;
        }

        return due;
    }

    private long[] BlockAt(long block)
    {
        if (_blocks.Count > MostBlocks) _blocks.Clear();
        return _blocks.GetOrAdd(block, Count);
    }

    private long[] Count(long block)
    {
        var start = DateTimeOffset.FromUnixTimeSeconds(block * BlockSeconds);
        var (before, last) = (start.AddTicks(-1), start.AddSeconds(BlockSeconds).AddTicks(-1));
        var due = new long[BlockSeconds];
        foreach (var (timetable, jobs) in timetables)
        {
            for (var next = timetable.NextAfter(before); next <= last; next = timetable.NextAfter(next.Value))
                due[(int)(next.Value - start).TotalSeconds] += jobs;
        }

        return due;
    }
}
