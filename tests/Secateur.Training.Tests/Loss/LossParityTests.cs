using System.Collections.Immutable;
using Secateur.Kernels;
using Secateur.TestSupport;
using Secateur.Training.Loss;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Loss;

/// <summary>Matching, mining and losses against values computed with PyTorch.</summary>
public class LossParityTests
{
    private const int Size = 160;

    [SharedDataTheory]
    [InlineData("eres_step")]
    [InlineData("extd64_step")]
    public void A_batch_has_the_matches_hard_negatives_and_losses_of_the_reference(string file)
    {
        var expected = Read(file);
        var grid = Batches.Grid(Size, Size);
        var faces = new[] { Faces.Of(expected["target_0"]), Faces.Of(expected["target_1"]) };
        var (locations, scores) = (expected["loc"].Data, expected["conf"].Data);
        var matcher = new AnchorMatcher(grid);
        var mining = new HardNegativeMining(grid.Count);
        for (var n = 0; n < faces.Length; n++)
        {
            matcher.Match(faces[n].AsSpan());
            AssertTargets(grid, matcher, faces[n], Image(expected["loc_t"], n));
            Assert.Equal(Ones(Image(expected["conf_t"], n)), matcher.Positives.Order());
            var negatives = mining.Select(scores.AsSpan(2 * n * grid.Count), matcher.IsPositive, matcher.Positives.Count);
            Assert.Equal(Ones(Image(expected["hard_negative"], n)), negatives);
        }

        var loss = new MultiBoxLoss(grid, threads: 2).Compute(locations, scores, faces);

        Assert.Equal(expected["loss_l"].Data[0], loss.Location, 1e-5);
        Assert.Equal(expected["loss_c"].Data[0], loss.Confidence, 1e-5);
        Assert.Equal(47 + 29, loss.Positives);
    }

    [SharedDataFact]
    public void Ties_that_rounding_decides_are_decided_alike()
    {
        var expected = Read("matching_ties");
        var grid = Batches.Grid(Size, Size);
        var matcher = new AnchorMatcher(grid);
        var faces = Faces.Of(expected["target"]);

        matcher.Match(faces.AsSpan());

        Assert.Equal(Ones(expected["conf_t"].Data), matcher.Positives.Order());
        AssertTargets(grid, matcher, faces, expected["loc_t"].Data);
    }

    private static void AssertTargets(AnchorGrid grid, AnchorMatcher matcher, ImmutableArray<FaceBox> faces, ReadOnlySpan<float> expected)
    {
        Span<float> target = stackalloc float[4];
        for (var a = 0; a < grid.Count; a++)
        {
            BoxEncoder.Encode(faces[matcher.Faces[a]], grid[a], grid.Variances, target);
            for (var c = 0; c < target.Length; c++) Assert.Equal(expected[(4 * a) + c], target[c], 1e-4);
        }
    }

    private static IReadOnlyDictionary<string, Tensor> Read(string file) =>
        Safetensors.Read(SharedData.PathOf("parity", "training", file + ".safetensors")).Tensors;

    private static float[] Image(Tensor batch, int n) => batch.Data[(n * batch.Length / 2)..((n + 1) * batch.Length / 2)];

    private static IEnumerable<int> Ones(float[] flags) => Enumerable.Range(0, flags.Length).Where(i => flags[i] == 1);
}
