using Secateur.TestSupport;
using Xunit;

namespace Secateur.Packages.Tests;

[Collection(PackagedProduct.Name)]
public sealed class ToolTests(LocalFeed feed)
{
    [Fact]
    public async Task The_installed_tool_prints_what_the_built_command_prints()
    {
        using var folder = new TemporaryFolder();
        Sample.Write(folder.Root);
        await Dotnet.Sdk(folder.Root, "tool", "install", OwnPackage.Tool, "--tool-path", "tools", "--version", LocalFeed.Version, "--add-source", feed.Root);
        string[] detect = ["detect", Sample.Picture, "--model", Sample.Model, "--format", "csv"];
        var built = await Dotnet.Sdk(folder.Root, [SecateurProcess.Assembly, .. detect]);
        Assert.True(built.TrimEnd().Split('\n').Length > 3, built);
        Assert.Equal(built, await Dotnet.Run(folder.PathOf("tools", "secateur"), folder.Root, detect));
    }
}
