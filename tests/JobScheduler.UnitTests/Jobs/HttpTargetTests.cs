using JobScheduler.Domain.Jobs;

namespace JobScheduler.UnitTests.Jobs;

public sealed class HttpTargetTests
{
    private static readonly HttpTarget Target = HttpTarget.To("https://example.com") with
    {
        Headers = [new("X-A", Guid.Empty)],
        SuccessCodes = [new(200, 204), new(404, 404)],
    };

    public static TheoryData<HttpTarget> Others =>
    [
        Target with { Api = "https://example.org" },
        Target with { Method = "PUT" },
        Target with { Headers = [] },
        Target with { Headers = [new("X-B", Guid.Empty)] },
        Target with { Headers = [new("X-A", Guid.AllBitsSet)] },
        Target with { Body = "{}" },
        Target with { ContentType = "text/plain" },
        Target with { Timeout = TimeSpan.FromSeconds(31) },
        Target with { SuccessCodes = [new(200, 204)] },
        Target with { FollowRedirects = true },
    ];

    [Theory]
    [InlineData(199, false)]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(205, false)]
    [InlineData(404, true)]
    public void Status_code_counts_as_success_when_it_lies_within_a_range(int statusCode, bool success) =>
        Target.IsSuccess(statusCode).ShouldBe(success);

    [Fact]
    public void Targets_are_equal_when_their_lists_hold_the_same()
    {
        var same = Target with { Headers = [.. Target.Headers], SuccessCodes = [new(200, 204), new(404, 404)] };

        same.ShouldBe(Target);
        same.GetHashCode().ShouldBe(Target.GetHashCode());
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Targets_differ_when_any_part_does(HttpTarget other) => other.ShouldNotBe(Target);

    [Fact]
    public void Range_reads_as_one_number_when_it_is_one() =>
        string.Join(",", Target.SuccessCodes).ShouldBe("200-204,404");
}
