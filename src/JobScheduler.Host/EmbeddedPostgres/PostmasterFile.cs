using System.Globalization;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>
/// <c>postmaster.pid</c>, in which a running server says who it is and how far it has come
/// (its lines: pid, data directory, start time, port, socket directory, listen address, shared memory, status).
/// </summary>
internal sealed record PostmasterFile(int ProcessId, string? StartedAt, int? Port, string? Status)
{
    public bool IsReady => Status == "ready";

    /// <summary>Null without a server, or while the file is still being written.</summary>
    public static PostmasterFile? Read(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        return Number(lines, 0) is { } pid
            ? new PostmasterFile(pid, lines.ElementAtOrDefault(2), Number(lines, 3), lines.ElementAtOrDefault(7)?.Trim())
            : null;
    }

    private static int? Number(string[] lines, int index) =>
        int.TryParse(lines.ElementAtOrDefault(index), NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : null;
}
