using Xunit;

namespace Secateur.Tests.Weights;

public class AtomicFileTests
{
    [Fact]
    public void Makes_and_replaces_a_file_and_leaves_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("a.bin");
        AtomicFile.Write(path, stream => stream.Write([1, 2, 3]));
        AtomicFile.Write(path, stream => stream.Write([4]));
        Assert.Equal([4], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void A_failure_keeps_the_old_file_and_removes_the_temporary_one()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.bin", [7]);
        Assert.Throws<NotSupportedException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new NotSupportedException();
        }));
        Assert.Equal([7], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void A_missing_folder_is_an_IO_error()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(folder.PathOf("none/a.bin"), _ => { }));
    }
}
