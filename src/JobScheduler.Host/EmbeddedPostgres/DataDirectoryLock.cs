using System.Globalization;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>
/// One host to a data directory: an exclusive lock on a file in it, held for the life of the process. The system releases it
/// however the process ends, and no child inherits it.
/// </summary>
internal sealed class DataDirectoryLock : IDisposable
{
    // EWOULDBLOCK on Linux and on macOS: the only way in which .NET tells a locked file from other trouble.
    private static readonly int[] Locked = [11, 35];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <summary>
    /// Takes the lock. One that is held is waited for during two seconds, because a host that was killed lets go of it only when the
    /// system has taken it apart.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">Another host has the directory, or it cannot be written to.</exception>
    public static async Task<DataDirectoryLock> AcquireAsync(string directory, CancellationToken ct)
    {
        var pidFile = Path.Combine(directory, "host.pid");
        try
        {
            Create(directory);
            var file = await LockAsync(Path.Combine(directory, "host.lock"), ct);
            await File.WriteAllTextAsync(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), ct);
            return new DataDirectoryLock(file);
        }
        catch (IOException e) when (Locked.Contains(e.HResult))
        {
            throw new EmbeddedPostgresException(
                $"Another host{Holder(pidFile)} already uses the data in {directory}: stop it, give this one a directory of its own with "
                + $"{EmbeddedPostgresException.DataDirectorySetting}, or {EmbeddedPostgresException.UseYourOwn} (which many hosts can share).", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"The data directory {directory} cannot be written to ({e.Message}): run the host as the user who owns it, choose another with "
                + $"{EmbeddedPostgresException.DataDirectorySetting}, or {EmbeddedPostgresException.UseYourOwn}.", e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static void Create(string directory)
    {
        if (Directory.Exists(directory)) return;
        if (Path.GetDirectoryName(directory) is { } parent) Create(parent);
        Directory.CreateDirectory(directory);
        // Whatever the umask, the server's account passes through to its cluster, and sees no more. What is secret has a mode of its own.
        var passers = Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | passers);
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken ct)
    {
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (Locked.Contains(e.HResult) && waited < Patience)
            {
                await Task.Delay(Pause, ct);
            }
        }
    }

    // In a file of its own: the locked one cannot be read.
    private static string Holder(string pidFile) =>
        File.Exists(pidFile) && int.TryParse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture, out var pid) ? $" (process {pid})" : "";
}
