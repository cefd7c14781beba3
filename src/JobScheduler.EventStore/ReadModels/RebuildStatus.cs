using System.Text.Json.Serialization;

namespace JobScheduler.EventStore;

/// <summary>How a rebuild stands.</summary>
public enum RebuildState
{
    [JsonStringEnumMemberName("RUNNING")]
    Running,

    /// <summary>Whoever ran it is gone. The next rebuild goes on where it was.</summary>
    [JsonStringEnumMemberName("INTERRUPTED")]
    Interrupted,

    /// <summary>Compared with the live tables, and not swapped in, as asked for. The next rebuild goes on from there.</summary>
    [JsonStringEnumMemberName("COMPARED")]
    Compared,

    /// <summary>The rebuilt tables are the live ones.</summary>
    [JsonStringEnumMemberName("SWAPPED")]
    Swapped,

    /// <summary>Given up; the live tables are as they were.</summary>
    [JsonStringEnumMemberName("CANCELLED")]
    Cancelled,

    /// <summary>A projection could not be replayed; the live tables are as they were.</summary>
    [JsonStringEnumMemberName("FAILED")]
    Failed,
}

/// <summary>A read model's last rebuild.</summary>
/// <param name="Events">Events replayed so far.</param>
/// <param name="Position">The sequence reached.</param>
/// <param name="HighWaterMark">The sequence that the log had reached by then.</param>
/// <param name="ResumedFrom">The sequence that it went on from, when it was interrupted before; <c>null</c>: it began at the log's beginning.</param>
/// <param name="UpdatedAt">When it last got on, or ended.</param>
/// <param name="ComparedAt">The sequence at which live and rebuilt tables were compared; <c>null</c>: not yet.</param>
/// <param name="Tables">The comparison, a table each; empty: not yet.</param>
/// <param name="Error">Why it failed; else <c>null</c>.</param>
public sealed record RebuildStatus(
    string ReadModel,
    RebuildState State,
    long Events,
    long Position,
    long HighWaterMark,
    long? ResumedFrom,
    DateTimeOffset StartedAt,
    DateTimeOffset UpdatedAt,
    long? ComparedAt,
    IReadOnlyList<TableDifference> Tables,
    string? Error);

/// <summary>The rebuild was given up, because somebody asked for that.</summary>
public sealed class RebuildCancelledException(string readModel)
    : InvalidOperationException($"The rebuild of the read model '{readModel}' was cancelled.");
