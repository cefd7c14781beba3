using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace JobScheduler.Host.Api.Metrics;

/// <summary>Collects what the instruments of the product's meters measure, all those whose names begin with <see cref="MeterPrefix"/>.</summary>
internal sealed class MetricCollection : IDisposable
{
    public const string MeterPrefix = "JobScheduler.";

    private static readonly double[] Seconds = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30];
    private static readonly double[] Amounts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

    private readonly ConcurrentDictionary<string, MetricFamily> _families = [];
    private readonly MeterListener _listener = new();

    public MetricCollection()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
        };
        Listen<byte>();
        Listen<short>();
        Listen<int>();
        Listen<long>();
        Listen<float>();
        Listen<double>();
        Listen<decimal>();
        _listener.Start();
    }

    /// <summary>All families by name, observable instruments asked anew.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        _listener.RecordObservableInstruments();
        return [.. _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    public void Dispose() => _listener.Dispose();

    private void Listen<T>() where T : struct, IConvertible => _listener.SetMeasurementEventCallback<T>(
        static (_, measurement, tags, family) => ((MetricFamily)family!).Record(measurement.ToDouble(null), tags));

    /// <summary>Instruments of one name, which several hosts of one process have, share a family.</summary>
    private MetricFamily FamilyOf(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        var kind = type == typeof(Counter<>) ? MetricKind.Counter
            : type == typeof(UpDownCounter<>) ? MetricKind.UpDownCounter
            : type == typeof(Histogram<>) ? MetricKind.Histogram
            : type == typeof(ObservableCounter<>) ? MetricKind.ObservedCounter
            : MetricKind.Gauge;
        var name = PrometheusText.Name(instrument.Name, instrument.Unit, kind is MetricKind.Counter or MetricKind.ObservedCounter);
        return _families.GetOrAdd(name, n => new(n, instrument.Description, kind, kind == MetricKind.Histogram ? BoundsOf(instrument) : []));
    }

    /// <summary>Those that the instrument advises, else some that fit its unit.</summary>
    private static IReadOnlyList<double> BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } advised } => advised,
        Histogram<int> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised.Select(b => (double)b)],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised.Select(b => (double)b)],
        { Unit: "s" } => Seconds,
        { Unit: "ms" } => [.. Seconds.Select(s => s * 1_000)],
        _ => Amounts,
    };
}
