using System.Numerics;
using Secateur.Pixels;

namespace Secateur.Detection;

/// <summary>
/// Box voting (Gidaris and Komodakis, ICCV 2015) as the WIDER FACE test functions of S3FD do it: the boxes around the best one become their
/// score-weighted mean; a box that no other confirms is dropped. Overlaps count pixels, so sides are x2 - x1 + 1.
/// </summary>
internal static class BoxVoting
{
    /// <summary>The voted boxes, best first, at most <paramref name="keep"/>.</summary>
    public static List<FaceDetection> Run(List<FaceDetection> boxes, int keep)
    {
        NonMaximumSuppression.SortByScore(boxes);
        var ballot = new Ballot(boxes);
        var voted = new List<FaceDetection>();
        for (var best = 0; best < boxes.Count && voted.Count < keep; best++)
        {
            if (ballot.IsOpen(best) && ballot.Vote(best) is { } box) voted.Add(box);
        }

        return voted;
    }

    /// <summary>Boxes, best first, of which more and more have voted.</summary>
    private sealed class Ballot
    {
        private const double Overlap = 0.3;

        // Boxes are compared in whole vectors; a place without a box, or with one that has voted, lies beyond everything.
        private const float Nowhere = float.PositiveInfinity;

        private readonly List<FaceDetection> _boxes;
        private readonly float[] _x1;
        private readonly float[] _y1;
        private readonly float[] _x2;
        private readonly float[] _y2;
        private readonly double[] _area;

        public Ballot(List<FaceDetection> boxes)
        {
            _boxes = boxes;
            var padded = (boxes.Count + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
            (_x1, _y1, _x2, _y2, _area) = (new float[padded], new float[padded], new float[padded], new float[padded], new double[padded]);
            Array.Fill(_x1, Nowhere);
            for (var i = 0; i < boxes.Count; i++)
            {
                (_x1[i], _y1[i], _x2[i], _y2[i]) = (boxes[i].X1, boxes[i].Y1, boxes[i].X2, boxes[i].Y2);
                _area[i] = Area(boxes[i]);
            }
        }

        /// <summary>Whether a box has not voted yet.</summary>
        public bool IsOpen(int box) => _x1[box] != Nowhere;

        /// <summary>Lets all open boxes around <paramref name="best"/>, the first that is open, vote.</summary>
        /// <returns>Their mean; null when there is only one.</returns>
        public FaceDetection? Vote(int best)
        {
            double x1 = 0, y1 = 0, x2 = 0, y2 = 0, weight = 0;
            var votes = 0;
            var chosen = _boxes[best];
            for (var i = best / Vector<float>.Count * Vector<float>.Count; i < _boxes.Count; i += Vector<float>.Count)
            {
                if (AreApart(chosen, i)) continue;
                for (var k = i; k < Math.Min(i + Vector<float>.Count, _boxes.Count); k++)
                {
                    if (!IsOpen(k) || Iou(chosen, _boxes[k]) < Overlap) continue;
                    var box = _boxes[k];
                    votes++;
                    weight += box.Score;
                    x1 += (double)box.X1 * box.Score;
                    y1 += (double)box.Y1 * box.Score;
                    x2 += (double)box.X2 * box.Score;
                    y2 += (double)box.Y2 * box.Score;
                    _x1[k] = Nowhere;
                }
            }

            // A box of no sensible size may not even overlap itself.
            _x1[best] = Nowhere;
            return votes > 1 ? new FaceDetection((float)(x1 / weight), (float)(y1 / weight), (float)(x2 / weight), (float)(y2 / weight), chosen.Score) : null;
        }

        /// <summary>Whether <paramref name="box"/> does not overlap any of the vector of boxes from <paramref name="first"/> on.</summary>
        private bool AreApart(FaceDetection box, int first)
        {
            var width = Vector.MinNative(new Vector<float>(box.X2), new Vector<float>(_x2, first)) - Vector.MaxNative(new Vector<float>(box.X1), new Vector<float>(_x1, first));
            var height = Vector.MinNative(new Vector<float>(box.Y2), new Vector<float>(_y2, first)) - Vector.MaxNative(new Vector<float>(box.Y1), new Vector<float>(_y1, first));
            Vector.Widen(width, out var lowWidth, out var highWidth);
            Vector.Widen(height, out var lowHeight, out var highHeight);
            var area = Area(box);
            return AreApart(lowWidth, lowHeight, area, first) && AreApart(highWidth, highHeight, area, first + Vector<double>.Count);
        }

        private bool AreApart(Vector<double> width, Vector<double> height, double area, int first)
        {
            var intersection = Vector.MaxNative(Vector<double>.Zero, width + Vector<double>.One) * Vector.MaxNative(Vector<double>.Zero, height + Vector<double>.One);
            return Vector.LessThanAll(intersection / (new Vector<double>(area) + new Vector<double>(_area, first) - intersection), new Vector<double>(Overlap));
        }

        private static double Iou(FaceDetection a, FaceDetection b)
        {
            var width = Math.Max(0.0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1) + 1.0);
            var height = Math.Max(0.0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1) + 1.0);
            var intersection = width * height;
            return intersection / (Area(a) + Area(b) - intersection);
        }

        private static double Area(FaceDetection box) => (box.X2 - box.X1 + 1.0) * (box.Y2 - box.Y1 + 1.0);
    }
}
