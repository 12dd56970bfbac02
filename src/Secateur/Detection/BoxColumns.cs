using System.Numerics;
using Secateur.Pixels;

namespace Secateur.Detection;

/// <summary>Boxes as columns of numbers, so that one is compared with several at a time.</summary>
internal sealed class BoxColumns
{
    private readonly float[] _x1;
    private readonly float[] _y1;
    private readonly float[] _x2;
    private readonly float[] _y2;
    private readonly float[] _area;

    /// <summary>Room for some boxes.</summary>
    public BoxColumns(int capacity)
    {
        // Whole vectors; a place that holds no box starts beyond everything.
        var padded = (capacity + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
        (_x1, _y1, _x2, _y2, _area) = (new float[padded], new float[padded], new float[padded], new float[padded], new float[padded]);
        Array.Fill(_x1, float.PositiveInfinity);
    }

    /// <summary>Boxes held.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a box.</summary>
    public void Add(FaceDetection box)
    {
        (_x1[Count], _y1[Count], _x2[Count], _y2[Count]) = (box.X1, box.Y1, box.X2, box.Y2);
        _area[Count++] = Area(box);
    }

    /// <summary>Whether <paramref name="box"/> overlaps one of the boxes by more than <paramref name="iou"/>.</summary>
    public bool OverlapsAny(FaceDetection box, float iou)
    {
        var (x1, y1, x2, y2) = (new Vector<float>(box.X1), new Vector<float>(box.Y1), new Vector<float>(box.X2), new Vector<float>(box.Y2));
        var area = new Vector<float>(Area(box));
        for (var i = 0; i < Count; i += Vector<float>.Count)
        {
            var width = Vector.MinNative(x2, new Vector<float>(_x2, i)) - Vector.MaxNative(x1, new Vector<float>(_x1, i));
            var height = Vector.MinNative(y2, new Vector<float>(_y2, i)) - Vector.MaxNative(y1, new Vector<float>(_y1, i));
            var meet = Vector.GreaterThan(width, Vector<float>.Zero) & Vector.GreaterThan(height, Vector<float>.Zero);
            if (meet == Vector<int>.Zero) continue;
            var intersection = width * height;
            if ((meet & Vector.GreaterThan(intersection, iou * (area + new Vector<float>(_area, i) - intersection))) != Vector<int>.Zero) return true;
        }

        return false;
    }

    private static float Area(FaceDetection box) => (box.X2 - box.X1) * (box.Y2 - box.Y1);
}
