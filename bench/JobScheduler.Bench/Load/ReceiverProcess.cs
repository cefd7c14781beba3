using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace JobScheduler.Bench.Load;

/// <summary>The first call that carried a mark.</summary>
internal sealed record MarkedCall(DateTimeOffset ScheduledFor, DateTimeOffset ArrivedAt);

/// <summary>The bench's target as a process of its own: notes when what arrived, and answers at once, or after a while.</summary>
internal static class ReceiverProcess
{
    public const string Name = "receiver";
    public const string Ready = "The receiver is ready.";
    private const int Capacity = 20_000_000;

    public const string Closing = "closing";

    /// <summary>Arguments: the URL of a <see cref="HitServer"/>, that of what is asked or called beside, and, perhaps, <see cref="Closing"/>.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(args[1]);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals);
        var app = builder.Build();
        var arrivals = new Arrivals(Capacity);
        var marked = new ConcurrentDictionary<string, MarkedCall>();
        app.MapPost("/marked/{mark}", (HttpContext http, string mark) => marked.TryAdd(mark, new(Note(arrivals, http), DateTimeOffset.UtcNow)));
        app.MapPost("/hang/{seconds:int}", (HttpContext http, int seconds) =>
        {
            Note(arrivals, http);
            return Task.Delay(TimeSpan.FromSeconds(seconds), http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        app.MapGet("/report", (DateTimeOffset from, DateTimeOffset to) => arrivals.Report(from, to));
        app.MapGet("/marked/{mark}", (string mark) => marked.TryGetValue(mark, out var call) ? Results.Ok(call) : Results.NotFound());
        new HitServer(arrivals, closes: args.Contains(Closing)).Start(new Uri(args[0]));
        await app.StartAsync();
        Console.WriteLine(Ready);
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Returns the instant that the call was scheduled for.</summary>
    private static DateTimeOffset Note(Arrivals arrivals, HttpContext http)
    {
        var now = DateTimeOffset.UtcNow;
        var instant = DateTimeOffset.Parse(http.Request.Headers["X-Scheduled-For"]!, CultureInfo.InvariantCulture);
        arrivals.Note(Guid.Parse(http.Request.Headers["X-Job-Id"]!), instant, now);
        return instant;
    }
}
