using System.Reflection;
using System.Xml.Linq;
using JobScheduler.Domain;
using JobScheduler.EventStore;
using JobScheduler.Host.Configuration;
using JobScheduler.Projections;

namespace JobScheduler.UnitTests.Architecture;

/// <summary>
/// Arrows run Host → Projections → {EventStore, Domain}. Asked of the assemblies, which know what is used, and of the project files,
/// which know what may be. Seen failing with a reference from EventStore to Domain, first unused, then used.
/// </summary>
public sealed class ProjectReferenceTests
{
    private const string Prefix = "JobScheduler.";

    private static readonly Assembly[] Assemblies =
        [typeof(EventCatalog).Assembly, typeof(PostgresEventStore).Assembly, typeof(JobSchedulerLog).Assembly, typeof(ConfigurationException).Assembly];

    public static TheoryData<string, string[]> Arrows => new()
    {
        { "JobScheduler.Domain", [] },
        { "JobScheduler.EventStore", [] },
        { "JobScheduler.Projections", ["JobScheduler.Domain", "JobScheduler.EventStore"] },
        { "JobScheduler.Host", ["JobScheduler.Projections"] },
    };

    [Theory]
    [MemberData(nameof(Arrows))]
    public void Project_file_references_no_other_projects(string project, string[] allowed) =>
        Includes(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)).ShouldBe(allowed, ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Arrows))]
    public void Assembly_uses_no_other_projects(string project, string[] allowed)
    {
        var assembly = Assemblies.Single(a => a.GetName().Name == project);
        // What a project references reaches it too, and may be used.
        var reachable = allowed.Concat(Arrows.Where(arrow => allowed.Contains(arrow.Data.Item1)).SelectMany(arrow => arrow.Data.Item2));

        References(assembly).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Except(reachable).ShouldBeEmpty();
    }

    [Fact]
    public void Domain_uses_the_base_class_library_only()
    {
        var baseClassLibrary = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        References(typeof(EventCatalog).Assembly).Where(name => !File.Exists(Path.Combine(baseClassLibrary, name + ".dll"))).ShouldBeEmpty();
        Includes("JobScheduler.Domain", "PackageReference").ShouldBeEmpty();
        Includes("JobScheduler.Domain", "FrameworkReference").ShouldBeEmpty();
    }

    [Fact]
    public void Every_project_of_the_product_has_its_arrows_here() =>
        Directory.GetDirectories(Path.Combine(SolutionFolder(), "src")).Select(Path.GetFileName)
            .ShouldBe(Arrows.Select(arrow => arrow.Data.Item1), ignoreOrder: true);

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);

    private static IEnumerable<string> Includes(string project, string item) =>
        XDocument.Load(Path.Combine(SolutionFolder(), "src", project, project + ".csproj"))
            .Descendants(item).Select(element => element.Attribute("Include")!.Value);

    private static string SolutionFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "JobScheduler.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
