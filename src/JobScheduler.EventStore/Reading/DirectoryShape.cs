namespace JobScheduler.EventStore;

/// <summary>
/// How the event directory divides the log. One for all hosts and all time: rows of another stretch would be misread, so whoever changes
/// it empties the table in a schema script.
/// </summary>
/// <param name="Stretch">Sequences that are described together, from 1. Reading 4,096 events takes PostgreSQL one to two milliseconds.</param>
/// <param name="MostListed">
/// Events of a type that are listed one by one, at most, from 0. Of a type that makes up more than a thirty-second of a stretch, reading
/// the stretch costs no more than finding its events by their keys.
/// </param>
/// <param name="AtOnce">Stretches that are described in one transaction, at most, from 1.</param>
internal sealed record DirectoryShape(int Stretch = 4_096, int MostListed = 128, int AtOnce = 2)
{
    /// <summary>The first sequence of a stretch.</summary>
    public long FirstOf(long stretch) => stretch > long.MaxValue / Stretch ? long.MaxValue : stretch * Stretch;
}
