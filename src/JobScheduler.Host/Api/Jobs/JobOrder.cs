using System.Buffers.Text;
using System.Globalization;
using System.Text;
using JobScheduler.Host.Api.Requests;
using JobScheduler.Projections.Jobs;
using Microsoft.OpenApi;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>The order of a listing: a column, and with <c>-</c> before it the greatest first.</summary>
internal readonly record struct JobOrder(JobSort Sort, bool Descending)
{
    public static readonly JobOrder Newest = new(JobSort.Created, Descending: true);

    private static readonly Dictionary<string, JobOrder> Known = Enum.GetValues<JobSort>()
        .SelectMany(sort => new[] { new JobOrder(sort, false), new JobOrder(sort, true) })
        .ToDictionary(order => order.ToString());

    public static readonly RequestField<JobOrder?> Field = new(
        "sort",
        ParameterLocation.Query,
        $"The order; with - before it the greatest first. Default {Newest}.",
        () => new() { Type = JsonSchemaType.String, Enum = [.. Known.Keys.Select(k => System.Text.Json.Nodes.JsonValue.Create(k))] },
        $"Give one of {string.Join(", ", Known.Keys)}.",
        (string text, out JobOrder? order) => (order = Known.TryGetValue(text, out var known) ? known : null) is not null);

    public override string ToString() => (Descending ? "-" : "") + Sort.ToString().ToLowerInvariant();
}

/// <summary>Where a page ended, as opaque text: the order, the last job's key in it, and its id.</summary>
internal static class JobCursor
{
    public static string Of(JobRow last, JobOrder order)
    {
        var key = order.Sort switch
        {
            JobSort.Created => "",
            JobSort.Updated => last.UpdatedAt.UtcTicks.ToString(CultureInfo.InvariantCulture),
            JobSort.Name => last.Definition.Name ?? "",
            _ => throw new InvalidOperationException($"Unknown sort {order.Sort}."),
        };
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{order} {last.Id:N} {key}"));
    }

    /// <summary><c>null</c> when it is not a cursor of this order.</summary>
    public static JobKey? Read(string cursor, JobOrder order)
    {
        if (!Base64Url.IsValid(cursor)) return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split(' ', 3);
        if (parts.Length != 3 || parts[0] != order.ToString() || !Guid.TryParseExact(parts[1], "N", out var id)) return null;
        return order.Sort switch
        {
            JobSort.Created => new(id, id),
            JobSort.Updated => long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.Ticks
                ? new(new DateTimeOffset(ticks, TimeSpan.Zero), id)
                : null,
            _ => parts[2].Contains('\0', StringComparison.Ordinal) ? null : new(parts[2], id),
        };
    }
}
