using JobScheduler.Domain.Schedules;

namespace JobScheduler.Checker;

/// <summary>The instants of schedules, by the plainest reading of cron, each schedule walked through once for all jobs that have it.</summary>
/// <param name="from">Nothing earlier is asked for.</param>
/// <param name="to">Nothing later is asked for.</param>
internal sealed class DueInstants(DateTimeOffset from, DateTimeOffset to)
{
    private readonly Dictionary<(string Cron, string Zone), List<DateTimeOffset>> _known = [];

    /// <summary>Those in (<paramref name="after"/>, <paramref name="upTo"/>], earliest first.</summary>
    public IEnumerable<DateTimeOffset> Between(Schedule schedule, DateTimeOffset after, DateTimeOffset upTo)
    {
        var all = schedule.Cron is null ? [schedule.RunAt!.Value] : Of(schedule.Cron, schedule.TimeZone);
        var first = all.BinarySearch(after);
        for (var i = first < 0 ? ~first : first + 1; i < all.Count && all[i] <= upTo && all[i] <= to; i++)
        {
            if (!(all[i] < schedule.StartAt) && !(all[i] > schedule.EndAt)) yield return all[i];
        }
    }

    private List<DateTimeOffset> Of(string cron, string zone)
    {
        if (_known.TryGetValue((cron, zone), out var known)) return known;
        var start = DateTimeOffset.FromUnixTimeSeconds(from.ToUnixTimeSeconds()).UtcDateTime;
        var found = new NaiveCron(cron).OccurrencesBetween(start, to.UtcDateTime, TimeZoneInfo.FindSystemTimeZoneById(zone));
        return _known[(cron, zone)] = [.. found.Select(utc => new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)))];
    }
}
