using Secateur.Pixels;
using Secateur.Training.Evaluation;
using Xunit;

namespace Secateur.Training.Tests.Evaluation;

public sealed class FaceMatchingTests
{
    private static readonly FaceDetection[] Faces = [new(0, 0, 10, 10, 1), new(50, 50, 70, 70, 1)];

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 1)]
    [InlineData(3, 2, 1)]
    public void A_face_is_found_once(int first, int right, int wrong)
    {
        FaceDetection[] found = [new(1, 0, 10, 10, 0.9f), new(0, 0, 10, 10, 0.8f), new(50, 52, 70, 72, 0.7f)];
        var match = FaceMatching.Of(found[..first], Faces);
        Assert.Equal((right, Faces.Length - right, wrong), (match.Found.Length, match.Missed.Length, match.Wrong.Length));
    }

    [Fact]
    public void Less_than_half_of_an_overlap_finds_nothing()
    {
        var match = FaceMatching.Of([new FaceDetection(6, 0, 16, 10, 1)], Faces);
        Assert.Equal((0, Faces.Length, 1), (match.Found.Length, match.Missed.Length, match.Wrong.Length));
        Assert.Equal(Faces, match.Missed);
    }
}
