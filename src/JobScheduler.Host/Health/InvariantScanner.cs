using System.Diagnostics.Metrics;
using JobScheduler.Domain;
using JobScheduler.Host.Configuration;
using Npgsql;

namespace JobScheduler.Host.Health;

/// <summary>
/// Checks from time to time, on each node, whether what should always hold does. What is found is logged once, when it comes, and once
/// when it has gone; the meter <c>JobScheduler.Health</c> says how much there is of each kind.
/// </summary>
internal sealed class InvariantScanner : BackgroundService
{
    private readonly InvariantChecks _checks;
    private readonly InvariantOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<InvariantScanner> _logger;
    private readonly Meter _meter = new("JobScheduler.Health");
    private readonly SemaphoreSlim _one = new(1);
    private HashSet<(InvariantKind, string)> _known = [];
    private volatile InvariantReport? _latest;

    public InvariantScanner(InvariantChecks checks, InvariantOptions options, TimeProvider time, ILogger<InvariantScanner> logger)
    {
        (_checks, _options, _time, _logger) = (checks, options, time, logger);
        _meter.CreateObservableGauge("jobscheduler.invariant_findings", Measure, description: "What is not as it should be, as of the last scan.");
    }

    /// <summary>What the last scan has found, or, when it lies back further than it should, a new one.</summary>
    /// <exception cref="NpgsqlException">PostgreSQL cannot be reached.</exception>
    public async Task<InvariantReport> LatestAsync(CancellationToken cancellation) =>
        _latest is { } report && _time.GetUtcNow() - report.ScannedAt < 2 * _options.Interval ? report : await ScanAsync(cancellation);

    /// <exception cref="NpgsqlException">PostgreSQL cannot be reached.</exception>
    public async Task<InvariantReport> ScanAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var report = await _checks.RunAsync(cancellation);
            Tell(report);
            _latest = report;
            return report;
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _meter.Dispose();
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(_options.Interval, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!stoppingToken.IsCancellationRequested) await ScanAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The host does not end because nobody could look after it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.LogWarning("The invariants could not be checked, trying again: {Reason}", e.Message);
            }
        }
    }

    private void Tell(InvariantReport report)
    {
        var found = report.Findings.Select(f => (f.Kind, f.Subject)).ToHashSet();
        foreach (var finding in report.Findings.Where(f => !_known.Contains((f.Kind, f.Subject))))
        {
            _logger.LogWarning(
                "Invariant {Kind} does not hold since {Since:O}: {What} {Action}", WireName.Of(finding.Kind), finding.Since, finding.What, finding.Action);
        }

        foreach (var gone in _known.Except(found).GroupBy(f => f.Item1))
            _logger.LogInformation("Invariant {Kind}: {Count} findings are gone", WireName.Of(gone.Key), gone.Count());
        _known = found;
    }

    private IEnumerable<Measurement<long>> Measure() => _latest is { } report
        ? report.Counts.Select(c => new Measurement<long>(c.Value, new KeyValuePair<string, object?>("kind", WireName.Of(c.Key))))
        : [];
}
