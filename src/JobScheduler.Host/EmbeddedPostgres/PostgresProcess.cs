using System.Diagnostics;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>
/// A running server and the shell that watches over it. The host holds the write end of the shell's standard input: when it closes,
/// because the host asks for it or because the host is gone, however it went, the shell shuts the server down.
/// </summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    // A session of its own, and ignored signals, keep the terminal's Ctrl+C and hang-up for the host, which still has events to write.
    // The interrupt (PostgreSQL's fast shutdown) is repeated, because a server that has only just started does not hear it yet.
    // The watcher is killed before the server's number can mean another process.
    private const string Supervisor = """
        trap '' HUP INT QUIT TERM
        command -v setsid >/dev/null 2>&1 || set -m
        exec 3<&0 </dev/null 1>&2
        "$@" 3<&- &
        server=$!
        { while read -r _ <&3; do :; done; while kill -INT "$server"; do sleep 1; done; } >/dev/null 2>&1 &
        watcher=$!
        exec 3<&-
        wait "$server"
        status=$?
        kill -KILL "$watcher" 2>/dev/null
        exit "$status"
        """;

    private const int LinesKept = 20;

    private readonly Process _process;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _said = new();

    private PostgresProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => _exited.TrySetResult();
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
    }

    /// <summary>Completes when the server is down.</summary>
    public Task Exited => _exited.Task;

    /// <summary>The last that the server said before it turned to its log file, on one line.</summary>
    public string Said
    {
        get
        {
            lock (_said) return string.Join(" / ", _said);
        }
    }

    public static PostgresProcess Start(
        PostgresBinaries binaries, ServerAccount account, PostgresCluster cluster, IReadOnlyDictionary<string, string> settings)
    {
        string[] session = Command.Find("setsid") is { } setsid ? [setsid] : [];
        string[] server =
        [
            binaries.Postgres, "-D", cluster.Directory, .. settings.SelectMany(s => new[] { "-c", $"{s.Key}={s.Value}" }),
        ];
        var process = new PostgresProcess(Command.Describe([.. session, .. account.Run(["sh", "-c", Supervisor, "sh", .. server])]));
        process._process.Start();
        process._process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Lets all that the server said arrive; only once it has exited.</summary>
    public Task DrainAsync(CancellationToken ct) => _process.WaitForExitAsync(ct);

    /// <summary>Asks for a fast shutdown: sessions are ended, what is committed is on disk.</summary>
    public void BeginShutdown() => _process.StandardInput.Close();

    /// <summary>Shuts down and waits for it, without a limit of its own.</summary>
    public async ValueTask DisposeAsync()
    {
        BeginShutdown();
        await Exited;
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_said)
        {
            if (_said.Count == LinesKept) _said.Dequeue();
            _said.Enqueue(line.Trim());
        }
    }
}
