using System.Numerics;
using Secateur.Runtime;

namespace Secateur.Detection;

/// <summary>A cell of a detection level that takes itself for a face.</summary>
/// <param name="Level">The level's number.</param>
/// <param name="Y">The cell's row.</param>
/// <param name="X">Its column.</param>
/// <param name="Score">Face probability.</param>
internal readonly record struct CandidateCell(int Level, int Y, int X, float Score);

/// <summary>The best cells of all levels whose face probability is above a confidence. Of thousands of cells few become boxes: the others cost little.</summary>
internal sealed class CandidateCells(float confidence, int most)
{
    // Cells as (rank of the score, number): sorted, and cut to the best, whenever there are too many.
    private readonly List<(int Width, int First)> _levels = [];
    private readonly int _room = (int)Math.Min(2L * most, Array.MaxLength);
    private long[] _keys = new long[64];
    private int _count;
    private int _cells;
    private float _confidence = confidence;
    private float _least = LeastLogit(confidence);

    /// <summary>Goes through the cells of the next level.</summary>
    /// <param name="scores">Background and face logits, [2, h, w].</param>
    public void Add(ResultMap scores)
    {
        _levels.Add((scores.Width, _cells));
        for (var y = 0; y < scores.Height; y++)
        {
            var background = scores.Row(0, y);
            var face = scores.Row(1, y);
            for (var x = SkipBackground(background, face, 0); x < face.Length; x = SkipBackground(background, face, x + 1))
            {
                var score = 1 / (1 + MathF.Exp(background[x] - face[x]));
                if (score > _confidence) Add(score, _cells + x);
            }

            _cells += scores.Width;
        }
    }

    /// <summary>The best cells, best first; equal scores in the order of their cells.</summary>
    public IEnumerable<CandidateCell> Best()
    {
        Cut();
        for (var i = 0; i < _count; i++)
        {
            var cell = (int)_keys[i];
            var level = _levels.FindLastIndex(l => l.First <= cell);
            var (y, x) = Math.DivRem(cell - _levels[level].First, _levels[level].Width);
            yield return new CandidateCell(level, y, x, ScoreRank.Score(_keys[i]));
        }
    }

    private void Add(float score, int cell)
    {
        if (_count == _keys.Length) Array.Resize(ref _keys, Math.Min(_room, 2 * _count));
        _keys[_count++] = ScoreRank.Key(score, cell);
        if (_count == _room && _count > most) Cut();
    }

    private void Cut()
    {
        Array.Sort(_keys, 0, _count);
        if (_count < most) return;

        // Later cells must do better than the last one here.
        _count = most;
        _confidence = Math.Max(_confidence, ScoreRank.Score(_keys[_count - 1]));
        _least = LeastLogit(_confidence);
    }

    // The probability is monotone in the difference of the logits: most cells need no exponential.
    private static float LeastLogit(float confidence) => confidence > 0 ? MathF.Log(confidence / (1 - confidence)) - 1e-3f : float.NegativeInfinity;

    /// <summary>The first cell from <paramref name="x"/> on that may be a candidate.</summary>
    private int SkipBackground(ReadOnlySpan<float> background, ReadOnlySpan<float> face, int x)
    {
        var threshold = new Vector<float>(_least);
        while (x + Vector<float>.Count <= face.Length && !Vector.GreaterThanAny(new Vector<float>(face[x..]) - new Vector<float>(background[x..]), threshold))
            x += Vector<float>.Count;
        while (x < face.Length && !(face[x] - background[x] > _least)) x++;
        return x;
    }
}
