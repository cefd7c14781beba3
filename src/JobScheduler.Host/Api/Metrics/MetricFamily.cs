using System.Collections.Concurrent;

namespace JobScheduler.Host.Api.Metrics;

internal enum MetricKind
{
    /// <summary>Measurements are added up.</summary>
    Counter,

    /// <summary>Measurements are changes, added up.</summary>
    UpDownCounter,

    /// <summary>A measurement takes the place of the one before.</summary>
    Gauge,

    /// <summary>As a gauge, but what is measured is a sum that only grows.</summary>
    ObservedCounter,

    Histogram,
}

/// <summary>What was measured under one name, a series for each set of labels. Thread-safe.</summary>
/// <param name="Bounds">Upper bounds of a histogram's buckets, ascending; the last bucket, which has none, is not named.</param>
internal sealed record MetricFamily(string Name, string? Help, MetricKind Kind, IReadOnlyList<double> Bounds)
{
    private readonly ConcurrentDictionary<string, MetricSeries> _series = [];

    public bool IsCounter => Kind is MetricKind.Counter or MetricKind.ObservedCounter;

    public IEnumerable<MetricSeries> Series => _series.Values.OrderBy(s => PrometheusText.Labels(s.Labels), StringComparer.Ordinal);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = "";
        foreach (var (name, label) in tags) key += $"{name}\u001f{label}\u001e";
        if (!_series.TryGetValue(key, out var series)) series = _series.GetOrAdd(key, new MetricSeries([.. tags], Bounds.Count));
        series.Record(value, this);
    }
}

/// <summary>The measurements of one set of labels.</summary>
internal sealed class MetricSeries(IReadOnlyList<KeyValuePair<string, object?>> labels, int bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[bounds + 1];
    private double _value;

    public IReadOnlyList<KeyValuePair<string, object?>> Labels => labels;

    public void Record(double value, MetricFamily family)
    {
        lock (_gate)
        {
            _value = family.Kind is MetricKind.Gauge or MetricKind.ObservedCounter ? value : _value + value;
            if (family.Kind != MetricKind.Histogram) return;
            var bucket = 0;
            while (bucket < family.Bounds.Count && value > family.Bounds[bucket]) bucket++;
            _buckets[bucket]++;
        }
    }

    /// <summary>The value, which for a histogram is the sum; and how many measurements fell into each of its buckets.</summary>
    public (double Value, long[] Buckets) Read()
    {
        lock (_gate) return (_value, [.. _buckets]);
    }
}
