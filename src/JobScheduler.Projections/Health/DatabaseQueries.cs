using Npgsql;

namespace JobScheduler.Projections.Health;

/// <summary>What PostgreSQL says of itself and of who is connected.</summary>
public sealed class DatabaseQueries(NpgsqlDataSource dataSource, string schema)
{
    /// <summary>The names of nodes' sessions begin so, unless the connection string names them.</summary>
    public const string SessionPrefix = "JobScheduler ";

    public async Task<DatabaseFacts> DescribeAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            """
            select split_part(current_setting('server_version'), ' ', 1), pg_database_size(current_database()),
                   (select count(*) from pg_stat_activity where backend_type = 'client backend'), current_setting('max_connections')::int,
                   pg_postmaster_start_time()
            """);
        return (await command.ReadAllAsync(
            r => new DatabaseFacts(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt32(3), r.GetFieldValue<DateTimeOffset>(4)), cancellation)).Single();
    }

    /// <summary>The nodes that are connected to this database, the one that schedules first.</summary>
    public async Task<IReadOnlyList<ConnectedNode>> NodesAsync(CancellationToken cancellation)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            with lease as materialized (
                select pid from pg_locks
                where locktype = 'advisory' and granted and objsubid = 1
                  and database = (select oid from pg_database where datname = current_database())
                  and (classid::bigint << 32) | objid::bigint = hashtextextended('{schema}.scheduler', 0))
            select application_name, host(client_addr), count(*), min(backend_start),
                   bool_or(pid in (select pid from lease)), application_name = current_setting('application_name')
            from pg_stat_activity
            where datname = current_database()
              and (starts_with(application_name, $1) or application_name = current_setting('application_name') or pid in (select pid from lease))
            group by 1, 2
            order by 5 desc, 1, 2
            """);
        command.Parameters.Add(new() { Value = SessionPrefix });
        return await command.ReadAllAsync(
            r => new ConnectedNode(
                r.GetString(0) is var name && name.StartsWith(SessionPrefix, StringComparison.Ordinal) ? name[SessionPrefix.Length..] : name,
                r.GetNullable<string>(1),
                r.GetInt64(2),
                r.GetFieldValue<DateTimeOffset>(3),
                r.GetBoolean(4),
                r.GetBoolean(5)),
            cancellation);
    }
}

/// <param name="Version">Such as <c>17.2</c>.</param>
/// <param name="Connections">Of all clients, to all databases.</param>
public sealed record DatabaseFacts(string Version, long SizeBytes, long Connections, int MaxConnections, DateTimeOffset StartedAt);

/// <param name="Name">Machine and process, or what the connection string says.</param>
/// <param name="Address"><c>null</c>: on the machine of PostgreSQL, by a Unix socket.</param>
/// <param name="Since">Since when its oldest connection stands.</param>
/// <param name="Schedules">Whether it holds the lease.</param>
/// <param name="IsThis">Whether it is the node that asks; also others, when the connection string names them all the same.</param>
public sealed record ConnectedNode(string Name, string? Address, long Connections, DateTimeOffset Since, bool Schedules, bool IsThis);
