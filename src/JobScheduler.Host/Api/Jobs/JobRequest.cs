using System.Text.Json;

namespace JobScheduler.Host.Api.Jobs;

/// <summary>
/// What a job request may say, for the documentation; requests are read by <see cref="JobFields"/>, and a test holds the two together.
/// </summary>
/// <param name="Schedule">Cron expression of five fields, six with seconds, or a macro such as @hourly. Either this or runAt.</param>
/// <param name="RunAt">The instant of a job that runs once. Either this or schedule.</param>
/// <param name="TimeZone">IANA name of the zone the schedule is read in. Default UTC.</param>
/// <param name="StartAt">No occurrence is earlier.</param>
/// <param name="EndAt">No occurrence is later.</param>
/// <param name="Api">Absolute http or https URL that is called. Required when a job is created.</param>
/// <param name="Method">Default POST.</param>
/// <param name="Headers">Names and values. Values are secret: reads show ***, and giving *** back keeps the value. Replaces the whole set.</param>
/// <param name="Body">Text, sent as it is, or a JSON object or array, sent as compact JSON. Default none.</param>
/// <param name="ContentType">Default application/json for a body that is JSON, else text/plain; charset=utf-8.</param>
/// <param name="Timeout">Of the whole call, 100ms to 1h. Default 30s.</param>
/// <param name="ConnectTimeout">Of getting a connection, TLS included; within timeout. 100ms to 1h. Default 10s.</param>
/// <param name="SuccessCodes">Status codes that count as success: numbers, or ranges such as 200-299, which is the default, or 2xx.</param>
/// <param name="FollowRedirects">Default false: a 3xx is the answer.</param>
/// <param name="Type">ATLEAST_ONCE (default) or AT_MOST_ONCE.</param>
/// <param name="Misfire">What becomes of occurrences that nobody could run in time: FIRE_ONCE (default), FIRE_ALL or SKIP.</param>
/// <param name="MisfireLimit">The most that FIRE_ALL runs of one outage, 1 to 1000. Default 100.</param>
/// <param name="MisfireGrace">Occurrences later than this follow misfire, 1s to 1d. Default: the installation's, 1m unless configured.</param>
/// <param name="Overlap">What becomes of an occurrence while an earlier run is open: ALLOW (default), SKIP or QUEUE.</param>
/// <param name="AlertWebhook">URL that alerts are posted to. Default none.</param>
/// <param name="Name">1 to 200 characters. Default none.</param>
/// <param name="Tags">At most 32, each of 1 to 64 characters.</param>
internal sealed record JobRequest(
    string? Schedule = null,
    DateTimeOffset? RunAt = null,
    string? TimeZone = null,
    DateTimeOffset? StartAt = null,
    DateTimeOffset? EndAt = null,
    string? Api = null,
    string? Method = null,
    IReadOnlyDictionary<string, string>? Headers = null,
    JsonElement? Body = null,
    string? ContentType = null,
    string? Timeout = null,
    string? ConnectTimeout = null,
    IReadOnlyList<JsonElement>? SuccessCodes = null,
    bool? FollowRedirects = null,
    string? Type = null,
    string? Misfire = null,
    int? MisfireLimit = null,
    string? MisfireGrace = null,
    string? Overlap = null,
    RetryRequest? Retry = null,
    string? AlertWebhook = null,
    AlertsRequest? Alerts = null,
    string? Name = null,
    IReadOnlyList<string>? Tags = null);

/// <param name="MaxAttempts">1 to 100, the first included. Default 1.</param>
/// <param name="InitialDelay">Before the second attempt, 100ms to 1d. Default 1s.</param>
/// <param name="MaxDelay">No delay is longer. Default 5m.</param>
/// <param name="Multiplier">Each delay is this many times the one before, 1 to 10. Default 2.</param>
/// <param name="Jitter">Draw each delay evenly from 0 to it. Default true.</param>
/// <param name="On">Failures that are tried again: TIMEOUT, CONNECTION, status codes and ranges of them such as 5xx. Default TIMEOUT, CONNECTION, 408, 425, 429, 500-599.</param>
internal sealed record RetryRequest(
    int? MaxAttempts = null,
    string? InitialDelay = null,
    string? MaxDelay = null,
    double? Multiplier = null,
    bool? Jitter = null,
    IReadOnlyList<JsonElement>? On = null);

/// <param name="After">Raise an alert from this many failures in a row on, 1 to 1000. Default 1.</param>
/// <param name="RepeatEvery">No further alert before this has passed, 1s to 30d. Default: each failure raises one.</param>
/// <param name="NotifyRecovery">Tell the webhook too when the job succeeds again, or runs after it was overdue. Default false.</param>
/// <param name="OverdueAfter">Raise an alert when the job was due this long ago and has not run, 1s to 30d; 0s: never. Default: as configured, 5m.</param>
internal sealed record AlertsRequest(int? After = null, string? RepeatEvery = null, bool? NotifyRecovery = null, string? OverdueAfter = null);
