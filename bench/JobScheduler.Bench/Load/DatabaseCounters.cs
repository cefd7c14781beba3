using Npgsql;

namespace JobScheduler.Bench.Load;

/// <summary>What PostgreSQL has done so far for one database.</summary>
internal sealed record DatabaseCounters(long Commits, long WalBytes, long DeadTuples, TimeSpan ProcessorTime)
{
    public static async Task<DatabaseCounters> ReadAsync(NpgsqlDataSource dataSource)
    {
        await using var command = dataSource.CreateCommand(
            """
            select (select xact_commit from pg_stat_database where datname = current_database()),
                   (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint,
                   (select coalesce(sum(n_tup_upd + n_tup_del), 0)::bigint from pg_stat_user_tables),
                   array(select pid from pg_stat_activity)
            """);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), ProcessorTimeOf(reader.GetFieldValue<int[]>(3)));
    }

    public static DatabaseCounters operator -(DatabaseCounters now, DatabaseCounters before) => new(
        now.Commits - before.Commits, now.WalBytes - before.WalBytes, now.DeadTuples - before.DeadTuples, now.ProcessorTime - before.ProcessorTime);

    /// <summary>Of the backends that are there now: those of pools stay for the whole measurement.</summary>
    private static TimeSpan ProcessorTimeOf(int[] pids)
    {
        var ticks = 0L;
        foreach (var pid in pids)
        {
            var stat = $"/proc/{pid}/stat";
            if (!File.Exists(stat)) continue;
            // After the command's closing bracket: state is field 3, user and system time are 14 and 15, in 1/100 s (proc(5)).
            var fields = File.ReadAllText(stat).Split(") ")[^1].Split(' ');
            ticks += long.Parse(fields[11], System.Globalization.CultureInfo.InvariantCulture) + long.Parse(fields[12], System.Globalization.CultureInfo.InvariantCulture);
        }

        return TimeSpan.FromMilliseconds(ticks * 10);
    }
}
