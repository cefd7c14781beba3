namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>
/// Who the server runs as. PostgreSQL refuses to run as root, so a host that does starts it as the owner of the existing cluster,
/// else as <c>postgres</c> if the machine has that account, else as <c>nobody</c>. Any other host runs it as itself.
/// </summary>
/// <param name="Name">Null for the host's own account.</param>
/// <param name="Prefix">The command that runs the rest of its line as that account.</param>
internal sealed record ServerAccount(string? Name, IReadOnlyList<string> Prefix)
{
    public static async Task<ServerAccount> ForAsync(PostgresCluster cluster, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess) return new ServerAccount(null, []);

        var owner = cluster.Exists ? await OwnerAsync(cluster.Directory, ct) : null;
        string[] names = owner is not null and not "root" ? [owner] : ["postgres", "nobody"];
        foreach (var name in names)
            if (await ForAsync(name, ct) is { } account)
                return account;

        throw new EmbeddedPostgresException(
            $"PostgreSQL does not run as root, and nothing here can start it as {string.Join(" or ", names)} (setpriv, runuser or su): "
            + $"run the host as an ordinary user, or {EmbeddedPostgresException.UseYourOwn}.");
    }

    public string[] Run(params IEnumerable<string> command) => [.. Prefix, .. command];

    /// <summary>Gives an empty folder, or all of a cluster that root has restored, to the account.</summary>
    public async Task OwnAsync(string path, CancellationToken ct)
    {
        if (Name is null || await OwnerAsync(path, ct) == Name) return;
        var chown = await Command.RunAsync(["chown", "-hR", Name, path], ct);
        if (!chown.Succeeded) throw new EmbeddedPostgresException($"{path} could not be given to the user {Name}: {chown.Said}");
    }

    /// <exception cref="EmbeddedPostgresException">The account cannot enter the directory.</exception>
    public async Task EnsureReachesAsync(string directory, CancellationToken ct)
    {
        var enter = await Command.RunAsync(Run("sh", "-c", "cd \"$1\"", "sh", directory), ct);
        if (!enter.Succeeded)
            throw new EmbeddedPostgresException(
                $"PostgreSQL runs as the user {Name} when the host runs as root, and {Name} cannot enter {directory}: choose a directory "
                + $"below folders that all may enter with {EmbeddedPostgresException.DataDirectorySetting} (such as /var/lib/jobscheduler), "
                + $"run the host as an ordinary user, or {EmbeddedPostgresException.UseYourOwn}.");
    }

    private static async Task<ServerAccount?> ForAsync(string name, CancellationToken ct)
    {
        var group = await Command.RunAsync(["id", "-g", name], ct);
        if (!group.Succeeded) return null;

        string[][] ways =
        [
            ["setpriv", "--reuid", name, "--regid", group.Output, "--init-groups"],
            ["runuser", "-u", name, "--"],
            ["su", name, "-s", "/bin/sh", "-c", "exec \"$@\"", "--", "sh"],
        ];
        foreach (var way in ways)
            if (Command.Find(way[0]) is { } tool && (await Command.RunAsync([tool, .. way[1..], "true"], ct)).Succeeded)
                return new ServerAccount(name, [tool, .. way[1..]]);
        return null;
    }

    // The third field of `ls -ld` is the owner everywhere; stat's options differ between systems.
    private static async Task<string?> OwnerAsync(string path, CancellationToken ct) =>
        (await Command.RunAsync(["ls", "-ld", path], ct)).Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2);
}
