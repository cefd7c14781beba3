using System.Reflection;
using BenchmarkDotNet.Running;
using JobScheduler.Bench.Load;

return args switch
{
    [LoadCommand.Name, .. var rest] => await LoadCommand.RunAsync(rest),
    [ReceiverProcess.Name, .. var rest] => await ReceiverProcess.RunAsync(rest),
    [QuartzProcess.Name, .. var rest] => await QuartzProcess.RunAsync(rest),
    _ => BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args).All(s => s.Reports.All(r => r.Success)) ? 0 : 1,
};
