namespace JobScheduler.Bench.Load;

/// <summary>A table of fixed widths on standard output: a line stands there as soon as it is known.</summary>
internal sealed class Table
{
    private const int Narrowest = 8;

    private readonly int[] _widths;

    /// <param name="first">Width of the first column, which holds text; the others hold numbers.</param>
    public Table(int first, params string[] columns)
    {
        _widths = [-first, .. columns.Skip(1).Select(c => Math.Max(Narrowest, c.Length))];
        Add(columns);
    }

    public void Add(params IEnumerable<string> cells) => Console.WriteLine(string.Join(' ', cells.Select(Padded)).TrimEnd());

    private string Padded(string cell, int column) =>
        column >= _widths.Length ? cell : _widths[column] < 0 ? cell.PadRight(-_widths[column]) : cell.PadLeft(_widths[column]);
}
