using System.Globalization;
using System.Text;

namespace JobScheduler.Host.Api.Metrics;

/// <summary>Prometheus' text exposition format, version 0.0.4. Names follow OpenTelemetry's rules for Prometheus: unit, then <c>_total</c>.</summary>
internal static class PrometheusText
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            var type = family.Kind == MetricKind.Histogram ? "histogram" : family.IsCounter ? "counter" : "gauge";
            if (family.Help is { Length: > 0 } help) text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Name} {EscapeHelp(help)}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {family.Name} {type}\n");
            foreach (var series in family.Series)
            {
                if (family.Kind == MetricKind.Histogram) WriteHistogram(text, family, series);
                else Sample(text, family.Name, series.Labels, series.Read().Value);
            }
        }

        return text.ToString();
    }

    /// <summary>An instrument's name as Prometheus takes it.</summary>
    public static string Name(string instrument, string? unit, bool isCounter)
    {
        var name = Legal(instrument);
        var suffix = unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", "1" => "_ratio", _ => "" };
        if (!name.EndsWith(suffix, StringComparison.Ordinal)) name += suffix;
        return isCounter && !name.EndsWith("_total", StringComparison.Ordinal) ? $"{name}_total" : name;
    }

    /// <summary>In braces; empty when there are none.</summary>
    public static string Labels(IEnumerable<KeyValuePair<string, object?>> labels)
    {
        var list = string.Join(',', labels.Select(l => $"{Legal(l.Key)}=\"{EscapeLabel(Convert.ToString(l.Value, CultureInfo.InvariantCulture) ?? "")}\""));
        return list.Length == 0 ? "" : $"{{{list}}}";
    }

    /// <summary>Buckets count all measurements up to their bounds, so each includes the ones before.</summary>
    private static void WriteHistogram(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        var (sum, buckets) = series.Read();
        var count = 0L;
        for (var i = 0; i < buckets.Length; i++)
        {
            count += buckets[i];
            var bound = i < family.Bounds.Count ? Number(family.Bounds[i]) : "+Inf";
            Sample(text, $"{family.Name}_bucket", [.. series.Labels, new("le", bound)], count);
        }

        Sample(text, $"{family.Name}_sum", series.Labels, sum);
        Sample(text, $"{family.Name}_count", series.Labels, count);
    }

    private static void Sample(StringBuilder text, string name, IEnumerable<KeyValuePair<string, object?>> labels, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{Labels(labels)} {Number(value)}\n");

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Legal(string name)
    {
        var legal = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return char.IsAsciiDigit(legal[0]) ? $"_{legal}" : legal;
    }

    private static string EscapeHelp(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private static string EscapeLabel(string text) => EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);
}
