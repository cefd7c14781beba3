namespace JobScheduler.Host.Api.Jobs;

internal sealed record JobCreatedAnswer(Guid JobId, DateTimeOffset? NextExecutionTime);

internal sealed record JobChangedAnswer(string Message, JobView Job);

/// <param name="Version">The one whose definition the job has again.</param>
/// <param name="Changes">What that changed; empty when the job was so already.</param>
internal sealed record JobRevertedAnswer(string Message, long Version, IReadOnlyList<FieldChange> Changes, JobView Job);

/// <param name="Next">What <c>after</c> is for the next page; <c>null</c>: this is the last.</param>
internal sealed record JobPage(IReadOnlyList<JobDetail> Jobs, string? Next);

internal sealed record ExecutionRequestedAnswer(Guid ExecutionId);

/// <param name="Timestamp">When it became so.</param>
internal sealed record JobAsOf(Guid JobId, long Version, DateTimeOffset Timestamp, JobView Job);
