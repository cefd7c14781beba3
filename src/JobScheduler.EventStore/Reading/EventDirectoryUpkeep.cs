using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobScheduler.EventStore;

/// <summary>
/// Writes the event directory behind the log: a few stretches in a transaction of a few milliseconds, then twice as long nothing, so that
/// a large log is caught up with on a third of a core at the most. Without a complete stretch to write it waits. Each process may run
/// one; they take turns, and one's work is the others' too.
/// </summary>
/// <param name="store">Whose log.</param>
/// <param name="quiet">Awaited before each transaction, for work that should not be disturbed; null: at once.</param>
/// <param name="logger">Null for none.</param>
public sealed class EventDirectoryUpkeep(PostgresEventStore store, Func<Task>? quiet = null, ILogger<EventDirectoryUpkeep>? logger = null)
{
    private readonly ILogger _logger = logger ?? NullLogger<EventDirectoryUpkeep>.Instance;

    /// <summary>
    /// From a stretch's completion to its description, so that several share a commit. What was appended meanwhile is read from the log
    /// itself. From 0; the default is 5 s.
    /// </summary>
    internal TimeSpan Gather { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often to look even though nothing was announced. More than 0; the default is a minute.</summary>
    internal TimeSpan PollInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The wait after a failure, e.g. while PostgreSQL cannot be reached. From 0; the default is 5 s.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Runs until cancelled, then returns. What fails is logged and tried again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is: feeds are right without the directory, and the log says why they are slow.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _logger.LogWarning(exception, "The event directory could not be written, trying again in {Delay}", RetryDelay);
                await Task.Delay(RetryDelay, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        if (quiet is not null) await quiet().WaitAsync(cancellationToken);
        var begun = TimeProvider.System.GetTimestamp();
        var step = await store.Directory.StepAsync(cancellationToken);
        if (step.End < step.Complete)
        {
            await Task.Delay(2 * TimeProvider.System.GetElapsedTime(begun), cancellationToken);
            return;
        }

        var lastOfNext = store.Directory.Shape.FirstOf(step.Complete + 1) - 1;
        await store.Signal.WaitAsync(lastOfNext, null, PollInterval, cancellationToken);
        await Task.Delay(Gather, cancellationToken);
    }
}
