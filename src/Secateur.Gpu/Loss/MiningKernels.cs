using ILGPU;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Kernels;
using Secateur.Training.Loss;

namespace Secateur.Gpu.Loss;

/// <summary>The second stage of the matching, and the choice of hard negatives.</summary>
internal static class MiningKernels
{
    private const uint SignBit = 0x8000_0000;

    /// <summary>A group for each image: faces that match few anchors get more, the nearest misses of all faces together.</summary>
    public static void Compensate(LossViews loss)
    {
        var image = Grid.IdxX;
        var (keys, roles) = (KeysOf(loss, image), RolesOf(loss, image));
        var (matched, candidates, positives) = (0, 0, 0);
        for (var j = loss.Starts[image] + Group.IdxX; j < loss.Starts[image + 1]; j += GpuDevice.GroupSize)
        {
            if (loss.Found[j].Overlap >= AnchorMatcher.Positive) matched++;
            if (loss.Found[j].Overlap >= AnchorMatcher.Good) matched++;
        }

        for (var a = Group.IdxX; a < loss.AnchorCount; a += GpuDevice.GroupSize)
        {
            if (keys[a] > 0) candidates++;
            if (roles[a] == LossViews.Positive) positives++;
        }

        var wanted = GroupSums.Sum(matched) / 2;
        candidates = GroupSums.Sum(candidates);
        positives = GroupSums.Sum(positives);
        var count = wanted < candidates ? wanted : candidates;
        if (Group.IdxX == 0) loss.Positives[image] = positives + count;
        LargestKeys.Mark(keys, count, roles, LossViews.Positive);
    }

    /// <summary>
    /// A thread for each anchor of each image: a negative's key, which rises with its loss; what is no number comes first. The positives of all
    /// images are known by now: the first thread sets the batch's divisor.
    /// </summary>
    /// <param name="loss">What the kernels share.</param>
    /// <param name="memory">Where the scores lie.</param>
    /// <param name="scores">From where on.</param>
    public static void OrderNegatives(LossViews loss, ArrayView<float> memory, long scores)
    {
        var (image, anchor) = (Grid.IdxY, (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX);
        if (image == 0 && anchor == 0) loss.Divisor[0] = DivisorOf(loss);
        if (anchor >= loss.AnchorCount) return;
        var at = ((long)image * loss.AnchorCount) + anchor;
        var background = scores + (2 * at);
        loss.Keys[at] = loss.Roles[at] == LossViews.Positive ? 0 : OrderKey(memory[background + 1] - memory[background]);
    }

    /// <summary>A group for each image: those negatives learn the background that have the largest loss.</summary>
    public static void Mine(LossViews loss)
    {
        var image = Grid.IdxX;
        var positives = loss.Positives[image];
        var wanted = (long)HardNegativeMining.NegativesPerPositive * positives;
        var rest = loss.AnchorCount - positives;
        var count = wanted < rest ? (int)wanted : rest;
        LargestKeys.Mark(KeysOf(loss, image), count, RolesOf(loss, image), LossViews.Negative);
    }

    private static int DivisorOf(LossViews loss)
    {
        var positives = 0;
        for (var n = 0; n < loss.Batch; n++) positives += loss.Positives[n];
        return positives > 0 ? positives : loss.Starts[loss.Batch + 1];
    }

    private static uint OrderKey(float margin)
    {
        if (float.IsNaN(margin)) return uint.MaxValue;

        // -0 and 0 are equal.
        var bits = margin == 0 ? 0 : Interop.FloatAsInt(margin);
        return (bits & SignBit) == 0 ? bits | SignBit : ~bits;
    }

    private static ArrayView<uint> KeysOf(LossViews loss, int image) => loss.Keys.SubView((long)image * loss.AnchorCount, loss.AnchorCount);

    private static ArrayView<byte> RolesOf(LossViews loss, int image) => loss.Roles.SubView((long)image * loss.AnchorCount, loss.AnchorCount);
}
