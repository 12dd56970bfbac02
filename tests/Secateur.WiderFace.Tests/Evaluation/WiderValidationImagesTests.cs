using Secateur.TestSupport;
using Secateur.WiderFace.Evaluation;
using Xunit;
using static Secateur.WiderFace.Tests.Evaluation.Samples;

namespace Secateur.WiderFace.Tests.Evaluation;

public sealed class WiderValidationImagesTests : IDisposable
{
    private static readonly WiderGroundTruth Truth = new([.. new[] { "b/3.jpg", "a/1.jpg", "a/2.jpg" }.Select(path => Image(path))]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("WIDER_val/images/")]
    [InlineData("images/")]
    [InlineData("")]
    public void Images_are_found_with_nothing_but_the_ground_truth(string place)
    {
        foreach (var name in new[] { "a/1.jpg", "b/3.JPG", "a/other.jpg" }) _folder.Write(place + name, "");
        var found = WiderValidationImages.Find(_folder.Root, Truth);
        Assert.Equal([_folder.PathOf(place + "b/3.JPG"), _folder.PathOf(place + "a/1.jpg")], found.Images.Select(i => i.Path));
        Assert.Equal(["b/3.jpg", "a/1.jpg"], found.Images.Select(i => i.Name.ToString()));
        Assert.Equal(["a/2.jpg"], found.Absent.Select(i => i.ToString()));
        Assert.Equal([_folder.PathOf(place + "a/other.jpg")], found.Unknown.AsEnumerable());
    }

    [Fact]
    public void A_folder_without_images_is_told()
    {
        _folder.Write("WIDER_val/images/c/1.jpg", "");
        Assert.Contains("none of the 3 validation images is there, looked in WIDER_val/images", Assert.Throws<FileNotFoundException>(() => WiderValidationImages.Find(_folder.Root, Truth)).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => WiderValidationImages.Find(_folder.PathOf("none"), Truth));
    }
}
