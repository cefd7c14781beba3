using System.Globalization;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>
/// What the private server is told beyond PostgreSQL's defaults. <c>fsync</c>, <c>synchronous_commit</c> and <c>full_page_writes</c>
/// are not among it: an answered request survives a crash because they stay on.
/// </summary>
internal static class PostgresSettings
{
    public static IReadOnlyDictionary<string, string> For(int port, IReadOnlyDictionary<string, string> overrides)
    {
        var settings = new Dictionary<string, string>
        {
            // Reached by this machine alone, and only over TCP: a socket's path has a limit that a deep directory exceeds.
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = "",
            ["password_encryption"] = "scram-sha-256",

            // The host's pools together stay below; a session that waits costs little.
            ["max_connections"] = "100",

            // The ends of the logs and of their indexes, which every claim touches, stay in memory. Small beside any machine's.
            ["shared_buffers"] = "256MB",

            // An append-heavy load: fewer checkpoints mean fewer full-page images, and 2 GB is still replayed within the start timeout.
            ["max_wal_size"] = "2GB",
            ["min_wal_size"] = "256MB",
            ["wal_compression"] = "on",

            // Short statements over small result sets: compiling them costs more than it saves, and the disks are solid state.
            ["jit"] = "off",
            ["random_page_cost"] = "1.1",

            // Instants print alike on every machine.
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",

            // A week of logs: a file a weekday, overwritten by the next. Terse, because a detail can quote a row's values.
            // The SQLSTATE in the prefix is what PostgresLauncher recognises a busy directory by.
            ["logging_collector"] = "on",
            ["log_directory"] = PostgresCluster.LogFolder,
            ["log_filename"] = "postgres-%a.log",
            ["log_rotation_age"] = "1d",
            ["log_rotation_size"] = "0",
            ["log_truncate_on_rotation"] = "on",
            ["log_line_prefix"] = "%m [%p] %e ",
            ["log_error_verbosity"] = "terse",
            ["cluster_name"] = "jobscheduler",
        };
        foreach (var (name, value) in overrides) settings[name] = value;
        return settings;
    }
}
