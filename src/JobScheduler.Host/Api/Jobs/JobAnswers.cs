namespace JobScheduler.Host.Api.Jobs;

internal sealed record JobCreatedAnswer(Guid JobId, DateTimeOffset? NextExecutionTime);

internal sealed record JobChangedAnswer(string Message, JobView Job);

/// <param name="Next">What <c>after</c> is for the next page; <c>null</c>: this is the last.</param>
internal sealed record JobPage(IReadOnlyList<JobDetail> Jobs, string? Next);

internal sealed record ExecutionRequestedAnswer(Guid ExecutionId);

/// <param name="Timestamp">When it became so.</param>
internal sealed record JobAsOf(Guid JobId, long Version, DateTimeOffset Timestamp, JobView Job);
