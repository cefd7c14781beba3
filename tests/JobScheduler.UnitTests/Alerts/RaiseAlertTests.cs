using JobScheduler.Domain.Alerts;
using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.UnitTests.Jobs;

namespace JobScheduler.UnitTests.Alerts;

public sealed class RaiseAlertTests
{
    private static readonly DateTimeOffset Noon = AlertSamples.Noon;

    private static readonly ExecutionFailed Failed = new(
        AlertSamples.JobId, Noon, ExecutionTrigger.Schedule,
        new AttemptResult(2, Noon.AddMilliseconds(2), 12.5, 2, 500, FailureKind.StatusCode, "500 Internal Server Error.", "oops"));

    [Fact]
    public void Alert_says_what_failed_and_where_to_tell_it() =>
        Decide(Alerting.Default with { Webhook = "https://example.com/alerts" }, failures: 1).ShouldBe(AlertSamples.Raised);

    [Fact]
    public void Alert_is_raised_without_a_webhook_when_the_job_has_none() =>
        Decide(Alerting.Default, failures: 1).ShouldBe(AlertSamples.Raised with { Webhook = null });

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Alert_is_raised_from_so_many_failures_on(int failures, bool raised) =>
        (Decide(Alerting.Default with { After = 3 }, failures)?.ConsecutiveFailures).ShouldBe(raised ? failures : null);

    [Theory]
    [InlineData(59, false)]
    [InlineData(60, true)]
    [InlineData(61, true)]
    public void Alert_is_raised_again_when_so_much_time_has_passed(int minutesAgo, bool raised)
    {
        var alerting = Alerting.Default with { RepeatEvery = TimeSpan.FromHours(1) };

        (Decide(alerting, 2, lastRaisedAt: Noon.AddMinutes(-minutesAgo)) is not null).ShouldBe(raised);
    }

    [Fact]
    public void Alert_is_raised_when_none_is_unresolved() =>
        Decide(Alerting.Default with { RepeatEvery = TimeSpan.FromHours(1) }, failures: 1).ShouldNotBeNull();

    [Fact]
    public void Each_failure_raises_one_when_the_job_does_not_dampen_them() =>
        Decide(Alerting.Default, failures: 7, lastRaisedAt: Noon).ShouldNotBeNull();

    [Fact]
    public void Id_is_the_same_for_good() =>
        RaiseAlert.AlertIdOf(AlertSamples.ExecutionId).ShouldBe(new Guid("019ca945-0a00-8cc4-a0c8-5039fd3a2e08"));

    [Fact]
    public void Id_is_a_version_8_uuid_that_keeps_the_instant_and_nothing_else_of_the_execution()
    {
        for (var n = 0; n < 1000; n++)
        {
            var executionId = ExecutionId.Of(new Guid(n, 0, 0, new byte[8]), Noon.AddMilliseconds(n));

            var id = RaiseAlert.AlertIdOf(executionId);

            id.Version.ShouldBe(8);
            (id.Variant & 0b1100).ShouldBe(0b1000);
            id.ToString()[..13].ShouldBe(executionId.ToString()[..13]);
            id.ShouldNotBe(executionId);
        }
    }

    [Fact]
    public void Ids_differ_when_two_jobs_fail_at_one_instant() =>
        RaiseAlert.AlertIdOf(ExecutionId.Of(Guid.Empty, Noon)).ShouldNotBe(RaiseAlert.AlertIdOf(ExecutionId.Of(Guid.AllBitsSet, Noon)));

    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    public void Nothing_is_repeated_while_somebody_takes_care(int? repeatEveryMinutes)
    {
        var alerting = Alerting.Default with { RepeatEvery = repeatEveryMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null };

        Decide(alerting, failures: 9, lastRaisedAt: Noon.AddDays(-1), acknowledged: true).ShouldBeNull();
    }

    [Fact]
    public void Id_of_an_overdue_alert_is_the_same_for_good_and_another_than_that_of_the_failed_run()
    {
        var id = RaiseAlert.OverdueAlertIdOf(AlertSamples.JobId, Noon);

        id.ShouldBe(new Guid("019ca945-0a00-8d34-a41b-cec9169adc16"));
        id.ShouldNotBe(RaiseAlert.AlertIdOf(ExecutionId.Of(AlertSamples.JobId, Noon)));
    }

    private static AlertRaised? Decide(Alerting alerting, int failures, DateTimeOffset? lastRaisedAt = null, bool acknowledged = false) =>
        RaiseAlert.Decide(
            JobSamples.Definition with { Alerting = alerting }, AlertSamples.ExecutionId, Failed, failures,
            lastRaisedAt is { } at ? new(at, acknowledged) : null, Noon);
}
