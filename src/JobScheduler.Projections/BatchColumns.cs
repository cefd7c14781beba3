using Npgsql;
using NpgsqlTypes;

namespace JobScheduler.Projections;

/// <summary>Columns of rows as array parameters, for set-based statements over <c>unnest</c>.</summary>
internal static class BatchColumns
{
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
    }

    public static NpgsqlParameter Column<TRow, T>(this IReadOnlyCollection<TRow> rows, NpgsqlDbType type, Func<TRow, T> value)
    {
        var values = new T[rows.Count];
        var i = 0;
        foreach (var row in rows) values[i++] = value(row);
        return new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
