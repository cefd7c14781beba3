namespace JobScheduler.Host.Scheduling;

/// <summary>
/// Looks into the read model for open executions that the scheduler does not know of, one look at a time. What ends while a look is
/// under way is remembered, for what the look saw of it is old.
/// </summary>
internal sealed class OpenExecutionLooks(OpenExecutionFinder finder)
{
    private readonly List<SchedulerMessage.LookForOpen> _next = [];
    private HashSet<Guid>? _endedMeanwhile;

    public void Ask(SchedulerMessage.LookForOpen look)
    {
        if (_endedMeanwhile is not null)
        {
            _next.Add(look);
            return;
        }

        _endedMeanwhile = [];
        finder.Find(look.Ids);
    }

    public void Ended(Guid executionId) => _endedMeanwhile?.Add(executionId);

    public bool HasEndedMeanwhile(Guid executionId) => _endedMeanwhile?.Contains(executionId) == true;

    /// <summary>The look's answer was dealt with; those asked for meanwhile follow as one.</summary>
    public void Answered()
    {
        _endedMeanwhile = null;
        if (_next.Count == 0) return;
        var all = _next.Exists(look => look.Ids is null);
        var ids = all ? null : _next.SelectMany(look => look.Ids!).Distinct().ToList();
        _next.Clear();
        Ask(new(ids));
    }
}
