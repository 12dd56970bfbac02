using System.Numerics;
using Secateur.Pixels;

namespace Secateur.Demo.Scenes;

/// <summary>Says where the people of a scene stand: the nearer, the larger and the lower, as seen by a camera above their heads.</summary>
internal static class ScenePlan
{
    private const int Tries = 60;
    private const float SmallestUnit = 4;

    /// <summary>Poses without a face hidden by another person, the farthest first: at most <paramref name="count"/> with a face, and a few seen from behind.</summary>
    public static IReadOnlyList<HeadPose> Place(int width, int height, float horizon, int count, SeededRandom random)
    {
        var largest = height * (count <= 2 ? 0.2f : count <= 6 ? 0.155f : 0.12f);
        var smallest = Math.Max(SmallestUnit, height * (count <= 2 ? 0.1f : 0.025f));
        var placed = new List<HeadPose>();
        var people = count + random.NextIndex(3);
        for (var i = 0; i < people; i++)
        {
            // Faces first, the large ones before the small ones, while there is room for them; then those seen from behind.
            var fromBehind = i >= count;
            var distance = fromBehind ? (float)random.NextDouble() : i / (float)Math.Max(count, 2);
            var limit = largest * MathF.Pow(smallest / largest, distance);
            for (var tries = 0; tries < Tries; tries++)
            {
                var unit = Math.Max(smallest, limit * (1 - (0.3f * (float)random.NextDouble())) * MathF.Pow(0.985f, tries));
                var pose = Pose(width, height, horizon, unit, fromBehind, random);
                if (!placed.TrueForAll(other => AreApart(pose, other))) continue;
                placed.Add(pose);
                break;
            }
        }
        return [.. placed.OrderBy(pose => pose.Unit)];
    }

    /// <summary>The box that WIDER FACE annotators would draw: from the forehead to the chin, from cheek to cheek, around the turned head.</summary>
    public static FaceDetection FaceBox(HeadPose pose)
    {
        var (sin, cos) = MathF.SinCos(pose.Roll);
        // A head that looks aside shows more of that side's cheek.
        var aside = 0.3f * MathF.Sin(pose.Yaw);
        var middle = pose.Center + (pose.Unit * ((0.07f * new Vector2(-sin, cos)) + (aside * new Vector2(cos, sin))));
        var (halfWidth, halfHeight) = (0.68f * pose.Unit, 0.87f * pose.Unit);
        var reachX = MathF.Sqrt((halfWidth * halfWidth * cos * cos) + (halfHeight * halfHeight * sin * sin));
        var reachY = MathF.Sqrt((halfWidth * halfWidth * sin * sin) + (halfHeight * halfHeight * cos * cos));
        return new FaceDetection(middle.X - reachX, middle.Y - reachY, middle.X + reachX, middle.Y + reachY, 1);
    }

    private static HeadPose Pose(int width, int height, float horizon, float unit, bool fromBehind, SeededRandom random)
    {
        var x = (1.1f * unit) + ((width - (2.2f * unit)) * (float)random.NextDouble());
        var y = horizon + (1.1f * unit) + (height * 0.09f * random.Centered());
        return new HeadPose(new Vector2(x, Math.Clamp(y, 1.3f * unit, Math.Max(1.3f * unit, height - (1.2f * unit)))), unit, 0.25f * random.Centered(), 0.5f * random.Centered(), 0.16f * random.Centered(), fromBehind);
    }

    /// <summary>Whether the nearer (larger) person's head and body leave the other's face free.</summary>
    private static bool AreApart(HeadPose one, HeadPose other)
    {
        var (near, far) = one.Unit >= other.Unit ? (one, other) : (other, one);
        var offset = far.Center - near.Center;
        var beside = MathF.Abs(offset.X) - far.Unit;
        var besideHead = beside > 1.05f * near.Unit || offset.Y + (1.15f * far.Unit) < -1.4f * near.Unit;
        var besideBody = beside > 1.75f * near.Unit || offset.Y + (1.15f * far.Unit) < 1.2f * near.Unit;
        return besideHead && besideBody;
    }
}
