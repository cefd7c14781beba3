namespace JobScheduler.Host.Scheduling;

/// <summary>The runs that the scheduler knows of, each until it has an outcome, and those of them that wait for their instant.</summary>
internal sealed class RunBook(Backlog backlog)
{
    private readonly Dictionary<Guid, Run> _runs = [];
    private readonly PriorityQueue<Run, DateTimeOffset> _waiting = new();

    /// <summary>When the next waiting run is to be sent; <c>null</c> when none waits.</summary>
    public DateTimeOffset? NextDue => _waiting.TryPeek(out _, out var dueAt) ? dueAt : null;

    public bool Knows(Guid executionId) => _runs.ContainsKey(executionId);

    /// <summary>False when it is known already.</summary>
    public bool TryAdd(Run run)
    {
        if (!_runs.TryAdd(run.ExecutionId, run)) return false;
        run.Job.Runs.Add(run);
        backlog.Opened(run.Host);
        return true;
    }

    public void Forget(Run run)
    {
        if (_runs.Remove(run.ExecutionId)) backlog.Closed(run.Host);
        run.Job.Runs.Remove(run);
        if (run.Job.Queued == run) run.Job.Queued = null;
    }

    /// <summary>Has it come up at its <see cref="Run.DueAt"/>.</summary>
    public void Await(Run run)
    {
        run.Stage = RunStage.Waiting;
        _waiting.Enqueue(run, run.DueAt);
    }

    /// <summary>The waiting run that is due first, if it is due; taken out.</summary>
    public Run? TakeDue(DateTimeOffset now)
    {
        while (_waiting.TryPeek(out var run, out var dueAt) && dueAt <= now)
        {
            _waiting.Dequeue();
            // The entry is stale when the run was skipped, or given another instant since.
            if (run.Stage == RunStage.Waiting && run.DueAt == dueAt) return run;
        }

        return null;
    }
}
