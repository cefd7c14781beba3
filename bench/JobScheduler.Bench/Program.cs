using System.Reflection;
using BenchmarkDotNet.Running;
using JobScheduler.Bench.Load;

return args switch
{
    ["help"] => BenchCommand.Help(),
    [ReceiverProcess.Name, .. var rest] => await ReceiverProcess.RunAsync(rest),
    [QuartzProcess.Name, .. var rest] => await QuartzProcess.RunAsync(rest),
    [SocketsProcess.Name, .. var rest] => SocketsProcess.Run(rest),
    [var name, .. var rest] when BenchCommand.Find(name) is { } command => await command.RunAsync(rest),
    _ => BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args).All(s => s.Reports.All(r => r.Success)) ? 0 : 1,
};
