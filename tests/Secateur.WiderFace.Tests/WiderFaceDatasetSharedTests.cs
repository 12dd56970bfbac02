using Secateur.TestSupport;
using Xunit;

namespace Secateur.WiderFace.Tests;

public sealed class WiderFaceDatasetSharedTests
{
    [SharedDataTheory]
    [InlineData(WiderFaceSplit.Validation, 450, 5828, 0)]
    [InlineData(WiderFaceSplit.Train, 1041, 13707, 3)]
    public void Wider_mini_has_the_counts_of_its_readme(WiderFaceSplit split, int images, int faces, int flatFaces)
    {
        var data = WiderFaceDataset.Open(SharedData.PathOf("wider-mini"), split);
        Assert.Equal(images, data.Images.Length);
        Assert.Empty(data.Absent);
        Assert.Equal(faces, data.FaceCount);
        Assert.Equal(flatFaces, data.Images.SelectMany(image => image.Faces).Count(face => face.Width == 0 || face.Height == 0));
        Assert.All(data.Images, image => Assert.True(File.Exists(image.Path)));
    }
}
