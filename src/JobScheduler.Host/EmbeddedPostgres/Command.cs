using System.ComponentModel;
using System.Diagnostics;

namespace JobScheduler.Host.EmbeddedPostgres;

/// <summary>Runs a tool of the machine.</summary>
internal static class Command
{
    // sbin is where runuser lives, and is often missing from PATH.
    private static readonly string[] SystemFolders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    // All that a child learns of the host's environment, which holds secrets and the host's own PG* settings.
    private static readonly string[] PassedOn = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

    /// <summary>The folders of PATH, then the system's.</summary>
    public static IEnumerable<string> Folders =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(SystemFolders).Distinct();

    /// <summary>The full path of a tool, or null where the machine has none.</summary>
    public static string? Find(string tool) => Folders.Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);

    /// <summary>A description of the process to start, in a folder that every account can enter.</summary>
    public static ProcessStartInfo Describe(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var name in PassedOn)
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Runs a command to its end. One that cannot be started ends with 127, as in a shell; a cancelled one is killed.</summary>
    public static async Task<CommandResult> RunAsync(IReadOnlyList<string> command, CancellationToken ct, string input = "")
    {
        using var process = new Process { StartInfo = Describe(command) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new CommandResult(127, "", e.Message);
        }

        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var errors = process.StandardError.ReadToEndAsync(ct);
            await WriteAsync(process, input);
            await process.WaitForExitAsync(ct);
            return new CommandResult(process.ExitCode, (await output).Trim(), (await errors).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task WriteAsync(Process process, string input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code tells.
        }
    }
}

internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>What it said, on one line.</summary>
    public string Said => string.Join(" / ", $"{Output}\n{Errors}".Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
