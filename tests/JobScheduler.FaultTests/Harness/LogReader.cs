using System.Text.Json;
using JobScheduler.Checker;
using JobScheduler.Domain;
using Npgsql;

namespace JobScheduler.FaultTests;

/// <summary>Reads the log from its table, past the product's own reader.</summary>
internal static class LogReader
{
    private static readonly Dictionary<string, CatalogedEvent> Events = EventCatalog.All.ToDictionary(e => e.Name);

    /// <param name="jobs">Only what is of these jobs; <c>null</c>: everything.</param>
    public static async Task<IReadOnlyList<LogEntry>> ReadAsync(NpgsqlDataSource source, IReadOnlyCollection<Guid>? jobs = null)
    {
        await using var command = source.CreateCommand(
            """
            select seq_id, stream_id, version, timestamp, type, data from jobscheduler.mt_events
            where $1::uuid[] is null or stream_id = any($1) or (data->>'jobId')::uuid = any($1)
            order by seq_id
            """);
        command.Parameters.Add(new() { Value = jobs?.ToArray() ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Uuid });
        await using var reader = await command.ExecuteReaderAsync();
        var log = new List<LogEntry>();
        while (await reader.ReadAsync())
        {
            var data = JsonSerializer.Deserialize(reader.GetString(5), Events[reader.GetString(4)].JsonTypeInfo)!;
            log.Add(new(reader.GetInt64(0), reader.GetGuid(1), reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3), data));
        }

        return log;
    }
}
