namespace JobScheduler.Checker;

/// <summary>
/// Holds what was seen against what was promised. It reckons the expected instants itself, from the jobs' definitions over time, as
/// an observer who knows neither the scheduler nor its ledger.
/// </summary>
public static class HistoryCheck
{
    public static Report Run(Evidence evidence, Bounds? bounds = null)
    {
        var file = new CaseFile(evidence, bounds ?? new());
        var tally = new Tally();
        StreamRules.Check(file, tally);
        foreach (var (jobId, job) in file.Jobs) new JobAccount(file, tally, jobId, job).Check();
        CallRules.Check(file, tally);
        OverlapRules.Check(file, tally);
        AlertRules.Check(file, tally);
        return tally.ToReport();
    }
}

/// <summary>What the rules find.</summary>
internal sealed class Tally
{
    private readonly Dictionary<Fate, int> _fates = [];
    private readonly Dictionary<string, int> _causes = [];
    private readonly List<Objection> _objections = [];
    private TimeSpan _worstLateness;

    public void Count(Fate fate, string? cause = null)
    {
        _fates[fate] = _fates.GetValueOrDefault(fate) + 1;
        if (cause is not null) Cause(cause);
    }

    /// <summary>Of something beside the instants that were due, too.</summary>
    public void Cause(string cause) => _causes[cause] = _causes.GetValueOrDefault(cause) + 1;

    public void Late(TimeSpan lateness) => _worstLateness = lateness > _worstLateness ? lateness : _worstLateness;

    public void Object(Broken broken, Guid jobId, DateTimeOffset? instant, string text) => _objections.Add(new(broken, jobId, instant, text));

    public Report ToReport() => new(_fates, _causes, _worstLateness, _objections);
}
