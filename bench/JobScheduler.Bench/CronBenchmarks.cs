using BenchmarkDotNet.Attributes;
using JobScheduler.Domain.Schedules.Cron;

namespace JobScheduler.Bench;

/// <summary>One search a call, from instants that move on by 37 minutes and 11 seconds each time.</summary>
[MemoryDiagnoser]
public class CronBenchmarks
{
    private static readonly TimeSpan Stride = new(0, 37, 11);
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private CronExpression _cron = null!;
    private TimeZoneInfo _zone = null!;
    private DateTimeOffset _from = Start;

    [Params("* * * * * *", "0 */5 * * * *", "0 0 9 * * MON-FRI", "0 30 2 LW * *", "0 0 0 1 1 *")]
    public string Expression { get; set; } = "";

    [Params("UTC", "Europe/Berlin")]
    public string Zone { get; set; } = "";

    [GlobalSetup]
    public void Parse()
    {
        _cron = CronExpression.Parse(Expression, CronFormat.IncludeSeconds);
        _zone = Zone == "UTC" ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(Zone);
    }

    [Benchmark]
    public DateTimeOffset? Next() => _cron.GetNextOccurrence(Advance(), _zone);

    [Benchmark]
    public DateTimeOffset? Previous() => _cron.GetPreviousOccurrence(Advance(), _zone);

    [Benchmark]
    public long CountTwoDays()
    {
        var from = Advance();
        return _cron.CountOccurrences(from, from.AddDays(2), _zone);
    }

    // Around a year: both transitions are among the instants.
    private DateTimeOffset Advance() => _from = _from.Year > Start.Year ? Start : _from + Stride;
}
