using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;
using JobScheduler.Host.Scheduling;
using Npgsql;

namespace JobScheduler.Host.Dispatching;

internal enum Recording
{
    /// <summary>The outcome is in the log.</summary>
    Recorded,

    /// <summary>Another node has recorded one before; this one is dropped.</summary>
    Superseded,

    /// <summary>The host ends, and the execution stays open.</summary>
    BrokenOff,
}

/// <summary>Appends what became of runs; the event store commits those of a moment together.</summary>
internal sealed class OutcomeRecorder(PostgresEventStore store, ILogger<OutcomeRecorder> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Tries until the outcome is in the log, or <paramref name="breakOff"/> is cancelled.</summary>
    public async Task<Recording> RecordAsync(Run run, ExecutionEvent outcome, CancellationToken breakOff)
    {
        while (!breakOff.IsCancellationRequested)
        {
            try
            {
                var appended = await store.AppendAsync(
                    run.ExecutionId, ExpectedVersion.Exactly(run.Version), [outcome], EventMetadata.None, CancellationToken.None);
                if (appended is AppendResult.Appended) return Recording.Recorded;
                logger.LogWarning("Execution {ExecutionId} has been recorded by another node; this outcome is dropped", run.ExecutionId);
                return Recording.Superseded;
            }
            catch (Exception e) when (e is EventStoreUnavailableException or NpgsqlException)
            {
                logger.LogWarning("The outcome of execution {ExecutionId} could not be recorded, trying again: {Reason}", run.ExecutionId, e.Message);
                await Task.Delay(Pause, breakOff).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (ObjectDisposedException)
            {
                return Recording.BrokenOff;
            }
        }

        return Recording.BrokenOff;
    }
}
