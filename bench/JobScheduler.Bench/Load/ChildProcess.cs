using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace JobScheduler.Bench.Load;

/// <summary>A process that the bench has started, and ends.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The bench's own program, for processes that are other commands of it.</summary>
    public static readonly string Bench = typeof(ChildProcess).Assembly.Location;

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process) => _process = process;

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public double ResidentMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1024.0 / 1024.0;
        }
    }

    /// <summary>The most that was resident at once; NaN where the system does not tell.</summary>
    public double PeakMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 is > 0 and var bytes ? bytes / 1024.0 / 1024.0 : double.NaN;
        }
    }

    /// <summary>A URL of this machine whose port was free a moment ago.</summary>
    public static string FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    /// <summary>Returns once the process has printed a line that holds <paramref name="ready"/>.</summary>
    public static async Task<ChildProcess> StartAsync(string assembly, IEnumerable<string> arguments, string ready, params (string Key, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (key, value) in environment) start.Environment[key] = value;
        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is not { } line)
            {
                child._ready.TrySetException(new InvalidOperationException($"{Path.GetFileName(assembly)} ended before it was ready."));
                return;
            }

            if (line.Contains(ready, StringComparison.Ordinal)) child._ready.TrySetResult();
            if (line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal)) Console.Error.WriteLine(line);
        };
        child._process.Start();
        child._process.BeginOutputReadLine();
        try
        {
            await child._ready.Task.WaitAsync(Patience);
            return child;
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
