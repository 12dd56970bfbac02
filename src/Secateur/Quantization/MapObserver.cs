using Secateur.Runtime.Memory;
using Secateur.Weights;

namespace Secateur.Quantization;

/// <summary>The values of maps that must be held alike, seen in two passes: their range, then how they are spread over it.</summary>
internal sealed class MapObserver
{
    private const int Bins = 2048;
    private const int Cuts = 40;

    private readonly long[] _counts = new long[Bins];
    private float _least = float.PositiveInfinity;
    private float _most = float.NegativeInfinity;

    /// <summary>Takes part in the first pass.</summary>
    public void See(ResultMap map)
    {
        for (var c = 0; c < map.Channels; c++)
        {
            for (var y = 0; y < map.Height; y++)
            {
                foreach (var value in map.Row(c, y)) (_least, _most) = (Math.Min(_least, value), Math.Max(_most, value));
            }
        }
    }

    /// <summary>Takes part in the second pass.</summary>
    public void Count(ResultMap map)
    {
        var perValue = Bins / (_most - _least);
        if (!float.IsFinite(perValue)) return;
        for (var c = 0; c < map.Channels; c++)
        {
            for (var y = 0; y < map.Height; y++)
            {
                foreach (var value in map.Row(c, y)) _counts[Math.Min((int)((value - _least) * perValue), Bins - 1)]++;
            }
        }
    }

    /// <summary>The range with the least squared error over all values seen: the rarest may be cut off, where finer steps for the others gain more.</summary>
    public MapQuantization Choose()
    {
        if (!(_least < _most)) return MapQuantization.Of(_least, _most);
        var best = MapQuantization.Of(_least, _most);
        var error = ErrorOf(best);
        for (var low = 0; low < Cuts; low++)
        {
            if (low > 0 && _least >= 0) break;
            for (var high = 0; high < Cuts; high++)
            {
                if (high > 0 && _most <= 0) break;
                var candidate = MapQuantization.Of(_least * (Cuts - low) / Cuts, _most * (Cuts - high) / Cuts);
                if (ErrorOf(candidate) is var other && other < error) (best, error) = (candidate, other);
            }
        }

        return best;
    }

    private double ErrorOf(MapQuantization map)
    {
        var error = 0.0;
        var width = ((double)_most - _least) / Bins;
        var (low, high) = (-map.Zero * (double)map.Scale, (MapQuantization.MostByte - map.Zero) * (double)map.Scale);
        var rounding = map.Scale * (double)map.Scale / 12;
        for (var bin = 0; bin < Bins; bin++)
        {
            if (_counts[bin] == 0) continue;
            var value = _least + ((bin + 0.5) * width);
            var outside = value < low ? low - value : value > high ? value - high : 0;
            error += _counts[bin] * ((outside * outside) + rounding);
        }

        return error;
    }
}
