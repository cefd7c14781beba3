using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using JobScheduler.Domain;
using Microsoft.Extensions.Logging;

namespace JobScheduler.UnitTests.Architecture;

/// <summary>
/// Decisions are functions of their arguments. Seen failing with <c>DateTimeOffset.UtcNow</c> in PauseJob, with
/// <c>Guid.CreateVersion7</c> in ExecutionId, and with <c>File.Exists</c> in Timetable.
/// </summary>
public sealed class PureDomainTests
{
    /// <summary>Namespaces, types and members; each stands for all that it holds.</summary>
    private static readonly string[] Forbidden =
    [
        // Clocks
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Environment",
        // The machine's own zone
        "System.TimeZoneInfo.get_Local", "System.DateTime.ToLocalTime", "System.DateTimeOffset.ToLocalTime",
        "System.DateTimeOffset.get_LocalDateTime", "System.TimeZone",
        // Randomness
        "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.Random", "System.Security.Cryptography.RandomNumberGenerator",
        // Input and output
        "System.IO", "System.Net", "System.Console", "System.Data", "Npgsql", "System.Diagnostics.Process", "System.AppContext",
        // Logging
        "Microsoft.Extensions", "System.Diagnostics.Trace", "System.Diagnostics.Debug", "System.Diagnostics.Activity",
        "System.Diagnostics.Metrics", "System.Diagnostics.Tracing",
        // Threading
        "System.Threading",
    ];

    private static readonly string[] Allowed =
    [
        // The compiler's own, in an iterator: it makes a second enumerator when another thread enumerates.
        "System.Environment", "System.Environment.get_CurrentManagedThreadId",
        // The zones' transitions are remembered once worked out: it shows in nothing but speed.
        "System.Threading.Volatile", "System.Threading.Volatile.Read", "System.Threading.Volatile.Write",
    ];

    [Fact]
    public void Domain_touches_no_clock_randomness_input_output_logging_or_threads() =>
        ForbiddenUsesIn(typeof(EventCatalog).Assembly.Location).ShouldBeEmpty();

    /// <summary>This assembly, in the method below, does all that: a scan that sees nothing would pass the test above.</summary>
    [Fact]
    public void Scan_finds_each_when_an_assembly_uses_it()
    {
        string[] used =
        [
            "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now",
            "System.DateTimeOffset.get_UtcNow", "System.TimeProvider.get_System", "System.Diagnostics.Stopwatch.GetTimestamp",
            "System.Environment.get_TickCount", "System.Environment.get_TickCount64", "System.TimeZoneInfo.get_Local", "System.Guid.NewGuid",
            "System.Guid.CreateVersion7", "System.Random.get_Shared", "System.Security.Cryptography.RandomNumberGenerator.GetBytes",
            "System.IO.File.Exists", "System.Net.Sockets.Socket", "System.Console.WriteLine", "Microsoft.Extensions.Logging.ILogger",
            "System.Threading.Thread.Sleep", "System.Threading.Tasks.Task.Delay", "System.Threading.Barrier",
        ];

        used.Except(ForbiddenUsesIn(typeof(PureDomainTests).Assembly.Location)).ShouldBeEmpty();
    }

    /// <summary>Never called.</summary>
    internal static object[] AllThatIsForbidden(ILogger logger, Socket socket, Barrier barrier)
    {
        Console.WriteLine();
        Thread.Sleep(0);
        return
        [
            DateTime.Now, DateTime.UtcNow, DateTime.Today, DateTimeOffset.Now, DateTimeOffset.UtcNow, TimeProvider.System,
            Stopwatch.GetTimestamp(), Environment.TickCount, Environment.TickCount64, TimeZoneInfo.Local, Guid.NewGuid(),
            Guid.CreateVersion7(), Random.Shared, RandomNumberGenerator.GetBytes(1), File.Exists(""), socket, logger, Task.Delay(0), barrier,
        ];
    }

    private static IEnumerable<string> ForbiddenUsesIn(string assemblyPath) =>
        MemberUses.In(assemblyPath).Except(Allowed).Where(use => Forbidden.Any(f => use == f || use.StartsWith(f + ".", StringComparison.Ordinal)));
}
