using System.Globalization;
using Secateur.Zoo;
using Xunit;

namespace Secateur.Packages.Tests;

[Collection(PackagedProduct.Name)]
public sealed class ConsumerTests(LocalFeed feed)
{
    [Fact]
    public async Task The_readmes_program_finds_what_the_product_finds()
    {
        using var consumer = new Consumer(feed, Snippets.Of("README.md")[0], ["Secateur", "Secateur.Imaging", "Secateur.Models"]);
        var found = await Dotnet.Sdk(consumer.Root, await consumer.Build());
        var expected = Sample.Find(Path.Combine(consumer.Root, Sample.Photo), ModelZoo.Get(ModelZoo.Default).Load()).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Score:F2} at {f.X1:F0}, {f.Y1:F0}"));
        Assert.Equal(expected, found.ReplaceLineEndings("\n").TrimEnd().Split('\n'));
    }

    [NativeCompilerFact]
    public async Task Compiled_to_native_code_it_finds_the_same_boxes_without_a_warning()
    {
        using var consumer = new Consumer(feed, FacesProgram.Text, ["Secateur.Imaging", "Secateur.Models"]);
        await FacesProgram.Check(consumer.Root, await consumer.Publish("native", "PublishAot=true"));
    }

    /// <summary>With every library that claims to bear it, whole, so that no warning hides in what this program does not use.</summary>
    [PublishFact]
    public async Task Trimmed_it_finds_the_same_boxes_without_a_warning()
    {
        var bearing = OwnPackage.Libraries.Where(p => p.IsTrimmable).ToList();
        Assert.Equal(OwnPackage.Libraries.Where(p => p.Id != "Secateur.Gpu"), bearing);
        using var consumer = new Consumer(feed, FacesProgram.Text, bearing.Select(p => p.Id), bearing.Select(p => p.AssemblyName));
        await FacesProgram.Check(consumer.Root, await consumer.Publish("trimmed", "PublishTrimmed=true", "PublishSingleFile=true", "SelfContained=true"));
    }
}
