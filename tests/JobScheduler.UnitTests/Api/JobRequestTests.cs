using System.Text.Json;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Api.Jobs;

namespace JobScheduler.UnitTests.Api;

public sealed class JobRequestTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Documented_fields_are_the_fields_that_are_read() =>
        typeof(JobRequest).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Order().ShouldBe(JobFields.All.Names.Order());

    [Fact]
    public void Null_resets_every_field_that_has_a_default()
    {
        var all = Read(
            """
            {
              "schedule": "* * * * *", "api": "https://example.com", "timeZone": "Europe/Berlin", "startAt": "2026-01-01T00:00:00Z", "endAt": "2027-01-01T00:00:00Z",
              "method": "PUT", "headers": { "X": "1" }, "body": "b", "contentType": "text/css", "timeout": "5s", "connectTimeout": "1s", "successCodes": [201], "followRedirects": true,
              "type": "ATMOST_ONCE", "misfire": "SKIP", "misfireLimit": 5, "misfireGrace": "5m", "overlap": "SKIP", "retry": { "multiplier": 3, "on": ["5xx"] }, "alertWebhook": "https://example.com/w",
              "alerts": { "after": 2 }, "name": "n", "tags": ["t"]
            }
            """, null);
        all.Errors.ShouldBeEmpty();
        var nulls = JobFields.All.Names.Except(["schedule", "runAt", "api"]).Select(name => $"\"{name}\":null");

        var reset = Read($"{{{string.Join(',', nulls)}}}", all.Draft.Definition);

        reset.Errors.ShouldBeEmpty();
        EventsBetween(Read("""{"schedule":"* * * * *","api":"https://example.com"}""", null).Draft.Definition, reset.Draft.Definition).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_given_changes_nothing()
    {
        var job = Read("""{"schedule":"* * * * *","api":"https://example.com","body":"{}","retry":{"maxAttempts":3}}""", null).Draft.Definition;

        var again = Read("{}", job);

        again.Errors.ShouldBeEmpty();
        EventsBetween(job, again.Draft.Definition).ShouldBeEmpty();
    }

    [Fact]
    public void Defaults_that_are_given_change_nothing()
    {
        var job = Read("""{"schedule":"* * * * *","api":"https://example.com"}""", null).Draft.Definition;

        var same = Read("""{"connectTimeout":"10s","misfireLimit":100,"misfireGrace":null,"retry":{"on":["TIMEOUT","CONNECTION","408",425,429,"5xx"]}}""", job);

        same.Errors.ShouldBeEmpty();
        EventsBetween(job, same.Draft.Definition).ShouldBeEmpty();
    }

    [Fact]
    public void Retry_conditions_are_kinds_of_failure_and_status_codes_in_any_form()
    {
        var job = Read("""{"schedule":"* * * * *","api":"https://example.com","retry":{"on":["CONNECTION",409,"429","500-503","4XX",409]}}""", null);

        job.Errors.ShouldBeEmpty();
        job.Draft.Definition.Policy.Retry.On.ShouldBe(
        [
            new(Domain.Executions.FailureKind.Connection), Codes(409, 409), Codes(429, 429), Codes(500, 503), Codes(400, 499),
        ]);

        static RetryCondition Codes(int from, int to) => new(StatusCodes: new(from, to));
    }

    [Fact]
    public void Run_once_that_has_passed_stays_when_something_else_changes()
    {
        var job = Read("""{"runAt":"2026-11-21T12:00:01Z","api":"https://example.com"}""", null).Draft.Definition;

        var later = JobReading.Of(Json("""{"name":"x","runAt":"2026-11-21T12:00:01Z"}"""), job, Now.AddDays(1));

        later.Errors.ShouldBeEmpty();
    }

    private static IReadOnlyList<JobEvent> EventsBetween(JobDefinition current, JobDefinition wanted) =>
        ChangeJob.Decide(new Job(JobState.Active, current), wanted).ShouldBeOfType<Decision.Accepted>().Events;

    private static JobReading Read(string json, JobDefinition? current) => JobReading.Of(Json(json), current, Now);

    private static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
