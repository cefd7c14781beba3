using System.Globalization;
using JobScheduler.EventStore;
using JobScheduler.Host.Storage;
using JobScheduler.Projections;

namespace JobScheduler.Host.Commands;

/// <summary>
/// <c>JobScheduler.Host rebuild &lt;name|all&gt;</c>: makes read models anew from the log and says how the live ones differed. Hosts on
/// the database may go on. Exits with 0 when they were equal, 2 when rows differed (now put right), 1 when it could not be done.
/// </summary>
internal static class RebuildCommand
{
    public const string Name = "rebuild";
    private const int Equal = 0;
    private const int Failed = 1;
    private const int Differed = 2;

    public static async Task<int> RunAsync(IReadOnlyList<string> args, Database database, TextWriter output, CancellationToken cancellation = default)
    {
        var known = JobSchedulerLog.ReadModels;
        var models = args is ["all"] ? known : [.. known.Where(m => args.Count == 1 && m.Name == args[0])];
        if (models.Count == 0)
        {
            await output.WriteLineAsync($"Usage: JobScheduler.Host {Name} <{string.Join('|', known.Select(m => m.Name))}|all>");
            return Failed;
        }

        await using var store = new PostgresEventStore(
            database.DataSource, JobSchedulerLog.EventTypes, JobSchedulerLog.InlineProjections, new EventStoreOptions { Schema = database.Schema });
        var result = Equal;
        foreach (var model in models)
        {
            try
            {
                var report = await new ReadModelRebuild(store).RunAsync(model, cancellationToken: cancellation);
                await WriteAsync(report, output);
                if (!report.Equal) result = Differed;
            }
            catch (Exception e) when (e is RebuildRunningException or RebuildCancelledException)
            {
                await output.WriteLineAsync(e.Message);
                return Failed;
            }
        }

        return result;
    }

    private static async Task WriteAsync(RebuildReport report, TextWriter output)
    {
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.ReadModel}: {report.Events} events in {report.Duration.TotalSeconds:0.0} s{(report.ResumedFrom is { } at ? $" (gone on with at {at})" : "")}, {(report.Equal ? "equal" : "DIFFERENT")}"));
        foreach (var table in report.Tables)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"  {table.Table}: {table.Rows} rows, {table.RowsOnlyInLive} only in the live table, {table.RowsOnlyInRebuilt} only in the rebuilt one"));
            foreach (var row in table.Samples) await output.WriteLineAsync($"    {(row.OnlyInLive ? "-" : "+")} {row.Row}");
        }
    }
}
