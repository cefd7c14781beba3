using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Domain;
using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.UnitTests.Jobs;

public sealed class ChangeJobTests
{
    private static readonly JobDefinition Current = JobSamples.Definition;

    public static TheoryData<JobDefinition, JobEvent> OnePart => new()
    {
        { Current with { Schedule = new("@daily") }, new JobRescheduled(new("@daily")) },
        {
            Current with { Schedule = Current.Schedule with { TimeZone = "Europe/Berlin" } },
            new JobRescheduled(new Schedule("0 * * * *", TimeZone: "Europe/Berlin"))
        },
        { Current with { Target = HttpTarget.To("https://b.example") }, new JobRetargeted(HttpTarget.To("https://b.example")) },
        {
            Current with { Policy = Current.Policy with { Overlap = OverlapPolicy.Skip } },
            new JobPolicyChanged(ExecutionPolicy.Default with { Overlap = OverlapPolicy.Skip })
        },
        { Current with { Alerting = Alerting.Default with { After = 3 } }, new JobAlertingChanged(Alerting.Default with { After = 3 }) },
        { Current with { Name = null }, new JobRenamed(null) },
        { Current with { Name = "weekly" }, new JobRenamed("weekly") },
    };

    [Theory]
    [MemberData(nameof(OnePart))]
    public void Change_is_one_event_when_one_part_differs(JobDefinition wanted, JobEvent expected) =>
        ChangeJob.Decide(JobSamples.Active, wanted).Events().ShouldBe([expected]);

    [Fact]
    public void Change_retags_when_the_tags_differ_in_order_only() =>
        ChangeJob.Decide(JobSamples.Active, Current with { Tags = ["b", "a"] }).Events()
            .ShouldHaveSingleItem().ShouldBeOfType<JobRetagged>().Tags.ShouldBe(["b", "a"]);

    [Fact]
    public void Change_is_no_event_when_nothing_differs() =>
        ChangeJob.Decide(JobSamples.Active, Current with { Tags = ["a", "b"], Target = HttpTarget.To(Current.Target.Api) }).Events().ShouldBeEmpty();

    [Fact]
    public void Change_keeps_a_paused_job_paused()
    {
        var changed = Apply(JobSamples.Paused, ChangeJob.Decide(JobSamples.Paused, Current with { Name = "new" }).Events());

        changed.ShouldBe(JobSamples.Paused with { Definition = JobSamples.Paused.Definition with { Name = "new" } });
    }

    [Fact]
    public void Change_is_refused_when_there_is_no_job() =>
        ChangeJob.Decide(null, Current).ShouldBe(Decision.Reject(JobRejection.NotFound));

    [Fact]
    public void Change_is_refused_when_the_job_is_deleted() =>
        ChangeJob.Decide(JobSamples.Deleted, Current with { Name = "new" }).ShouldBe(Decision.Reject(JobRejection.NotFound));

    [Fact]
    public void Change_is_an_event_for_each_part_that_differs_and_none_when_decided_again() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(JobSamples.Pairs, pair =>
        {
            var job = Job.Evolve(null, CreateJob.Decide(pair.Current));

            var events = ChangeJob.Decide(job, pair.Wanted).Events();
            var changed = Apply(job, events);

            events.Select(e => e.GetType()).ShouldBe(DifferingParts(pair.Current, pair.Wanted));
            Json(changed.Definition).ShouldBe(Json(pair.Wanted));
            ChangeJob.Decide(changed, pair.Wanted).Events().ShouldBeEmpty();
        }));

    private static IEnumerable<Type> DifferingParts(JobDefinition a, JobDefinition b)
    {
        // By their JSON: it knows no equality of its own.
        if (Json(a with { Schedule = b.Schedule }) != Json(a)) yield return typeof(JobRescheduled);
        if (Json(a with { Target = b.Target }) != Json(a)) yield return typeof(JobRetargeted);
        if (Json(a with { Policy = b.Policy }) != Json(a)) yield return typeof(JobPolicyChanged);
        if (Json(a with { Alerting = b.Alerting }) != Json(a)) yield return typeof(JobAlertingChanged);
        if (Json(a with { Name = b.Name }) != Json(a)) yield return typeof(JobRenamed);
        if (Json(a with { Tags = b.Tags }) != Json(a)) yield return typeof(JobRetagged);
    }

    private static Job Apply(Job job, IEnumerable<JobEvent> events) => events.Aggregate(job, Job.Evolve);

    private static string Json(JobDefinition job) => JsonSerializer.Serialize(job, EventJson.Default.JobDefinition);
}
