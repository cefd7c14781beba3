using FsCheck;
using FsCheck.Fluent;
using JobScheduler.Host.Dispatching;

namespace JobScheduler.UnitTests.Host.Dispatching;

/// <summary>Books of who came, waits and is under way, kept in the plainest way beside an <see cref="Admission{T}"/> that is held to them.</summary>
internal sealed class AdmissionModel(int total, int perHost)
{
    public const int Hosts = 4;

    private readonly Admission<Call> _admission = new(total, perHost);
    private readonly Queue<Call>[] _waiting = [.. Enumerable.Range(0, Hosts).Select(_ => new Queue<Call>())];
    private readonly List<Call> _underWay = [];

    /// <summary>How often each host has overtaken each other that could have gone.</summary>
    private readonly int[,] _overtook = new int[Hosts, Hosts];
    private int _came;
    private int _admitted;

    internal sealed record Run(int Total, int PerHost, (bool Enter, int Choice)[] Steps)
    {
        public override string ToString() => $"{Total} in all, {PerHost} a host: {string.Join(" ", Steps.Select(s => $"{(s.Enter ? "+" : "-")}{s.Choice}"))}";
    }

    private sealed record Call(int Number, int Host);

    public static Arbitrary<Run> Runs { get; } = (
        from total in Gen.Choose(1, 6)
        from perHost in Gen.Choose(1, 4)
        from steps in (
            from enter in Gen.Elements(true, true, false)
            from choice in Gen.Choose(0, 99)
            select (enter, choice)).ArrayOf(60)
        select new Run(total, perHost, steps)).ToArbitrary();

    public int UnderWay => _underWay.Count;

    public void Enter(int host)
    {
        var call = new Call(_came++, host);
        var free = _underWay.Count < total && Taken(host) < perHost;

        _admission.TryEnter(NameOf(host), call).ShouldBe(free);

        if (free) Admit(call);
        else _waiting[host].Enqueue(call);
    }

    public void EnterAhead(int host)
    {
        var free = _underWay.Count < total / 2 && Taken(host) < perHost / 2;

        _admission.TryEnterAhead(NameOf(host)).ShouldBe(free);

        if (free) Admit(new Call(_came++, host));
    }

    public void Leave(int index)
    {
        var host = _underWay[index].Host;
        _underWay.RemoveAt(index);
        var couldGo = Enumerable.Range(0, Hosts).Where(CouldGo).ToList();

        var next = _admission.Leave(NameOf(host));

        if (next is null)
        {
            couldGo.ShouldBeEmpty("a place stays free although somebody waits who may have it");
            return;
        }

        couldGo.ShouldContain(next.Host);
        _waiting[next.Host].Dequeue().ShouldBe(next, "the line of one host is in the order of coming");
        Admit(next);
        foreach (var other in couldGo.Where(other => other != next.Host))
        {
            (++_overtook[next.Host, other]).ShouldBe(1, "nobody goes twice while another could have gone");
        }

        for (var other = 0; other < Hosts; other++) _overtook[other, next.Host] = 0;
    }

    public void ShouldHaveAdmittedAll() => _admitted.ShouldBe(_came);

    private void Admit(Call call)
    {
        _admitted++;
        _underWay.Add(call);
        _underWay.Count.ShouldBeLessThanOrEqualTo(total);
        Taken(call.Host).ShouldBeLessThanOrEqualTo(perHost);
    }

    private bool CouldGo(int host) => _waiting[host].Count > 0 && Taken(host) < perHost;

    private int Taken(int host) => _underWay.Count(call => call.Host == host);

    private static string NameOf(int host) => $"{host}:80";
}
