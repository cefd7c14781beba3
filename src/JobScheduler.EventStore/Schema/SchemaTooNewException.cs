namespace JobScheduler.EventStore;

/// <summary>The database was upgraded by a newer program; this one must not touch it.</summary>
public sealed class SchemaTooNewException(string module, int databaseVersion, int knownVersion) : InvalidOperationException(
    $"The database has version {databaseVersion} of the schema module '{module}', "
    + $"this program knows up to {knownVersion}. Run a newer program.")
{
    public string Module { get; } = module;

    public int DatabaseVersion { get; } = databaseVersion;

    public int KnownVersion { get; } = knownVersion;
}
