namespace JobScheduler.Host.Scheduling;

/// <summary>The runs that the scheduler knows of, each until it has an outcome, and those of them that wait for their instant.</summary>
internal sealed class RunBook(Backlog backlog)
{
    private readonly Dictionary<Guid, Run> _runs = [];
    private readonly Dictionary<DateTimeOffset, List<Run>> _waiting = [];
    private readonly PriorityQueue<DateTimeOffset, long> _instants = new();

    /// <summary>When the next waiting runs are to be sent; <c>null</c> when none waits.</summary>
    public DateTimeOffset? NextDue => _instants.TryPeek(out var instant, out _) ? instant : null;

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
        if (!_waiting.TryGetValue(run.DueAt, out var together))
        {
            _waiting.Add(run.DueAt, together = []);
            _instants.Enqueue(run.DueAt, run.DueAt.UtcTicks);
        }

        together.Add(run);
    }

    /// <summary>
    /// The runs that came to wait for the earliest instant, if it is there; taken out. Those among them that were skipped, or given another
    /// instant since, are no longer due.
    /// </summary>
    public IReadOnlyList<Run>? TakeDue(DateTimeOffset now)
    {
        if (NextDue is not { } instant || instant > now) return null;
        _instants.Dequeue();
        _waiting.Remove(instant, out var due);
        return due;
    }
}
