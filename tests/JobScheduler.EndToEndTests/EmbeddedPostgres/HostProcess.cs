using System.Diagnostics;
using System.Globalization;

namespace JobScheduler.EndToEndTests.EmbeddedPostgres;

/// <summary>The host as a process of its own, with a private PostgreSQL over the given directory.</summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Note(e.Data);
    }

    public static HostProcess Start(ServerDirectory directory)
    {
        var host = new HostProcess(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "JobScheduler.Host.dll"), "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = directory.WorkingDirectory,
            Environment =
            {
                ["EmbeddedPostgres__DataDirectory"] = directory.Path,
                ["EmbeddedPostgres__Settings__shared_buffers"] = "16MB",
            },
        });
        host._process.StartInfo.Environment.Remove("ConnectionStrings__JobScheduler");
        host._process.Start();
        host._process.BeginOutputReadLine();
        return host;
    }

    /// <summary>Completes when it serves.</summary>
    public Task ReadyAsync() => _ready.Task.WaitAsync(Generous);

    public void Kill() => _process.Kill();

    /// <summary>As Ctrl+C does; returns the exit code.</summary>
    public async Task<int> InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(Generous);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null) _ready.TrySetException(new InvalidOperationException("The host ended before it served."));
        else if (line.Contains("Application started", StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
