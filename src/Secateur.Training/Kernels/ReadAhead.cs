using System.Runtime.CompilerServices;
using Secateur.Kernels.Simd;

namespace Secateur.Training.Kernels;

/// <summary>What the next task will read, fetched bit by bit while this one computes: so memory and arithmetic work at the same time.</summary>
internal unsafe struct ReadAhead
{
    private const int Line = 16;

    private readonly float** _starts;
    private readonly int _lines;
    private int _count;
    private int _at;
    private int _line;
    private int _share;

    /// <param name="scratch">Room for <see cref="RoomFor"/>.</param>
    /// <param name="floats">Floats of each piece.</param>
    public ReadAhead(float* scratch, int floats)
    {
        _starts = (float**)scratch;
        _lines = (floats + Line - 1) / Line;
    }

    /// <summary>Floats of scratch memory for a number of pieces.</summary>
    public static int RoomFor(int pieces) => (((2 * pieces) + Line - 1) / Line * Line) + Line;

    /// <summary>Adds a piece.</summary>
    public void Add(float* start) => _starts[_count++] = start;

    /// <summary>Spreads what is left over a number of calls of <see cref="Advance"/>.</summary>
    public void Spread(int calls) => _share = (((_count - _at) * _lines) - _line + calls - 1) / calls;

    /// <summary>Fetches the next share.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Advance()
    {
        for (var left = _share; left > 0 && _at < _count;)
        {
            var lines = Math.Min(left, _lines - _line);
            Prefetch.FarRange(_starts[_at] + (_line * Line), lines * Line);
            left -= lines;
            _line += lines;
            if (_line < _lines) continue;
            _line = 0;
            _at++;
        }
    }
}
