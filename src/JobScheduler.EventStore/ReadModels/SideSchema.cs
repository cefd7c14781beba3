using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>The tables of a read model a second time, in a schema of their own beside the live one.</summary>
internal sealed class SideSchema(string live, ReadModel model)
{
    private const int Samples = 20;

    public string Name { get; } = $"{live}_rebuild_{model.Name}";

    /// <summary>
    /// Creates the tables empty, with the live ones' columns, defaults, keys, checks, indexes (names included) and storage parameters.
    /// </summary>
    /// <exception cref="InvalidOperationException">A live table has what a copy would lose: a foreign key or a trigger.</exception>
    public async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await RefuseWhatWouldBeLostAsync(connection, cancellationToken);
        await ExecuteAsync(connection, $"drop schema if exists {Name} cascade; create schema {Name}", cancellationToken);
        foreach (var table in model.Tables)
        {
            await ExecuteAsync(connection, $"create table {Name}.{table} (like {live}.{table} including all)", cancellationToken);
            foreach (var statement in await FinishingTouchesAsync(connection, table, cancellationToken))
                await ExecuteAsync(connection, statement, cancellationToken);
        }
    }

    /// <summary>Whether all the tables are there, from a rebuild that was interrupted.</summary>
    public async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select bool_and(to_regclass(name) is not null) from unnest($1) as name", connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. model.Tables.Select(table => $"{Name}.{table}")] });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Gives the planner its figures before the tables go live.</summary>
    public async Task AnalyzeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in model.Tables) await ExecuteAsync(connection, $"analyze {Name}.{table}", cancellationToken);
    }

    public async Task<IReadOnlyList<TableDifference>> CompareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var differences = new List<TableDifference>();
        foreach (var table in model.Tables)
        {
            var (onlyInLive, liveSamples) = await ExceptAsync(connection, live, Name, table, cancellationToken);
            var (onlyInRebuilt, rebuiltSamples) = await ExceptAsync(connection, Name, live, table, cancellationToken);
            await using var count = new NpgsqlCommand($"select count(*) from {Name}.{table}", connection) { CommandTimeout = 0 };
            differences.Add(new(
                table,
                (long)(await count.ExecuteScalarAsync(cancellationToken))!,
                onlyInLive,
                onlyInRebuilt,
                [
                    .. liveSamples.Select(row => new RowDifference(OnlyInLive: true, row)),
                    .. rebuiltSamples.Select(row => new RowDifference(OnlyInLive: false, row)),
                ]));
        }

        return differences;
    }

    /// <summary>Puts the tables in the place of the live ones, within the caller's transaction.</summary>
    public async Task SwapAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in model.Tables)
            await ExecuteAsync(connection, $"drop table {live}.{table}; alter table {Name}.{table} set schema {live}", cancellationToken);
        await ExecuteAsync(connection, $"drop schema {Name}", cancellationToken);
    }

    public Task DropAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, $"drop schema if exists {Name} cascade", cancellationToken);

    /// <summary><c>except all</c>, so that a row that stands there twice counts too.</summary>
    private static async Task<(long Count, string[] Samples)> ExceptAsync(
        NpgsqlConnection connection, string left, string right, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with difference as materialized (select * from {left}.{table} except all select * from {right}.{table})
            select (select count(*) from difference),
                   array(select to_jsonb(difference)::text from difference limit {Samples})
            """, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetFieldValue<string[]>(1));
    }

    private async Task RefuseWhatWouldBeLostAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select conname from pg_constraint
            where contype = 'f' and (conrelid = any($1::text[]::regclass[]) or confrelid = any($1::text[]::regclass[]))
            union all
            select tgname from pg_trigger where not tgisinternal and tgrelid = any($1::text[]::regclass[])
            limit 1
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. model.Tables.Select(table => $"{live}.{table}")] });
        if (await command.ExecuteScalarAsync(cancellationToken) is string lost)
        {
            throw new InvalidOperationException(
                $"The read model '{model.Name}' cannot be rebuilt: its foreign key or trigger '{lost}' would be lost.");
        }
    }

    /// <summary>
    /// What <c>like … including all</c> leaves out: storage parameters, and the indexes' names, which it makes up. Indexes are paired by
    /// their definition and renamed by way of a name that cannot clash.
    /// </summary>
    private async Task<List<string>> FinishingTouchesAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with index as (
                select i.indrelid, c.relname as name, i.indisprimary, i.indisunique,
                       substring(pg_get_indexdef(i.indexrelid) from ' USING .*$') as definition,
                       row_number() over (
                           partition by i.indrelid, i.indisprimary, i.indisunique,
                                        substring(pg_get_indexdef(i.indexrelid) from ' USING .*$')
                           order by i.indexrelid) as nth
                from pg_index i join pg_class c on c.oid = i.indexrelid
                where i.indrelid in ($1::text::regclass, $2::text::regclass)
            ),
            pair as (
                select live.name as live, side.name as side, row_number() over (order by live.name) as n
                from index live join index side using (indisprimary, indisunique, definition, nth)
                where live.indrelid = $1::text::regclass and side.indrelid = $2::text::regclass
            )
            select 1, format('alter index %I.%I rename to %I', $3, side, 'rebuilt_index_' || n) from pair
            union all
            select 2, format('alter index %I.%I rename to %I', $3, 'rebuilt_index_' || n, live) from pair
            union all
            select 3, format('alter table %s set (%s = %L)', $2, split_part(option, '=', 1), substring(option from '=(.*)$'))
            from pg_class, unnest(reloptions) as option where oid = $1::text::regclass
            order by 1
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = $"{live}.{table}" },
                new NpgsqlParameter<string> { TypedValue = $"{Name}.{table}" },
                new NpgsqlParameter<string> { TypedValue = Name },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var statements = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) statements.Add(reader.GetString(1));
        return statements;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
