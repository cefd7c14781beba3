using System.Globalization;
using System.Security.Cryptography;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>
/// The files: <c>cluster</c> (PostgreSQL's own data directory, which the server's account owns) and beside it <c>password</c>, which
/// only the host can read. The cluster is made under another name and renamed when it is whole, so one that exists is whole.
/// </summary>
internal sealed class PostgresCluster(string root)
{
    public const string LogFolder = "log";
    public const string SuperUser = "jobscheduler";

    private const string UnfinishedPrefix = "cluster.unfinished-";
    private static readonly TimeSpan LogsAreKept = TimeSpan.FromDays(6.5);

    private readonly string _passwordFile = Path.Combine(root, "password");

    public string Root { get; } = root;

    public string Directory { get; } = Path.Combine(root, "cluster");

    public string PostmasterPath => Path.Combine(Directory, "postmaster.pid");

    public string LogDirectory => Path.Combine(Directory, LogFolder);

    public bool Exists => System.IO.Directory.Exists(Directory);

    /// <summary>The major version that made the cluster; null before there is one.</summary>
    /// <exception cref="EmbeddedPostgresException">The folder is there, and is no cluster.</exception>
    public int? ReadMajor()
    {
        if (!Exists) return null;
        var path = Path.Combine(Directory, "PG_VERSION");
        return File.Exists(path) && int.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var major)
            ? major
            : throw new EmbeddedPostgresException($"{Directory} is not a whole PostgreSQL cluster: restore it, or move it away to start afresh.");
    }

    /// <summary>Makes the cluster if there is none, and readies an existing one. Returns its password.</summary>
    public async Task<string> PrepareAsync(PostgresBinaries binaries, ServerAccount account, CancellationToken ct)
    {
        foreach (var leftover in System.IO.Directory.EnumerateDirectories(Root, UnfinishedPrefix + "*")) Discard(leftover);
        await account.EnsureReachesAsync(Root, ct);
        if (!Exists) return await CreateAsync(binaries, account, ct);

        await account.OwnAsync(Directory, ct);
        DropOldLogs();
        return File.Exists(_passwordFile)
            ? await File.ReadAllTextAsync(_passwordFile, ct)
            : throw new EmbeddedPostgresException(
                $"The password of the data in {Directory} is gone: restore {_passwordFile}, or move the data away to start afresh.");
    }

    private async Task<string> CreateAsync(PostgresBinaries binaries, ServerAccount account, CancellationToken ct)
    {
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        WritePassword(password);

        // A name of its own: an initdb that outlived a killed host may still be writing to the last one.
        var unfinished = Path.Combine(Root, UnfinishedPrefix + Path.GetRandomFileName());
        System.IO.Directory.CreateDirectory(unfinished);
        await account.OwnAsync(unfinished, ct);

        // The password goes through a pipe that the account itself makes: the host's own it could not reopen by name.
        var initdb = await Command.RunAsync(
            account.Run(
                "sh", "-c", "cat | \"$@\"", "sh", binaries.InitDb, "--pgdata", unfinished, "--username", SuperUser, "--pwfile", "/dev/stdin",
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--data-checksums"),
            ct,
            password + "\n");
        if (!initdb.Succeeded)
        {
            Discard(unfinished);
            throw new EmbeddedPostgresException($"A PostgreSQL cluster could not be made in {Root}: {initdb.Said}");
        }

        System.IO.Directory.Move(unfinished, Directory);
        return password;
    }

    private void WritePassword(string password)
    {
        File.Delete(_passwordFile);
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(_passwordFile, create);
        file.Write(System.Text.Encoding.ASCII.GetBytes(password));
        file.Flush(flushToDisk: true);
    }

    // PostgreSQL overwrites last week's file only if it runs at midnight.
    private void DropOldLogs()
    {
        if (!System.IO.Directory.Exists(LogDirectory)) return;
        foreach (var log in System.IO.Directory.EnumerateFiles(LogDirectory, "*.log"))
            if (File.GetLastWriteTimeUtc(log) < DateTime.UtcNow - LogsAreKept)
                File.Delete(log);
    }

    private static void Discard(string unfinished)
    {
        try
        {
            System.IO.Directory.Delete(unfinished, recursive: true);
        }
        catch (IOException)
        {
            // An initdb that outlived its host still writes to it; the next start finds it quiet.
        }
    }
}
