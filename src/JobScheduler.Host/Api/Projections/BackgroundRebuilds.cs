using System.Collections.Concurrent;
using JobScheduler.EventStore;
using Npgsql;

namespace JobScheduler.Host.Api.Projections;

/// <summary>
/// The rebuilds that this node runs for those who do not wait for them. One that is under way when the host stops is interrupted; the
/// next that is asked for, on any node, goes on with it.
/// </summary>
internal sealed class BackgroundRebuilds(
    PostgresEventStore store, IHostApplicationLifetime lifetime, ILogger<BackgroundRebuilds> logger, ILogger<ReadModelRebuild> rebuildLogger)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Task, string> _running = [];

    public ReadModelRebuild Rebuild { get; } = new(store, rebuildLogger);

    /// <summary>Returns once it has begun.</summary>
    /// <exception cref="RebuildRunningException">The model is being rebuilt already.</exception>
    public async Task StartAsync(ReadModel model, bool swap)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = Task.Run(() => RunAsync(model, swap, begun));
        _running[running] = model.Name;
        _ = running.ContinueWith(ended => _running.TryRemove(ended, out _), TaskScheduler.Default);
        await await Task.WhenAny(begun.Task, running);
    }

    /// <summary>Waits for those that the host's stopping has interrupted.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task RunAsync(ReadModel model, bool swap, TaskCompletionSource begun)
    {
        try
        {
            var report = await Rebuild.RunAsync(model, new Begun(begun), swap, lifetime.ApplicationStopping);
            logger.LogInformation("The read model {ReadModel} was rebuilt in {Duration}: {Verdict}", model.Name, report.Duration, report.Equal ? "equal" : "rows differed");
        }
        catch (Exception e) when (begun.Task.IsCompleted && e is RebuildCancelledException or OperationCanceledException)
        {
            logger.LogInformation("The rebuild of the read model {ReadModel} was broken off: {Reason}", model.Name, e.Message);
        }
        catch (NpgsqlException e) when (begun.Task.IsCompleted)
        {
            logger.LogWarning("The rebuild of the read model {ReadModel} was interrupted: {Reason}", model.Name, e.Message);
        }
#pragma warning disable CA1031 // Nobody waits for it any more: its status says that it failed, the log why.
        catch (Exception e) when (begun.Task.IsCompleted)
#pragma warning restore CA1031
        {
            logger.LogError(e, "The rebuild of the read model {ReadModel} failed", model.Name);
        }
    }

    private sealed class Begun(TaskCompletionSource begun) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => begun.TrySetResult();
    }
}
