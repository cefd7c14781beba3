using System.Globalization;
using Npgsql;

namespace JobScheduler.Bench.Load;

/// <summary>A scenario that is run by its name.</summary>
/// <param name="Summary">One line.</param>
/// <param name="Defaults">Its options, each with the value it has when it is not given.</param>
/// <param name="Run">Returns the process's exit code: 1 when a promise was broken.</param>
internal sealed record BenchCommand(
    string Name, string Summary, IReadOnlyDictionary<string, string> Defaults, Func<BenchOptions, Task<int>> Run)
{
    private static readonly BenchCommand[] All =
    [
        LoadCommand.Command, BurstCommand.Command, CreateCommand.Command, HangCommand.Command, MillionCommand.Command, DashboardsCommand.Command, HistoryCommand.Command,
        GrowCommand.Command,
    ];

    public static BenchCommand? Find(string name) => All.SingleOrDefault(c => c.Name == name);

    public static int Help()
    {
        Console.WriteLine("Each starts receiver, PostgreSQL and host as processes of their own and ends with 1 when a promise was broken.");
        Console.WriteLine("With the options' defaults:");
        foreach (var command in All)
        {
            var options = string.Join(' ', command.Defaults.Select(o => $"--{o.Key} {(o.Value.Length == 0 ? "…" : o.Value)}"));
            Console.WriteLine($"  {command.Name} {options}: {command.Summary}");
        }

        Console.WriteLine("  --filter '*' --inProcess: the micro-benchmarks, by BenchmarkDotNet, which takes all other arguments.");
        return 0;
    }

    public async Task<int> RunAsync(string[] args)
    {
        if (BenchOptions.Read(args, Defaults) is not { } options)
        {
            await Console.Error.WriteLineAsync($"The options of '{Name}' are {string.Join(' ', Defaults.Keys.Select(o => $"--{o} VALUE"))}.");
            return 2;
        }

        try
        {
            return await Run(options);
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException or NpgsqlException or TimeoutException)
        {
            // One of the processes has ended or does not answer. Caught, so that the others are ended too.
            await Console.Error.WriteLineAsync(e.ToString());
            return 1;
        }
    }
}

/// <summary>A command's options, as <c>--name value</c>.</summary>
internal sealed class BenchOptions
{
    private readonly Dictionary<string, string> _values;

    private BenchOptions(Dictionary<string, string> values) => _values = values;

    /// <summary><c>null</c> when an argument is none of <paramref name="defaults"/>.</summary>
    public static BenchOptions? Read(string[] args, IReadOnlyDictionary<string, string> defaults)
    {
        var values = defaults.ToDictionary();
        foreach (var pair in args.Chunk(2))
        {
            if (pair is not [var name, var value] || !name.StartsWith("--", StringComparison.Ordinal) || !values.ContainsKey(name[2..])) return null;
            values[name[2..]] = value;
        }

        return new(values);
    }

    public int Number(string name) => int.Parse(_values[name], CultureInfo.InvariantCulture);

    public IReadOnlyList<int> Numbers(string name) => [.. Words(name).Select(n => int.Parse(n, CultureInfo.InvariantCulture))];

    public IReadOnlyList<string> Words(string name) => _values[name].Split(',', StringSplitOptions.RemoveEmptyEntries);
}
