using Npgsql;

namespace JobScheduler.EventStore;

/// <summary>
/// The feed of some types of event. Looks at the log itself for one to two stretches, which fills the page of a frequent type and
/// reaches the end for who follows at the head; from there on the directory says where to look, as far as it reaches, and then it is the
/// log again.
/// </summary>
internal sealed class TypedFeed(NpgsqlDataSource dataSource, EventSelect select, EventDirectory directory)
{
    /// <summary>Bounds what is asked for at once, whatever the page's limit.</summary>
    private const int MostAtOnce = 2_000;

    private readonly string _between = $"{select.Sql} where seq_id > $1 and seq_id < $4 and type = any($3) order by seq_id limit $2";
    private readonly string _listed = $"{select.Sql} where seq_id = any($1) and type = any($3) order by seq_id limit $2";
    private readonly string _after = $"{select.Sql} where seq_id > $1 and type = any($3) order by seq_id limit $2";

    /// <summary>
    /// The page's position rests on the order of <see cref="EventSelect.WithMarkAsync"/>: the mark is asked for before all else, and
    /// everything from <paramref name="after"/> on has been looked at since, in the log or by the directory, whose stretches do not change.
    /// </summary>
    public async Task<FeedPage> PageAsync(long after, IReadOnlyCollection<string> eventTypes, int limit, CancellationToken cancellationToken)
    {
        string[] types = [.. eventTypes.Distinct()];
        var stretch = (after / directory.Shape.Stretch) + 2;
        var near = Between(after, directory.Shape.FirstOf(stretch), types, limit);
        var (mark, events) = await select.WithMarkAsync(dataSource, near, cancellationToken);
        var reachedEnd = mark < directory.Shape.FirstOf(stretch);
        while (events.Count < limit && !reachedEnd)
        {
            var wanted = Math.Min(limit - events.Count, MostAtOnce);
            var extract = await directory.ExtractAsync(types, stretch, wanted, cancellationToken);
            reachedEnd = extract.Events < wanted;
            stretch = reachedEnd ? Math.Max(stretch, extract.End) : extract.Entries[^1].Stretch + 1;
            // What was described may have been removed from the log: only what is found counts.
            events.AddRange(await FetchAsync(extract.Entries, reachedEnd ? stretch : null, types, limit - events.Count, cancellationToken));
        }

        return FeedPage.Of(events, after, limit, mark);
    }

    /// <summary>The first events of what entries describe and, if it is given, of all from a stretch on, in log order.</summary>
    private async Task<IEnumerable<StoredEvent>> FetchAsync(
        IReadOnlyList<DirectoryEntry> entries, long? onFrom, string[] types, int limit, CancellationToken cancellationToken)
    {
        var shape = directory.Shape;
        var scanned = entries.Where(entry => entry.Sequences is null).Select(entry => entry.Stretch).ToHashSet();
        long[] listed = [.. entries.Where(entry => !scanned.Contains(entry.Stretch)).SelectMany(entry => entry.Sequences!)];
        await using var batch = dataSource.CreateBatch();
        foreach (var stretch in scanned)
            batch.BatchCommands.Add(Between(shape.FirstOf(stretch) - 1, shape.FirstOf(stretch + 1), types, limit));
        if (listed.Length > 0) batch.BatchCommands.Add(Of(_listed, new NpgsqlParameter<long[]> { TypedValue = listed }, types, limit));
        if (onFrom is { } first)
            batch.BatchCommands.Add(Of(_after, new NpgsqlParameter<long> { TypedValue = shape.FirstOf(first) - 1 }, types, limit));

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var found = new List<StoredEvent>();
        do
        {
            while (await reader.ReadAsync(cancellationToken)) found.Add(select.Read(reader));
        }
        while (await reader.NextResultAsync(cancellationToken));
        return found.OrderBy(stored => stored.Sequence).Take(limit);
    }

    private NpgsqlBatchCommand Between(long after, long before, string[] types, int limit)
    {
        var command = Of(_between, new NpgsqlParameter<long> { TypedValue = after }, types, limit);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before });
        return command;
    }

    private static NpgsqlBatchCommand Of(string sql, NpgsqlParameter where, string[] types, int limit) => new(sql)
    {
        Parameters = { where, new NpgsqlParameter<int> { TypedValue = limit }, new NpgsqlParameter<string[]> { TypedValue = types } },
    };
}
