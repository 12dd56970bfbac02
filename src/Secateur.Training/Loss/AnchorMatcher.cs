namespace Secateur.Training.Loss;

/// <summary>
/// Decides which anchors of an image learn which face: S3FD's matching with scale compensation (ICCV 2017, section 3.2). Overlaps are float32
/// with the reference's operations in its order, because small faces overlap many anchors alike and rounding then decides. One matcher serves
/// image after image without allocating.
/// </summary>
internal sealed class AnchorMatcher(AnchorGrid anchors)
{
    /// <summary>Overlaps above it make an anchor a candidate of the second stage.</summary>
    internal const float Candidate = 0.1f;

    /// <summary>Overlaps from here on make an anchor positive at once.</summary>
    internal const float Positive = 0.35f;

    /// <summary>The best overlap of a face that is well matched.</summary>
    internal const float Good = 0.5f;

    // Above any overlap: the best anchor of a face stays positive, however little they overlap.
    private const float Forced = 2;

    private readonly float[] _overlaps = new float[anchors.Count];
    private readonly int[] _faces = new int[anchors.Count];
    private readonly bool[] _isPositive = new bool[anchors.Count];
    private readonly uint[] _candidateKeys = new uint[anchors.Count];
    private readonly List<int> _candidates = [];
    private readonly List<int> _chosen = [];
    private readonly List<int> _positives = [];
    private readonly List<int> _bestAnchors = [];

    /// <summary>For each anchor, the face that it overlaps most; 0 where it overlaps none.</summary>
    public ReadOnlySpan<int> Faces => _faces;

    /// <summary>For each anchor, whether it learns its face.</summary>
    public ReadOnlySpan<bool> IsPositive => _isPositive;

    /// <summary>The anchors that learn a face, in a fixed order.</summary>
    public IReadOnlyList<int> Positives => _positives;

    /// <summary>Matches the faces of an image, which have finite corners and an area.</summary>
    public void Match(ReadOnlySpan<FaceBox> faces)
    {
        Array.Clear(_overlaps);
        Array.Clear(_faces);
        Array.Clear(_isPositive);
        _positives.Clear();
        _bestAnchors.Clear();
        var matched = 0;
        for (var j = 0; j < faces.Length; j++)
        {
            var best = Overlap(faces[j], j);
            _bestAnchors.Add(best.Anchor);
            if (best.Overlap >= Positive) matched++;
            if (best.Overlap >= Good) matched++;
        }

        // Of faces with the same best anchor the last one gets it.
        for (var j = 0; j < faces.Length; j++)
        {
            _overlaps[_bestAnchors[j]] = Forced;
            _faces[_bestAnchors[j]] = j;
        }

        CollectPositives();
        Compensate(matched / 2);
    }

    /// <summary>Overlaps a face with the anchors around it; returns its best one, the first of equals.</summary>
    private (int Anchor, float Overlap) Overlap(FaceBox face, int index)
    {
        var best = (Anchor: 0, Overlap: 0f);
        var faceArea = (face.X2 - face.X1) * (face.Y2 - face.Y1);
        foreach (var plane in anchors.Planes)
        {
            var columns = plane.Columns.Overlapping(face.X1, face.X2);
            var rows = plane.Rows.Overlapping(face.Y1, face.Y2);
            var left = plane.Columns.Low[columns];
            var right = plane.Columns.High[columns];
            for (var y = rows.Start.Value; y < rows.End.Value; y++)
            {
                var (top, bottom) = (plane.Rows.Low[y], plane.Rows.High[y]);
                var sharedHeight = Least(face.Y2, bottom) - Greatest(face.Y1, top);
                var at = plane.IndexOf(y, columns.Start.Value);
                for (var x = 0; x < left.Length; x++, at += plane.Step)
                {
                    var intersection = (Least(face.X2, right[x]) - Greatest(face.X1, left[x])) * sharedHeight;
                    var overlap = intersection / (faceArea + ((right[x] - left[x]) * (bottom - top)) - intersection);
                    if (overlap > best.Overlap || (overlap == best.Overlap && at < best.Anchor)) best = (at, overlap);
                    if (!(overlap > _overlaps[at])) continue;
                    _overlaps[at] = overlap;
                    _faces[at] = index;
                }
            }
        }

        return best;
    }

    private void CollectPositives()
    {
        _candidates.Clear();
        for (var a = 0; a < _overlaps.Length; a++)
        {
            if (_overlaps[a] <= Candidate) continue;
            if (_overlaps[a] >= Positive) AddPositive(a);
            else _candidates.Add(a);
        }
    }

    /// <summary>The second stage: faces that match few anchors get more, the nearest misses of all faces together.</summary>
    private void Compensate(int count)
    {
        for (var i = 0; i < _candidates.Count; i++) _candidateKeys[i] = BitConverter.SingleToUInt32Bits(_overlaps[_candidates[i]]);
        _chosen.Clear();
        LargestSelection.Select(_candidateKeys.AsSpan(0, _candidates.Count), Math.Min(count, _candidates.Count), _chosen);
        foreach (var i in _chosen) AddPositive(_candidates[i]);
    }

    private void AddPositive(int anchor)
    {
        _isPositive[anchor] = true;
        _positives.Add(anchor);
    }

    // The corners are finite, so that neither needs the care that MathF takes.
    private static float Least(float a, float b) => a < b ? a : b;

    private static float Greatest(float a, float b) => a > b ? a : b;
}
