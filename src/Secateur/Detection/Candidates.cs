using System.Numerics;
using Secateur.Graph;
using Secateur.Runtime.Memory;

namespace Secateur.Detection;

/// <summary>An anchor of a detection level that takes itself for a face.</summary>
/// <param name="Level">The level's number.</param>
/// <param name="Y">The cell's row.</param>
/// <param name="X">Its column.</param>
/// <param name="Anchor">Which of the cell's anchors.</param>
/// <param name="Score">Face probability.</param>
internal readonly record struct Candidate(int Level, int Y, int X, int Anchor, float Score);

/// <summary>The best anchors of all levels whose face probability is above a confidence. Of thousands few become boxes: the others cost little.</summary>
internal sealed class Candidates(float confidence, int most, ScoreEncoding encoding = ScoreEncoding.Softmax)
{
    // Anchors as (rank of the score, number): sorted, and cut to the best, whenever there are too many.
    private readonly List<(int Width, int Anchors, int First)> _levels = [];
    private readonly int _room = (int)Math.Min(2L * most, Array.MaxLength);
    private long[] _keys = new long[64];
    private int _count;
    private int _anchors;
    private float _confidence = confidence;
    private float _least = LeastLogit(confidence, encoding);

    /// <summary>Goes through the anchors of the next level.</summary>
    /// <param name="scores">The two logits of each anchor, see <see cref="ScoreEncoding"/>, [2 A, h, w].</param>
    public void Add(ResultMap scores)
    {
        var anchors = scores.Channels / DetectionLevel.ScoreChannels;
        _levels.Add((scores.Width, anchors, _anchors));
        for (var y = 0; y < scores.Height; y++)
        {
            for (var a = 0; a < anchors; a++) AddRow(scores.Row(DetectionLevel.ScoreChannels * a, y), scores.Row((DetectionLevel.ScoreChannels * a) + 1, y), _anchors + a, anchors);
            _anchors += scores.Width * anchors;
        }
    }

    /// <summary>The best anchors, best first; equal scores in the order of their cells.</summary>
    public IEnumerable<Candidate> Best()
    {
        Cut();
        for (var i = 0; i < _count; i++)
        {
            var number = (int)_keys[i];
            var level = _levels.FindLastIndex(l => l.First <= number);
            var (width, anchors, first) = _levels[level];
            var (cell, anchor) = Math.DivRem(number - first, anchors);
            var (y, x) = Math.DivRem(cell, width);
            yield return new Candidate(level, y, x, anchor, ScoreRank.Score(_keys[i]));
        }
    }

    private void AddRow(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int first, int step)
    {
        if (encoding == ScoreEncoding.GeometricMean)
        {
            for (var x = 0; x < b.Length; x++)
            {
                // Either of the two is at least the square of their mean.
                if (!(MathF.Min(a[x], b[x]) > _least)) continue;
                var mean = MathF.Sqrt(Sigmoid(a[x]) * Sigmoid(b[x]));
                if (mean > _confidence) Add(mean, first + (x * step));
            }

            return;
        }

        for (var x = SkipBackground(a, b, 0); x < b.Length; x = SkipBackground(a, b, x + 1))
        {
            var score = Sigmoid(b[x] - a[x]);
            if (score > _confidence) Add(score, first + (x * step));
        }
    }

    private static float Sigmoid(float logit) => 1 / (1 + MathF.Exp(-logit));

    private void Add(float score, int number)
    {
        if (_count == _keys.Length) Array.Resize(ref _keys, Math.Min(_room, 2 * _count));
        _keys[_count++] = ScoreRank.Key(score, number);
        if (_count == _room && _count > most) Cut();
    }

    private void Cut()
    {
        Array.Sort(_keys, 0, _count);
        if (_count < most) return;

        // Later ones must do better than the last one here.
        _count = most;
        _confidence = Math.Max(_confidence, ScoreRank.Score(_keys[_count - 1]));
        _least = LeastLogit(_confidence, encoding);
    }

    // The probability is monotone in the difference of the logits: most need no exponential.
    private static float LeastLogit(float confidence, ScoreEncoding encoding)
    {
        var least = encoding == ScoreEncoding.GeometricMean ? confidence * confidence : confidence;
        return least > 0 ? MathF.Log(least / (1 - least)) - 1e-3f : float.NegativeInfinity;
    }

    /// <summary>The first column from <paramref name="x"/> on that may be a candidate.</summary>
    private int SkipBackground(ReadOnlySpan<float> background, ReadOnlySpan<float> face, int x)
    {
        var threshold = new Vector<float>(_least);
        while (x + Vector<float>.Count <= face.Length && !Vector.GreaterThanAny(new Vector<float>(face[x..]) - new Vector<float>(background[x..]), threshold))
            x += Vector<float>.Count;
        while (x < face.Length && !(face[x] - background[x] > _least)) x++;
        return x;
    }
}
