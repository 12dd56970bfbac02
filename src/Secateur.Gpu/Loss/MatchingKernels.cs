using ILGPU;
using Secateur.Gpu.Devices;
using Secateur.Training.Loss;

namespace Secateur.Gpu.Loss;

/// <summary>The first stage of the matching: which anchor is the best of each face, and which face each anchor overlaps most.</summary>
internal static class MatchingKernels
{
    /// <summary>A group for each face that the buffer has room for: the anchor that it overlaps most, the first of equals.</summary>
    public static void FindBest(LossViews loss)
    {
        var overlaps = SharedMemory.Allocate<float>(GpuDevice.GroupSize);
        var anchors = SharedMemory.Allocate<int>(GpuDevice.GroupSize);
        var (j, thread) = (Grid.IdxX, Group.IdxX);
        var count = j < loss.Starts[loss.Batch] ? loss.AnchorCount : 0;
        var face = loss.Faces[j];
        var (best, bestAnchor) = (0f, 0);
        for (var a = thread; a < count; a += GpuDevice.GroupSize)
        {
            var overlap = BoxOverlap.Of(face, loss.Edges[a]);
            if (!(overlap > best)) continue;
            best = overlap;
            bestAnchor = a;
        }

        overlaps[thread] = best;
        anchors[thread] = bestAnchor;
        Group.Barrier();
        for (var half = GpuDevice.GroupSize / 2; half > 0; half /= 2)
        {
            if (thread < half)
            {
                var (overlap, anchor) = (overlaps[thread + half], anchors[thread + half]);
                if (overlap > overlaps[thread] || (overlap == overlaps[thread] && anchor < anchors[thread]))
                {
                    overlaps[thread] = overlap;
                    anchors[thread] = anchor;
                }
            }

            Group.Barrier();
        }

        if (thread == 0) loss.Found[j] = new FaceMatch(anchors[0], overlaps[0]);
    }

    /// <summary>
    /// A thread for each anchor of each image: the last of the faces whose best it is, or else the face that it overlaps most, the first of equals;
    /// positive at once, a candidate of the second stage, or neither.
    /// </summary>
    public static void Match(LossViews loss)
    {
        var (image, anchor) = (Grid.IdxY, (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX);
        if (anchor >= loss.AnchorCount) return;
        var edges = loss.Edges[anchor];
        var first = loss.Starts[image];
        var count = loss.Starts[image + 1] - first;
        var (best, match, forced) = (0f, 0, -1);
        for (var j = 0; j < count; j++)
        {
            if (loss.Found[first + j].Anchor == anchor) forced = j;
            var overlap = BoxOverlap.Of(loss.Faces[first + j], edges);
            if (!(overlap > best)) continue;
            best = overlap;
            match = j;
        }

        var at = ((long)image * loss.AnchorCount) + anchor;
        var isPositive = forced >= 0 || best >= AnchorMatcher.Positive;
        loss.Matches[at] = forced >= 0 ? forced : match;
        loss.Roles[at] = isPositive ? LossViews.Positive : LossViews.Ignored;
        loss.Keys[at] = !isPositive && best > AnchorMatcher.Candidate ? Interop.FloatAsInt(best) : 0;
    }
}
