using System.Collections.Concurrent;
using System.Diagnostics;
using JobScheduler.Host.EmbeddedPostgres;

namespace JobScheduler.Testing;

/// <summary>The host as a process of its own, with a private PostgreSQL over the given directory unless a connection string is given.</summary>
internal sealed class HostProcess : IDisposable
{
    private const int LinesKept = 200;
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);

    private static readonly string[] Setsid = Command.Find("setsid") is { } setsid ? [setsid] : [];

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _said = new();
    private string? _url;

    private HostProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Note(e.Data);
        AppDomain.CurrentDomain.ProcessExit += EndWithTests;
    }

    /// <summary>Where the machine can, in a process group of its own, as a terminal's foreground job is.</summary>
    public static HostProcess Start(ServerDirectory directory, params (string Key, string Value)[] environment) =>
        StartAt("http://127.0.0.1:0", directory, environment);

    /// <inheritdoc cref="Start" />
    public static HostProcess StartAt(string url, ServerDirectory directory, params (string Key, string Value)[] environment)
    {
        string[] command = [.. Setsid, "dotnet", Path.Combine(AppContext.BaseDirectory, "JobScheduler.Host.dll"), "--urls", url];
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            WorkingDirectory = directory.WorkingDirectory,
            Environment =
            {
                ["EmbeddedPostgres__DataDirectory"] = directory.Path,
                ["EmbeddedPostgres__Settings__shared_buffers"] = "16MB",
            },
        };
        start.Environment.Remove("ConnectionStrings__JobScheduler");
        foreach (var (key, value) in environment) start.Environment[key] = value;
        var host = new HostProcess(start);
        host._process.Start();
        host._process.BeginOutputReadLine();
        return host;
    }

    /// <summary>Completes when it serves.</summary>
    public Task ReadyAsync() => _ready.Task.WaitAsync(Generous);

    /// <summary>Its API, once it serves.</summary>
    public async Task<ApiClient> ApiAsync()
    {
        await ReadyAsync();
        return new ApiClient(_url!);
    }

    /// <summary>The last lines that it wrote.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>As `kill -9`; returns when it is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Tells the whole process group to stop; returns the host's exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM", Setsid.Length == 0 ? $"{_process.Id}" : $"-{_process.Id}");
        await _process.WaitForExitAsync().WaitAsync(Generous);
        return _process.ExitCode;
    }

    /// <summary>Stops the process in its tracks (SIGSTOP); all that others see of it is silence.</summary>
    public Task FreezeAsync() => SignalAsync("STOP", $"{_process.Id}");

    public Task ThawAsync() => SignalAsync("CONT", $"{_process.Id}");

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndWithTests;
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    /// <summary>A test run that is broken off leaves no host behind.</summary>
    private void EndWithTests(object? sender, EventArgs e) => Dispose();

    private static async Task SignalAsync(string signal, string target)
    {
        var kill = await Command.RunAsync(["kill", $"-{signal}", "--", target], CancellationToken.None);
        if (!kill.Succeeded) throw new InvalidOperationException($"SIG{signal} could not be sent: {kill.Said}");
    }

    private void Note(string? line)
    {
        _said.Enqueue(line ?? "(the end)");
        if (_said.Count > LinesKept) _said.TryDequeue(out _);
        if (line is null) _ready.TrySetException(new InvalidOperationException("The host ended before it served."));
        else if (line.Split("Now listening on: ") is [_, var url]) _url = url;
        else if (line.Contains("Application started", StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
