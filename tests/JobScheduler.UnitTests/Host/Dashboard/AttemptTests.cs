using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;
using JobScheduler.Host.Dashboard.Executions;
using JobScheduler.Host.Dashboard.Parts;

namespace JobScheduler.UnitTests.Host.Dashboard;

public sealed class AttemptTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid JobId = new("0198c5a0-0000-7000-8000-000000000001");
    private static readonly Guid Id = new("019ca945-0a00-8e6f-b5cc-945716b4a7a5");
    private static readonly AttemptResult Answered = new(1, Noon, 50, 5, 200, ConnectMs: 3, FirstByteMs: 40);

    public static TheoryData<FailureKind> Failures => [.. Enum.GetValues<FailureKind>()];

    [Fact]
    public void Time_of_an_attempt_is_told_apart() => PartsOf(Answered).ShouldBe(
        [("queued", 5), ("connecting", 3), ("waiting for the first byte", 37), ("reading", 10)]);

    [Fact]
    public void Kept_connection_takes_no_time() => PartsOf(Answered with { ConnectMs = null }).ShouldBe(
        [("queued", 5), ("waiting for the first byte", 40), ("reading", 10)]);

    [Fact]
    public void Attempt_without_an_answer_says_so() =>
        PartsOf(Answered with { StatusCode = null, FirstByteMs = null }).ShouldBe([("queued", 5), ("connecting", 3), ("without an answer", 47)]);

    [Fact]
    public void Attempt_of_an_earlier_version_has_one_part_for_the_call() =>
        PartsOf(Answered with { ConnectMs = null, FirstByteMs = null }).ShouldBe([("queued", 5), ("calling", 50)]);

    [Fact]
    public void Request_is_repeated_by_a_shell_with_its_quotes_and_without_its_secrets()
    {
        var target = HttpTarget.To("https://example.com/a?b='c'") with
        {
            Method = "PUT",
            Headers = [new("X-Api-Key", Guid.Empty)],
            Body = """{"it's":1}""",
            ContentType = "application/json",
        };

        SentRequest.Of(target, JobId, Id, Noon, attempt: 2).ToCurl().ShouldBe("""
            curl -i -X PUT --max-time 30 'https://example.com/a?b='\''c'\''' \
              -H 'X-Api-Key: '"${X_API_KEY}" \
              -H 'Idempotency-Key: 019ca945-0a00-8e6f-b5cc-945716b4a7a5' \
              -H 'X-Job-Id: 0198c5a0-0000-7000-8000-000000000001' \
              -H 'X-Execution-Id: 019ca945-0a00-8e6f-b5cc-945716b4a7a5' \
              -H 'X-Scheduled-For: 2026-11-22T12:00:00.000Z' \
              -H 'X-Attempt: 2' \
              -H 'Content-Type: application/json' \
              --data-raw '{"it'\''s":1}'
            """);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void Failure_comes_with_words_and_advice(FailureKind kind)
    {
        Explained.Failure(kind).ShouldNotBeEmpty();
        Explained.Advice(kind, statusCode: null, HttpTarget.To("https://example.com")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(301, "followRedirects")]
    [InlineData(403, "headers")]
    [InlineData(404, "URL")]
    [InlineData(429, "too often")]
    [InlineData(503, "its log")]
    [InlineData(218, "successCodes")]
    public void Advice_is_about_the_status_code(int statusCode, string about) =>
        Explained.Advice(FailureKind.StatusCode, statusCode, HttpTarget.To("https://example.com")).ShouldContain(about);

    [Fact]
    public void Every_reason_of_what_was_not_sent_has_its_words()
    {
        Enum.GetValues<SkipReason>().Select(Explained.Skipped).ShouldBeUnique();
        Enum.GetValues<MissedReason>().Select(Explained.Missed).ShouldBeUnique();
    }

    [Theory]
    [InlineData("""{"a":[1]}""", "{\n  \"a\": [\n    1\n  ]\n}")]
    [InlineData("""{"a":[1""", """{"a":[1""")]
    [InlineData("<b>no</b>", "<b>no</b>")]
    [InlineData("12", "12")]
    public void Json_is_indented_and_all_else_left_alone(string text, string pretty) => PrettyText.Of(text).ReplaceLineEndings("\n").ShouldBe(pretty);

    private static IEnumerable<(string, double)> PartsOf(AttemptResult attempt)
    {
        var parts = Timing.PartsOf(attempt);
        parts.Sum(p => p.Ms).ShouldBe(Timing.WholeMs(attempt), 0.001);
        return parts.Select(p => (p.Name, p.Ms));
    }
}
