using System.Text.Json;
using System.Text.Json.Serialization;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Alerts;
using JobScheduler.Host.Api.Events;
using JobScheduler.Host.Api.Executions;
using JobScheduler.Host.Api.Explaining;
using JobScheduler.Host.Api.Health;
using JobScheduler.Host.Api.Jobs;
using JobScheduler.Host.Api.Metrics;
using JobScheduler.Host.Api.Practice;
using JobScheduler.Host.Api.Problems;
using JobScheduler.Host.Api.Projections;
using JobScheduler.Host.Api.ReadModels;
using JobScheduler.Host.Api.Schedules;

namespace JobScheduler.Host.Api;

/// <summary>The types of answers. In which form they are written, <see cref="Wire.WireJson"/> says.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(JobCreatedAnswer))]
[JsonSerializable(typeof(JobChangedAnswer))]
[JsonSerializable(typeof(JobDetail))]
[JsonSerializable(typeof(JobPage))]
[JsonSerializable(typeof(JobAsOf))]
[JsonSerializable(typeof(JobDiffView))]
[JsonSerializable(typeof(RevertRequest))]
[JsonSerializable(typeof(JobRevertedAnswer))]
[JsonSerializable(typeof(TestCallAnswer))]
[JsonSerializable(typeof(IAsyncEnumerable<JobDetail>))]
[JsonSerializable(typeof(ExecutionRequestedAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ExecutionView>))]
[JsonSerializable(typeof(ExecutionDetail))]
[JsonSerializable(typeof(ReplayRequestedAnswer))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(LedgerView))]
[JsonSerializable(typeof(LedgerOverview))]
[JsonSerializable(typeof(AcknowledgeRequest))]
[JsonSerializable(typeof(RedeliverRequest))]
[JsonSerializable(typeof(IReadOnlyList<AlertView>))]
[JsonSerializable(typeof(IReadOnlyList<DeliveryView>))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(SchedulePreview))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(InvariantsView))]
[JsonSerializable(typeof(MetricsView))]
[JsonSerializable(typeof(PracticeAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ReadModelView>))]
[JsonSerializable(typeof(RebuildReport))]
[JsonSerializable(typeof(ProjectionsView))]
[JsonSerializable(typeof(string))] // what a problem shows of a wrong value is one of these
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(Guid))]
[JsonSerializable(typeof(TimeSpan))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ApiJson : JsonSerializerContext;
