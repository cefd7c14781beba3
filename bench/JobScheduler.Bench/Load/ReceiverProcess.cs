using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace JobScheduler.Bench.Load;

/// <summary>What arrived of a time's occurrences; latenesses in milliseconds past the scheduled instant.</summary>
/// <param name="Arrived">Distinct (job, instant).</param>
/// <param name="Calls">All calls, repeated ones included.</param>
internal sealed record ArrivalReport(int Arrived, int Calls, int Early, double P50, double P90, double P99, double Max);

/// <summary>The bench's target as a process of its own: answers at once, and notes when what arrived.</summary>
internal static class ReceiverProcess
{
    public const string Name = "receiver";
    public const string Ready = "The receiver is ready.";
    private const int Capacity = 20_000_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(args[0]);
        var app = builder.Build();
        var arrivals = new Arrivals(Capacity);
        app.MapPost("/hit", (HttpContext http) => arrivals.Note(http.Request.Headers, DateTimeOffset.UtcNow));
        app.MapGet("/report", (DateTimeOffset from, DateTimeOffset to) => arrivals.Report(from, to));
        await app.StartAsync();
        Console.WriteLine(Ready);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private sealed class Arrivals(int capacity)
    {
        private readonly (Guid Job, long Instant, double LatenessMs)[] _all = new (Guid, long, double)[capacity];
        private int _count;

        public void Note(IHeaderDictionary headers, DateTimeOffset arrivedAt)
        {
            var instant = DateTimeOffset.Parse(headers["X-Scheduled-For"]!, CultureInfo.InvariantCulture);
            _all[Interlocked.Increment(ref _count) - 1] = (Guid.Parse(headers["X-Job-Id"]!), instant.UtcTicks, (arrivedAt - instant).TotalMilliseconds);
        }

        public ArrivalReport Report(DateTimeOffset from, DateTimeOffset to)
        {
            var calls = _all.Take(_count).Where(a => a.Instant >= from.UtcTicks && a.Instant < to.UtcTicks).ToList();
            var lateness = calls.Select(a => a.LatenessMs).Order().ToList();
            double Percentile(double p) => lateness.Count == 0 ? double.NaN : lateness[Math.Min(lateness.Count - 1, (int)(lateness.Count * p))];
            return new(
                calls.DistinctBy(a => (a.Job, a.Instant)).Count(),
                calls.Count,
                calls.Count(a => a.LatenessMs < 0),
                Percentile(0.50),
                Percentile(0.90),
                Percentile(0.99),
                Percentile(1));
        }
    }
}
