using JobScheduler.Testing;

namespace JobScheduler.BrowserTests;

/// <summary>Every page of the dashboard, as data: a new one is added here, and so is looked at and photographed.</summary>
internal static class DashboardPages
{
    /// <summary>Names for files, and addresses; <c>{job}</c>, <c>{execution}</c> and <c>{alert}</c> stand for ids.</summary>
    public static IReadOnlyList<(string Name, string Path)> All { get; } =
    [
        ("overview", "/"),
        ("jobs", "/ui/jobs"),
        ("new-job", "/ui/jobs/new"),
        ("job", "/ui/jobs/{job}"),
        ("edit-job", "/ui/jobs/{job}/edit"),
        ("execution", "/ui/executions/{execution}"),
        ("alerts", "/ui/alerts"),
        ("alert", "/ui/alerts/{alert}"),
        ("events", "/ui/events"),
        ("stream", "/ui/events?stream={execution}"),
        ("projections", "/ui/projections"),
    ];

    /// <summary>The address for these ids; <c>null</c>: it is of something that there is none of.</summary>
    public static string? Address(string path, PageSubjects of)
    {
        var address = path.Replace("{job}", of.Job, StringComparison.Ordinal)
            .Replace("{execution}", of.Execution, StringComparison.Ordinal)
            .Replace("{alert}", of.Alert, StringComparison.Ordinal);
        return (path.Contains("{job}", StringComparison.Ordinal) && of.Job is null)
            || (path.Contains("{execution}", StringComparison.Ordinal) && of.Execution is null)
            || (path.Contains("{alert}", StringComparison.Ordinal) && of.Alert is null) ? null : address;
    }
}

/// <summary>What pages are about; <c>null</c>: there is none.</summary>
internal sealed record PageSubjects(string? Job, string? Execution, string? Alert)
{
    /// <summary>A job, its last run, and the newest alert: of this job if it has one.</summary>
    public static async Task<PageSubjects> OfAsync(ApiClient api, string? job)
    {
        var runs = job is null ? [] : await api.ExecutionsAsync(job);
        var alerts = job is null ? [] : (await api.GetAsync($"/alerts/{job}")).AsArray();
        if (alerts.Count == 0) alerts = (await api.GetAsync("/alerts?limit=1")).AsArray();
        return new(job, runs.Count == 0 ? null : runs[0]["executionId"]!.GetValue<string>(), alerts.Count == 0 ? null : alerts[0]!["alertId"]!.GetValue<string>());
    }
}
