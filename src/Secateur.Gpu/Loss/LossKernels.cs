using ILGPU;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Kernels;

namespace Secateur.Gpu.Loss;

/// <summary>The loss and its gradients, once it is known which anchors learn what.</summary>
internal static class LossKernels
{
    /// <summary>A thread for each anchor of each image: its gradients, zero outside the loss. Each group leaves its part of the sums.</summary>
    /// <param name="loss">What the kernels share.</param>
    /// <param name="memory">Where values and gradients lie.</param>
    /// <param name="locations">From where on [N, A, 4].</param>
    /// <param name="scores">From where on [N, A, 2].</param>
    /// <param name="locationGradients">Like <paramref name="locations"/>.</param>
    /// <param name="scoreGradients">Like <paramref name="scores"/>.</param>
    public static void Gradients(LossViews loss, ArrayView<float> memory, long locations, long scores, long locationGradients, long scoreGradients)
    {
        var (image, anchor) = (Grid.IdxY, (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX);
        var (location, confidence) = (0.0, 0.0);
        if (anchor < loss.AnchorCount)
        {
            var at = ((long)image * loss.AnchorCount) + anchor;
            var role = loss.Roles[at];
            double divisor = loss.Divisor[0];
            if (role == LossViews.Positive)
            {
                var face = loss.Faces[loss.Starts[image] + loss.Matches[at]];
                location = BoxLoss.Add(memory, locations + (4 * at), locationGradients + (4 * at), face, loss.Anchors[anchor], loss.Variances, divisor);
            }
            else
            {
                for (var c = 0; c < 4; c++) memory[locationGradients + (4 * at) + c] = 0;
            }

            if (role != LossViews.Ignored)
            {
                confidence = ScoreLoss.Add(memory, scores + (2 * at), scoreGradients + (2 * at), role == LossViews.Positive, divisor);
            }
            else
            {
                memory[scoreGradients + (2 * at)] = 0;
                memory[scoreGradients + (2 * at) + 1] = 0;
            }
        }

        location = GroupSums.Sum(location);
        confidence = GroupSums.Sum(confidence);
        if (Group.IdxX != 0) return;
        var part = ((long)image * Grid.DimX) + Grid.IdxX;
        loss.LocationParts[part] = location;
        loss.ConfidenceParts[part] = confidence;
    }

    /// <summary>A group for each image: its sums.</summary>
    public static void Sum(LossViews loss)
    {
        var image = Grid.IdxX;
        var parts = (loss.AnchorCount + GpuDevice.GroupSize - 1) / GpuDevice.GroupSize;
        var (location, confidence) = (0.0, 0.0);
        for (var i = Group.IdxX; i < parts; i += GpuDevice.GroupSize)
        {
            location += loss.LocationParts[((long)image * parts) + i];
            confidence += loss.ConfidenceParts[((long)image * parts) + i];
        }

        location = GroupSums.Sum(location);
        confidence = GroupSums.Sum(confidence);
        if (Group.IdxX != 0) return;
        loss.Sums[LossViews.SumsOfImage * image] = location;
        loss.Sums[(LossViews.SumsOfImage * image) + 1] = confidence;
        loss.Sums[(LossViews.SumsOfImage * image) + 2] = loss.Positives[image];
    }
}
