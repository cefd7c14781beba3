using System.Globalization;
using Npgsql;

namespace JobScheduler.Bench.Load;

/// <summary>What PostgreSQL has done so far: commits and dead tuples in one database, WAL and processor time in all.</summary>
/// <param name="Commits">Of all transactions, also those that only read, take a notification or reset a connection.</param>
internal sealed record DatabaseCounters(long Commits, long WalBytes, long DeadTuples, TimeSpan ProcessorTime)
{
    /// <summary>
    /// Backends report their statistics once a second, and after a while without work up to 10 s later: the counts of a measurement that
    /// begins sooner than that after other work take it in. The first read also opens the connection: make one ahead.
    /// </summary>
    public static async Task<DatabaseCounters> ReadAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand(
            """
            select (select xact_commit from pg_stat_database where datname = current_database()),
                   (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint,
                   (select coalesce(sum(n_tup_upd + n_tup_del), 0)::bigint from pg_stat_user_tables),
                   pg_backend_pid()
            """);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), ProcessorTimeOf(reader.GetInt32(3)));
    }

    /// <summary>The difference, less the one commit that the earlier read itself was.</summary>
    public static DatabaseCounters operator -(DatabaseCounters now, DatabaseCounters before) => new(
        now.Commits - before.Commits - 1, now.WalBytes - before.WalBytes, now.DeadTuples - before.DeadTuples, now.ProcessorTime - before.ProcessorTime);

    /// <summary>
    /// Of the whole server: the postmaster, its children, and those of its children that have ended, such as autovacuum's workers.
    /// </summary>
    private static TimeSpan ProcessorTimeOf(int backend)
    {
        if (!OperatingSystem.IsLinux() || Stat.Of(backend) is not { Parent: var postmaster } || Stat.Of(postmaster) is not { } root) return TimeSpan.Zero;
        var children = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Stat.Of(id) : null)
            .Where(stat => stat?.Parent == postmaster);
        return TimeSpan.FromMilliseconds((root.OwnTicks + root.EndedChildrenTicks + children.Sum(c => c!.OwnTicks)) * 10);
    }

    /// <summary>From proc(5); times are user and system together, in 1/100 s.</summary>
    private sealed record Stat(int Parent, long OwnTicks, long EndedChildrenTicks)
    {
        /// <summary><c>null</c> when there is no such process, or no longer.</summary>
        public static Stat? Of(int process)
        {
            try
            {
                // After the command's closing bracket come the fields from 3 on: the parent is 4, the times are 14 to 17.
                var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
                long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
                return new((int)Field(4), Field(14) + Field(15), Field(16) + Field(17));
            }
            catch (IOException)
            {
                return null;
            }
        }
    }
}
