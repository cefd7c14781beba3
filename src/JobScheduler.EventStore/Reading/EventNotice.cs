using System.Globalization;

namespace JobScheduler.EventStore;

/// <summary>What a commit tells those who wait: how far the log reaches now and which types of stream were appended to.</summary>
internal sealed record EventNotice(long Sequence, IReadOnlyCollection<string> StreamTypes)
{
    public static EventNotice Of(List<StoredEvent> events)
    {
        var streamTypes = new HashSet<string>();
        foreach (var stored in events) streamTypes.Add(stored.Type.StreamType);
        return new(events[^1].Sequence, streamTypes);
    }

    /// <summary>The <c>NOTIFY</c> channel of a schema.</summary>
    public static string Channel(string schema) => $"{schema}_events";

    /// <summary>Null when the payload is not one of ours.</summary>
    public static EventNotice? Parse(string payload)
    {
        var space = payload.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && long.TryParse(payload.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new(sequence, payload[(space + 1)..].Split(','))
            : null;
    }

    /// <summary>As it goes over the channel: <c>123 execution,job</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence} {string.Join(',', StreamTypes)}");
}
