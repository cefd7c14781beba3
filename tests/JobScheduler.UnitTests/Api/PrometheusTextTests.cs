using System.Diagnostics.Metrics;
using JobScheduler.Host.Api.Metrics;
using Microsoft.AspNetCore.Http;

namespace JobScheduler.UnitTests.Api;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Label_values_and_help_are_escaped()
    {
        var family = new MetricFamily("calls_total", "Calls \\ made\nso far", MetricKind.Counter, []);
        family.Record(1.5, [new("host-name", "a\"b\\c\nd"), new("ok", true)]);

        PrometheusText.Write([family]).ShouldBe(
            """
            # HELP calls_total Calls \\ made\nso far
            # TYPE calls_total counter
            calls_total{host_name="a\"b\\c\nd",ok="True"} 1.5

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Histogram_buckets_include_the_ones_before()
    {
        var family = new MetricFamily("wait_seconds", null, MetricKind.Histogram, [0.1, 1]);
        foreach (var value in new[] { 0.05, 0.1, 0.5, 7 }) family.Record(value, []);

        PrometheusText.Write([family]).ShouldBe(
            """
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.1"} 2
            wait_seconds_bucket{le="1"} 3
            wait_seconds_bucket{le="+Inf"} 4
            wait_seconds_sum 7.65
            wait_seconds_count 4

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("eventstore.events.appended", "{event}", true, "eventstore_events_appended_total")]
    [InlineData("commit.duration", "s", false, "commit_duration_seconds")]
    [InlineData("uptime.seconds", "s", false, "uptime_seconds")]
    [InlineData("2xx", null, false, "_2xx")]
    public void Name_has_unit_and_total(string instrument, string? unit, bool isCounter, string name) =>
        PrometheusText.Name(instrument, unit, isCounter).ShouldBe(name);

    [Fact]
    public void Collection_takes_every_kind_of_instrument_of_the_products_meters()
    {
        using var meter = new Meter("JobScheduler.PrometheusTextTests");
        using var foreign = new Meter("Other.PrometheusTextTests");
        using var collection = new MetricCollection();
        var counter = meter.CreateCounter<long>("test.calls");
        var open = meter.CreateUpDownCounter<int>("test.open");
        var wait = meter.CreateHistogram<double>("test.wait", advice: new() { HistogramBucketBoundaries = [5] });
        meter.CreateObservableGauge("test.depth", () => new Measurement<int>(3, new KeyValuePair<string, object?>("queue", "q")));
        meter.CreateObservableCounter("test.seen", () => 9L);
        var other = foreign.CreateCounter<long>("test.foreign");

        counter.Add(2);
        counter.Add(3, new KeyValuePair<string, object?>("kind", "b"));
        open.Add(2);
        open.Add(-1);
        wait.Record(4);
        other.Add(1);
        collection.Collect();
        var lines = PrometheusText.Write(collection.Collect()).Split('\n');

        lines.ShouldContain("test_calls_total 2");
        lines.ShouldContain("test_calls_total{kind=\"b\"} 3");
        lines.ShouldContain("test_open 1");
        lines.ShouldContain("test_wait_bucket{le=\"5\"} 1");
        lines.ShouldContain("test_depth{queue=\"q\"} 3");
        lines.ShouldContain("test_seen_total 9");
        lines.ShouldNotContain(l => l.Contains("foreign", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("application/json", false)]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", false)]
    [InlineData("application/json, text/plain, */*", false)]
    [InlineData("text/plain", true)]
    [InlineData("text/plain, */*", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", true)]
    [InlineData("text/plain;q=0.3, application/json;q=0.9", false)]
    public void Text_is_preferred_only_when_it_is_asked_for(string? accept, bool isText)
    {
        var http = new DefaultHttpContext();
        if (accept is not null) http.Request.Headers.Accept = accept;

        Preference.IsText(http.Request).ShouldBe(isText);
    }
}
