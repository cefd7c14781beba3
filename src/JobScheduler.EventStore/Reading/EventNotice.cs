using System.Globalization;

namespace JobScheduler.EventStore;

/// <summary>What a commit tells those who wait: how far the log reaches now and which types of event were appended.</summary>
internal sealed record EventNotice(long Sequence, IReadOnlyCollection<string> Types)
{
    public static EventNotice Of(List<StoredEvent> events)
    {
        var types = new HashSet<string>();
        foreach (var stored in events) types.Add(stored.Type.Name);
        return new(events[^1].Sequence, types);
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

    /// <summary>As it goes over the channel: <c>123 job_paused,job_renamed</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence} {string.Join(',', Types)}");
}
