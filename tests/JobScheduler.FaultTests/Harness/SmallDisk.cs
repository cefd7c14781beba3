using JobScheduler.Host.EmbeddedPostgres;
using JobScheduler.Testing;

namespace JobScheduler.FaultTests;

/// <summary>A file system in memory of a few megabytes, which can be filled. Mounting needs root and Linux; else the test is skipped.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private SmallDisk()
    {
    }

    public string Path => _directory.Path;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = new SmallDisk();
        var mount = await Command.RunAsync(["mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0711", "tmpfs", disk.Path], CancellationToken.None);
        if (!mount.Succeeded) disk._directory.Dispose();
        Assert.SkipUnless(mount.Succeeded, $"A small file system cannot be mounted here: {mount.Said}");
        return disk;
    }

    /// <summary>To the last byte.</summary>
    public void Fill()
    {
        var zeros = new byte[64 * 1024];
        using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1);
        for (var size = zeros.Length; size >= 512;)
        {
            try
            {
                file.Write(zeros, 0, size);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    public void Free() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        await Command.RunAsync(["umount", "-l", Path], CancellationToken.None);
        _directory.Dispose();
    }
}
