using System.Text.Json;
using JobScheduler.EventStore;

namespace JobScheduler.Host.Dashboard.Projections;

/// <summary>A row that live and rebuilt table do not share, or in which they differ.</summary>
/// <param name="Key">What it is found by, such as <c>id 0198…</c>.</param>
/// <param name="Columns">Those that differ; of a row of one side only, all.</param>
internal sealed record RowComparison(string Key, RowSide Side, IReadOnlyList<ColumnComparison> Columns)
{
    /// <summary>The columns that name a row in the read models' tables.</summary>
    private static readonly string[] Keys = ["id", "job_id", "alert_id"];

    /// <summary>Pairs the rows of the two sides; as these are samples, a row's other side may be missing from them.</summary>
    public static IReadOnlyList<RowComparison> Of(IReadOnlyList<RowDifference> samples)
    {
        var rows = samples.Select(s => (s.OnlyInLive, Columns: Parse(s.Row))).ToList();
        return [.. rows.GroupBy(r => KeyOf(r.Columns)).Select(g => Compare(
            g.Key, g.FirstOrDefault(r => r.OnlyInLive).Columns, g.FirstOrDefault(r => !r.OnlyInLive).Columns))];
    }

    private static RowComparison Compare(string key, Dictionary<string, string>? live, Dictionary<string, string>? rebuilt)
    {
        var columns = (live ?? rebuilt)!.Keys
            .Select(name => new ColumnComparison(name, live?.GetValueOrDefault(name), rebuilt?.GetValueOrDefault(name)))
            .Where(c => c.Live != c.Rebuilt);
        return new(key, live is null ? RowSide.Rebuilt : rebuilt is null ? RowSide.Live : RowSide.Both, [.. columns]);
    }

    private static string KeyOf(Dictionary<string, string> row) =>
        Keys.FirstOrDefault(row.ContainsKey) is { } key ? $"{key} {row[key]}" : string.Join(", ", row.Take(2).Select(c => $"{c.Key} {c.Value}"));

    private static Dictionary<string, string> Parse(string row)
    {
        using var json = JsonDocument.Parse(row);
        return Members("", json.RootElement).ToDictionary();
    }

    /// <summary>Of JSON in a column, each member by itself: what differs is mostly one of them.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Members(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object when value.EnumerateObject().Any() =>
            value.EnumerateObject().SelectMany(m => Members(name.Length == 0 ? m.Name : $"{name}.{m.Name}", m.Value)),
        JsonValueKind.Null => [new(name, "null")],
        _ => [new(name, value.ToString())],
    };
}

/// <summary>On which side a row was found.</summary>
internal enum RowSide
{
    Both,
    Live,
    Rebuilt,
}

/// <param name="Live">As it was; <c>null</c>: the row is not there.</param>
/// <param name="Rebuilt">As the log says; <c>null</c>: the row is not there.</param>
internal sealed record ColumnComparison(string Name, string? Live, string? Rebuilt);
