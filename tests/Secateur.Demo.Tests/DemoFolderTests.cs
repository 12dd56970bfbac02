using Secateur.TestSupport;
using Xunit;

namespace Secateur.Demo.Tests;

public sealed class DemoFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_folder_with_other_things_is_left_as_it_is()
    {
        var place = _temporary.PathOf("mine");
        Directory.CreateDirectory(Path.Combine(place, "data"));
        Assert.Contains($"{place}: exists and holds no demo", Assert.Throws<IOException>(() => DemoFolder.Open(place)).Message, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(place, "data")], Directory.GetFileSystemEntries(place));

        var file = _temporary.PathOf("file");
        File.WriteAllText(file, "mine");
        Assert.Contains($"{file}: is a file", Assert.Throws<IOException>(() => DemoFolder.Open(file)).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public void An_empty_folder_will_do_and_two_demonstrations_keep_apart()
    {
        var place = Directory.CreateDirectory(_temporary.PathOf("empty")).FullName;
        using (DemoFolder.Open(place))
            Assert.Contains($"{place}: another demo works there", Assert.Throws<IOException>(() => DemoFolder.Open(place)).Message, StringComparison.Ordinal);
        DemoFolder.Open(place).Dispose();
    }
}
