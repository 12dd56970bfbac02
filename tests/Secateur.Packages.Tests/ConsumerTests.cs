using System.Globalization;
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
        var expected = Sample.Find(Path.Combine(consumer.Root, Sample.Photo)).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Score:F2} at {f.X1:F0}, {f.Y1:F0}"));
        Assert.Equal(expected, found.ReplaceLineEndings("\n").TrimEnd().Split('\n'));
    }

    /// <summary>What is trimmed is what any program would get; what is compiled to native code are all of the libraries that claim to bear it, whole, so that nothing hides.</summary>
    [NativeCompilerFact]
    public async Task Trimmed_and_compiled_to_native_code_it_finds_the_same_boxes_without_a_warning()
    {
        var bearing = OwnPackage.Libraries.Where(p => p.IsTrimmable).ToList();
        Assert.Equal(OwnPackage.Libraries.Count - 1, bearing.Count);
        using (var native = new Consumer(feed, FacesProgram.Text, bearing.Select(p => p.Id), bearing.Select(p => p.AssemblyName)))
            await FacesProgram.Check(native.Root, await native.Publish("native", "PublishAot=true"));

        using var trimmed = new Consumer(feed, FacesProgram.Text, ["Secateur.Imaging", "Secateur.Models"]);
        await FacesProgram.Check(trimmed.Root, await trimmed.Publish("trimmed", "PublishTrimmed=true", "PublishSingleFile=true", "SelfContained=true"));
    }
}
