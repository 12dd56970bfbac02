using Secateur.TestSupport;
using Xunit;

namespace Secateur.WiderFace.Tests;

public sealed class WiderFaceDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(WiderFaceSplit.Train, "train")]
    [InlineData(WiderFaceSplit.Validation, "val")]
    public void Listed_images_are_told_apart_by_whether_they_are_there(WiderFaceSplit split, string part)
    {
        _folder.Write(
            $"wider_face_split/wider_face_{part}_bbx_gt.txt",
            "a/1.jpg\n1\n1 2 3 4 0 0 0 0 0 0 \na/2.jpg\n1\n5 6 7 8 0 0 0 0 0 0 \nb/3.jpg\n0\n0 0 0 0 0 0 0 0 0 0 \n");
        _folder.Write($"WIDER_{part}/images/a/1.jpg", []);
        _folder.Write($"WIDER_{part}/images/b/3.jpg", []);
        _folder.Write($"WIDER_{part}/images/b/4.jpg", []);

        var data = WiderFaceDataset.Open(_folder.Root, split);

        Assert.Equal(["a/1.jpg", "b/3.jpg"], data.Images.Select(image => image.Name.ToString()));
        Assert.Equal(["a/2.jpg"], data.Absent.Select(image => image.Name.ToString()));
        Assert.Equal((3, 1), (data.Listed, data.FaceCount));
        Assert.Equal(_folder.PathOf($"WIDER_{part}", "images", "b", "3.jpg"), data.Images[1].Path);
    }

    [Fact]
    public void A_folder_without_the_list_is_named()
    {
        var error = Assert.Throws<FileNotFoundException>(() => WiderFaceDataset.Open(_folder.Root, WiderFaceSplit.Validation));
        Assert.Contains(_folder.PathOf("wider_face_split", "wider_face_val_bbx_gt.txt"), error.Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder.PathOf("wider_face_split", "wider_face_val_bbx_gt.txt"));
        Assert.Throws<InvalidFileException>(() => WiderFaceDataset.Open(_folder.Root, WiderFaceSplit.Validation));
    }
}
