using System.Net;
using System.Text.Json.Nodes;

namespace JobScheduler.IntegrationTests.Api;

public sealed class JobValidationTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Valid = """{"schedule":"* * * * *","api":"https://example.com/"}""";

    [Theory]
    [InlineData("""{"schedule":"61 * * * * *"}""", "schedule", "61")]
    [InlineData("""{"schedule":"* * * * * * *"}""", "schedule", "this one has 7")]
    [InlineData("""{"schedule":""}""", "schedule", "this one has 0")]
    [InlineData("""{"schedule":5}""", "schedule", "Give text; this is a number.")]
    [InlineData("""{"schedule":null}""", "schedule", "Give either 'schedule'")]
    [InlineData("""{"runAt":"2999-01-01T00:00:00Z"}""", "schedule", "Give either 'schedule'")]
    [InlineData("""{"schedule":null,"runAt":"2020-01-01T00:00:00Z"}""", "runAt", "Must not be in the past; now it is 20")]
    [InlineData("""{"schedule":"0 0 30 2 *"}""", "schedule", "Never occurs after now, 20")]
    [InlineData("""{"endAt":"2020-01-01T00:00:00Z"}""", "schedule", "Never occurs after now, 20")]
    [InlineData("""{"runAt":"2999-01-01T00:00:00","schedule":null}""", "runAt", "with its offset")]
    [InlineData("""{"runAt":1766835200993,"schedule":null}""", "runAt", "this is a number")]
    [InlineData("""{"timeZone":"Europe/Nowhere"}""", "timeZone", "IANA")]
    [InlineData("""{"startAt":"2031-01-01T00:00:00Z","endAt":"2030-01-01T00:00:00Z"}""", "endAt", "startAt")]
    [InlineData("""{"api":"/relative"}""", "api", "absolute URL")]
    [InlineData("""{"api":"ftp://example.com/"}""", "api", "http:// or https://")]
    [InlineData("""{"api":null}""", "api", "Required")]
    [InlineData("""{"api":["x"]}""", "api", "Give text; this is an array.")]
    [InlineData("""{"api":"https://example.com/\u0000"}""", "api", "U+0000")]
    [InlineData("""{"name":"a\u0000b"}""", "name", "U+0000")]
    [InlineData("""{"name":"\ud800"}""", "name", "surrogate")]
    [InlineData("""{"body":{"a":"\ud800"}}""", "body", "surrogate")]
    [InlineData("""{"tags":["a\u0000b"]}""", "tags[0]", "U+0000")]
    [InlineData("""{"tags":[1]}""", "tags[0]", "Give text")]
    [InlineData("""{"tags":"a"}""", "tags", "Give an array")]
    [InlineData("""{"method":"FETCH"}""", "method", "POST, GET")]
    [InlineData("""{"body":5}""", "body", "text, or a JSON object or array")]
    [InlineData("""{"contentType":"nonsense"}""", "contentType", "media type")]
    [InlineData("""{"timeout":30}""", "timeout", "\"30s\"")]
    [InlineData("""{"timeout":"soon"}""", "timeout", "\"30s\"")]
    [InlineData("""{"timeout":"2h"}""", "timeout", "1 hour")]
    [InlineData("""{"successCodes":[99]}""", "successCodes", "100 to 599")]
    [InlineData("""{"connectTimeout":"50ms"}""", "connectTimeout", "100 ms")]
    [InlineData("""{"successCodes":["2x"]}""", "successCodes[0]", "200-299")]
    [InlineData("""{"followRedirects":"yes"}""", "followRedirects", "true or false")]
    [InlineData("""{"type":"EXACTLY_ONCE"}""", "type", "ATLEAST_ONCE, AT_MOST_ONCE")]
    [InlineData("""{"misfire":"RUN"}""", "misfire", "FIRE_ONCE")]
    [InlineData("""{"misfireLimit":0}""", "misfireLimit", "1 to 1000")]
    [InlineData("""{"misfireGrace":"2d"}""", "misfireGrace", "1 day")]
    [InlineData("""{"overlap":"maybe"}""", "overlap", "QUEUE")]
    [InlineData("""{"retry":{"on":"5xx"}}""", "retry.on", "an array")]
    [InlineData("""{"retry":{"on":[]}}""", "retry.on", "one or more")]
    [InlineData("""{"retry":{"on":["SOMETIMES"]}}""", "retry.on[0]", "TIMEOUT, CONNECTION")]
    [InlineData("""{"retry":{"on":["TIMEOUT","OUTCOME_UNKNOWN"]}}""", "retry.on[1]", "TIMEOUT, CONNECTION")]
    [InlineData("""{"retry":{"on":["6xx"]}}""", "retry.on[0]", "5xx")]
    [InlineData("""{"retry":{"on":[600]}}""", "retry.on", "100 to 599")]
    [InlineData("""{"retry":5}""", "retry", "an object")]
    [InlineData("""{"retry":{"maxAttempts":0}}""", "retry.maxAttempts", "1 to 100")]
    [InlineData("""{"retry":{"maxAttempts":1.5}}""", "retry.maxAttempts", "whole number")]
    [InlineData("""{"retry":{"attempts":2}}""", "retry.attempts", "Unknown field; did you mean 'maxAttempts'?")]
    [InlineData("""{"type":"AT_MOST_ONCE","retry":{"maxAttempts":2}}""", "retry.maxAttempts", "never sent twice")]
    [InlineData("""{"alertWebhook":"mailto:a@example.com"}""", "alertWebhook", "absolute URL")]
    [InlineData("""{"alerts":{"overdueAfter":"31d"}}""", "alerts.overdueAfter", "'0s' for never")]
    [InlineData("""{"alerts":{"after":0}}""", "alerts.after", "1 to 1000")]
    [InlineData("""{"shedule":"* * * * *"}""", "shedule", "did you mean 'schedule'?")]
    [InlineData("""{"zzzzzzzz":1}""", "zzzzzzzz", "known are schedule, runAt")]
    [InlineData("""{"\ud800":1}""", "\uFFFD", "Unknown field")]
    [InlineData("""{"name":"a","name":"b"}""", "name", "more than once")]
    [InlineData("""{"headers":{"X-A":5}}""", "headers.X-A", "Give text")]
    [InlineData("""{"headers":{"X-A":"1","x-a":"2"}}""", "headers.x-a", "more than once")]
    [InlineData("""{"headers":{"X A":"1"}}""", "headers.X A", "Not a header name")]
    [InlineData("""{"headers":{"Host":"1"}}""", "headers.Host", "set by the scheduler")]
    [InlineData("""{"headers":{"X-A":"***"}}""", "headers.X-A", "no such header")]
    [InlineData("""{"headers":{"X-A":"a\u0000b"}}""", "headers.X-A", "printable ASCII")]
    public async Task Job_is_refused_when_a_field_is_wrong(string fields, string field, string message)
    {
        var job = fields.Contains("\\ud800", StringComparison.Ordinal) || fields.Contains("\"name\":\"a\",", StringComparison.Ordinal) || fields.Contains("x-a", StringComparison.Ordinal)
            ? $"{Valid[..^1]},{fields[1..]}"
            : Merged(fields);

        var errors = await host.RefusedAsync(HttpMethod.Post, "/jobs", job);

        var error = errors.ShouldHaveSingleItem();
        error.Field.ShouldBe(field);
        error.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("", "The body is empty")]
    [InlineData("[1]", "this is an array")]
    [InlineData("null", "this is null")]
    [InlineData("{\n  \"schedule\": oops}", "Not JSON: line 2, position 15")]
    [InlineData("{\"a\":1", "Not JSON: line 1")]
    public async Task Body_is_refused_when_it_is_no_json_object(string body, string message)
    {
        var error = (await host.RefusedAsync(HttpMethod.Post, "/jobs", body)).ShouldHaveSingleItem();

        error.Field.ShouldBe("$");
        error.Message.ShouldContain(message);
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once_with_what_was_given()
    {
        var errors = await host.RefusedAsync(
            HttpMethod.Post, "/jobs", """{"schedule":"* * *","timeout":"2h","retry":{"multiplier":99},"follow":true,"startAt":"x"}""");

        errors.Select(e => e.Field).ShouldBe(["schedule", "timeout", "retry.multiplier", "follow", "startAt", "api"], ignoreOrder: true);
        ((string)errors.Single(e => e.Field == "timeout").Value!).ShouldBe("2h");
        ((double)errors.Single(e => e.Field == "retry.multiplier").Value!).ShouldBe(99);
        ((string)errors.Single(e => e.Field == "schedule").Value!).ShouldBe("* * *");
    }

    [Fact]
    public async Task Problem_has_the_form_of_rfc_9457()
    {
        using var answer = await host.AnswerAsync(HttpMethod.Post, "/jobs", "{}");

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject().Select(p => p.Key)
            .ShouldBe(["type", "title", "status", "detail", "instance", "errors"]);
    }

    [Fact]
    public async Task Update_is_refused_as_a_creation_is()
    {
        var id = await host.CreateJobAsync();

        (await host.RefusedAsync(HttpMethod.Put, $"/jobs/{id}", """{"schedule":null}""")).Single().Field.ShouldBe("schedule");
        (await host.RefusedAsync(HttpMethod.Put, $"/jobs/{id}", """{"api":"x"}""")).Single().Field.ShouldBe("api");
        (await host.RefusedAsync(HttpMethod.Put, $"/jobs/{id}", """{"schedule":"* * * * *","runAt":"2999-01-01T00:00:00Z"}""")).Single().Field.ShouldBe("schedule");
        ((int)(await host.GetAsync($"/jobs/{id}"))["version"]!).ShouldBe(1);
    }

    [Theory]
    [InlineData("/jobs?limit=0", "limit", "1 to 500")]
    [InlineData("/jobs?limit=501", "limit", "1 to 500")]
    [InlineData("/jobs?limit=many", "limit", "whole number")]
    [InlineData("/jobs?limit=1&limit=2", "limit", "once")]
    [InlineData("/jobs?limt=1", "limt", "did you mean 'limit'?")]
    [InlineData("/jobs?state=DELETED", "state", "ACTIVE, PAUSED")]
    [InlineData("/jobs?sort=size", "sort", "-created")]
    [InlineData("/jobs?after=xyz", "after", "'next' of a page")]
    [InlineData("/jobs?q=%00", "q", "1 to 200")]
    [InlineData("/jobs?style=kebab", "style", "snake")]
    [InlineData("/jobs/abc", "id", "UUID")]
    [InlineData("/jobs/abc/executions?limit=1001", "id,limit", "UUID")]
    [InlineData("/jobs/01a200be-64d0-733d-9dc6-ec975e48d890/executions?before=yesterday", "before", "instant")]
    [InlineData("/jobs/01a200be-64d0-733d-9dc6-ec975e48d890/executions?status=MISSED", "status", "OPEN, COMPLETED")]
    [InlineData("/jobs/01a200be-64d0-733d-9dc6-ec975e48d890/ledger?from=2030-01-01T00:00:00Z", "from", "earlier than 'to'")]
    [InlineData("/executions/abc", "id", "UUID")]
    [InlineData("/alerts?before=abc", "before", "UUID")]
    [InlineData("/alerts?before=01a200be-64d0-733d-9dc6-ec975e48d890", "before", "no such alert")]
    [InlineData("/alerts/abc", "jobId", "UUID")]
    [InlineData("/events?types=job_created,job_creatd", "types", "did you mean 'job_created'?")]
    [InlineData("/events?after=-1", "after", "0 or more")]
    [InlineData("/schedules/preview", "schedule", "Required")]
    [InlineData("/schedules/preview?schedule=x", "schedule", "minute, hour")]
    [InlineData("/schedules/preview?schedule=*+*+*+*+*&timeZone=Mars&count=101", "count", "1 to 100")]
    public async Task Question_is_refused_when_a_parameter_is_wrong(string path, string fields, string message)
    {
        var errors = await host.RefusedAsync(HttpMethod.Get, path);

        errors.Select(e => e.Field).ShouldBe(fields.Split(','));
        errors[0].Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound, "not-found")]
    [InlineData("DELETE", "/jobs", HttpStatusCode.MethodNotAllowed, "method-not-allowed")]
    [InlineData("POST", "/read-models/nothing/rebuild", HttpStatusCode.NotFound, "read-model-not-found")]
    public async Task Bare_refusals_are_problems_too(string method, string path, HttpStatusCode status, string kind)
    {
        var problem = await host.SendAsync(new HttpMethod(method), path, expected: status);

        ((string)problem["type"]!).ShouldBe($"urn:jobscheduler:problem:{kind}");
        ((string)problem["instance"]!).ShouldBe(path);
    }

    [Fact]
    public async Task Body_of_another_media_type_is_refused()
    {
        using var form = new StringContent(Valid, new System.Net.Http.Headers.MediaTypeHeaderValue("text/plain"));
        using var answer = await host.Http.PostAsync(new Uri("/jobs", UriKind.Relative), form);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Content-Type: application/json");
    }

    /// <summary>The valid job with these fields in place of its own.</summary>
    private static string Merged(string fields)
    {
        var job = JsonNode.Parse(Valid)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject().ToList()) job[name] = value?.DeepClone();
        return job.ToJsonString();
    }
}
