using System.Globalization;
using System.Text.RegularExpressions;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>PostgreSQL's programs of one installation.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The oldest that has all the SQL this product uses (<c>DROP DATABASE … WITH (FORCE)</c>).</summary>
    public const int OldestMajor = 13;

    private static readonly (string Root, string Pattern)[] UsualPlaces =
    [
        ("/usr/lib/postgresql", "*"), // Debian, Ubuntu
        ("/usr", "pgsql-*"), // PostgreSQL's own packages for Fedora and its kin
        ("/opt/homebrew/opt", "postgresql@*"),
        ("/usr/local/opt", "postgresql@*"),
    ];

    public string Postgres => Path.Combine(Folder, "postgres");

    public string InitDb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>
    /// The installation that made an existing cluster (<paramref name="clusterMajor"/>), or, without one, the first in order: the
    /// given folder alone if there is one, else PATH, then the usual places from the highest version down.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">None is there, or none of the cluster's version.</exception>
    public static async Task<PostgresBinaries> FindAsync(string? givenFolder, int? clusterMajor, string directory, CancellationToken ct)
    {
        var folders = givenFolder is not null ? [givenFolder] : Command.Folders.Concat(UsualFolders());
        var found = new List<PostgresBinaries>();
        foreach (var folder in folders)
            if (await ReadAsync(folder, ct) is { Major: >= OldestMajor } binaries)
                found.Add(binaries);

        if (found.Count == 0)
            throw new EmbeddedPostgresException(givenFolder is not null
                ? $"No PostgreSQL {OldestMajor} or later in {givenFolder} (it needs initdb, postgres and pg_ctl): correct "
                  + $"{EmbeddedPostgresException.BinDirectorySetting}, or {EmbeddedPostgresException.UseYourOwn}."
                : "No PostgreSQL on this machine: install it (apt-get install postgresql, brew install postgresql@17), name its folder in "
                  + $"{EmbeddedPostgresException.BinDirectorySetting}, or {EmbeddedPostgresException.UseYourOwn}.");

        return found.Find(binaries => clusterMajor is null || binaries.Major == clusterMajor) ?? throw new EmbeddedPostgresException(
            $"The data in {directory} was made by PostgreSQL {clusterMajor}, and this machine has only "
            + $"{string.Join(", ", found.Select(f => f.Major).Distinct())}: install PostgreSQL {clusterMajor}, choose another directory with "
            + $"{EmbeddedPostgresException.DataDirectorySetting}, or {EmbeddedPostgresException.UseYourOwn}.");
    }

    private static IEnumerable<string> UsualFolders() =>
        from place in UsualPlaces
        where Directory.Exists(place.Root)
        from installation in Directory.EnumerateDirectories(place.Root, place.Pattern)
        orderby int.TryParse(TrailingNumber.Match(installation).Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0 descending
        select Path.Combine(installation, "bin");

    private static async Task<PostgresBinaries?> ReadAsync(string folder, CancellationToken ct)
    {
        var binaries = new PostgresBinaries(Path.GetFullPath(folder), 0);
        if (!File.Exists(binaries.Postgres) || !File.Exists(binaries.InitDb) || !File.Exists(binaries.PgCtl)) return null;
        var answer = await Command.RunAsync([binaries.Postgres, "--version"], ct); // "postgres (PostgreSQL) 17.2 (Debian …)"
        var version = VersionNumber.Match(answer.Output);
        return version.Success ? binaries with { Major = int.Parse(version.Groups[1].ValueSpan, CultureInfo.InvariantCulture) } : null;
    }

    [GeneratedRegex(@"\d+$")]
    private static partial Regex TrailingNumber { get; }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionNumber { get; }
}
