using Secateur.TestSupport;

namespace Secateur.Imaging.Tests;

public sealed class AtomicFileTests
{
    [Fact]
    public void Replaces_a_file_and_leaves_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.bin", [1, 2, 3]);
        AtomicFile.Write(path, stream => stream.Write([4, 5]));
        Assert.Equal([4, 5], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void The_old_file_stays_whole_until_the_new_one_is_complete()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.bin", [1, 2, 3]);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        });
        Assert.Equal(100_000, new FileInfo(path).Length);
    }

    [Fact]
    public void A_failure_keeps_the_old_file_and_deletes_the_temporary_one()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.bin", [1, 2, 3]);
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(9);
            throw new InvalidOperationException("disturbed");
        }));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void A_missing_folder_and_a_directory_as_target_are_errors()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(folder.PathOf("none/a.bin"), _ => { }));
        Directory.CreateDirectory(folder.PathOf("taken"));
        var error = Record.Exception(() => AtomicFile.Write(folder.PathOf("taken"), stream => stream.WriteByte(1)));
        Assert.True(error is IOException or UnauthorizedAccessException, $"{error}");
        Assert.StartsWith(folder.PathOf("taken") + ": ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", error.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(folder.Root));
    }
}
