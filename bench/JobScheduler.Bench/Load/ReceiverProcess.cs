using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace JobScheduler.Bench.Load;

/// <summary>What arrived of a time's occurrences.</summary>
/// <param name="Arrived">Distinct (job, instant).</param>
/// <param name="Calls">All calls, repeated ones included.</param>
/// <param name="First">When the first call arrived; <c>null</c> when none has.</param>
/// <param name="Last">When the last call arrived; <c>null</c> when none has.</param>
/// <param name="Lateness">In milliseconds past the scheduled instant.</param>
internal sealed record ArrivalReport(int Arrived, int Calls, int Early, DateTimeOffset? First, DateTimeOffset? Last, Distribution Lateness)
{
    /// <summary>P1 and P3: each occurrence was called once and recorded once, none early.</summary>
    public bool Keeps(int expected, int recorded) => Arrived == expected && Calls == expected && recorded == expected && Early == 0;
}

/// <summary>The first call that carried a mark.</summary>
internal sealed record MarkedCall(DateTimeOffset ScheduledFor, DateTimeOffset ArrivedAt);

/// <summary>The bench's target as a process of its own: notes when what arrived, and answers at once, or after a while.</summary>
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
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals);
        var app = builder.Build();
        var arrivals = new Arrivals(Capacity);
        var marked = new ConcurrentDictionary<string, MarkedCall>();
        // Before routing: what the receiver itself costs is no scheduler's lateness.
        app.Use((http, next) =>
        {
            if (http.Request.Path != "/hit") return next(http);
            arrivals.Note(http.Request.Headers, DateTimeOffset.UtcNow);
            return Task.CompletedTask;
        });
        app.UseRouting();
        app.MapPost("/hit/{mark}", (HttpContext http, string mark) =>
        {
            var now = DateTimeOffset.UtcNow;
            marked.TryAdd(mark, new(arrivals.Note(http.Request.Headers, now), now));
        });
        app.MapPost("/hang/{seconds:int}", (HttpContext http, int seconds) =>
        {
            arrivals.Note(http.Request.Headers, DateTimeOffset.UtcNow);
            return Task.Delay(TimeSpan.FromSeconds(seconds), http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        app.MapGet("/report", (DateTimeOffset from, DateTimeOffset to) => arrivals.Report(from, to));
        app.MapGet("/marked/{mark}", (string mark) => marked.TryGetValue(mark, out var call) ? Results.Ok(call) : Results.NotFound());
        await app.StartAsync();
        Console.WriteLine(Ready);
        await app.WaitForShutdownAsync();
        return 0;
    }

    private sealed class Arrivals(int capacity)
    {
        private readonly Arrival[] _all = new Arrival[capacity];
        private int _count;

        /// <summary>Returns the instant that the call was scheduled for.</summary>
        public DateTimeOffset Note(IHeaderDictionary headers, DateTimeOffset arrivedAt)
        {
            var instant = DateTimeOffset.Parse(headers["X-Scheduled-For"]!, CultureInfo.InvariantCulture);
            _all[Interlocked.Increment(ref _count) - 1] = new(Guid.Parse(headers["X-Job-Id"]!), instant.UtcTicks, arrivedAt.UtcTicks);
            return instant;
        }

        public ArrivalReport Report(DateTimeOffset from, DateTimeOffset to)
        {
            var calls = _all.Take(Volatile.Read(ref _count)).Where(a => a.Instant >= from.UtcTicks && a.Instant < to.UtcTicks).ToList();
            return new(
                calls.DistinctBy(a => (a.Job, a.Instant)).Count(),
                calls.Count,
                calls.Count(a => a.At < a.Instant),
                calls.Count == 0 ? null : new DateTimeOffset(calls.Min(a => a.At), TimeSpan.Zero),
                calls.Count == 0 ? null : new DateTimeOffset(calls.Max(a => a.At), TimeSpan.Zero),
                Distribution.Of(calls.Select(a => (a.At - a.Instant) / (double)TimeSpan.TicksPerMillisecond)));
        }
    }

    /// <param name="Instant">What it was scheduled for, in UTC ticks.</param>
    /// <param name="At">When it arrived, in UTC ticks.</param>
    private readonly record struct Arrival(Guid Job, long Instant, long At);
}
