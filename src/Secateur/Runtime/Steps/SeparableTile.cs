using System.Runtime.CompilerServices;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Packing;

namespace Secateur.Runtime.Steps;

/// <summary>
/// What the depthwise convolution of a <see cref="SeparableStep"/> reads, as <see cref="DepthwiseTile"/> wants it: the expanded channels, or copies of
/// the input's where nothing is expanded. They are zero outside of the map.
/// </summary>
/// <remarks>
/// With stride 1, tiles are one row and one column ahead of the outputs, so that each value is computed once. The map's first column, which no tile
/// holds, is computed apart, many rows at a time.
/// </remarks>
internal sealed unsafe class SeparableTile
{
    // Positions that all blocks of channels expand while the input under them is in the first-level cache.
    private const int StripPositions = 2 * DepthwiseTile.Columns;

    // Rows of the first column at a time.
    private const int ColumnRows = 32;

    private readonly SimdLevel _level;
    private readonly PackedConv? _expand;
    private readonly float _slope;
    private readonly SeparablePlanes _planes;
    private readonly int _stride;
    private readonly int _channels;
    private readonly int _columns;
    private readonly int _lead;
    private readonly int _carriedRows;
    private readonly int _vector;

    // Distances of the input planes among the rows kept of neighbouring parts, and in the first column.
    private readonly int[] _edgePlanes;
    private readonly int[] _columnPlanes;

    // Where each channel is written: in the tile, among the rows above, in the first column.
    private readonly nint[] _tilePlaces;
    private readonly nint[] _carriedPlaces;
    private readonly nint[] _columnPlaces;
    private readonly int _leftStride;
    private readonly int _edgeStride;

    // Where all that starts in the scratch memory.
    private readonly nint _columnInput;
    private readonly nint _tile;
    private readonly nint _carried;
    private readonly nint _left;
    private readonly nint _column;

    public SeparableTile(SimdLevel level, SeparableLayers layers, SeparablePlanes planes)
    {
        (_level, _expand, _slope, _planes) = (level, layers.Expand, layers.ExpandSlope, planes);
        _stride = layers.Depthwise.Geometry.Stride;
        _channels = layers.Depthwise.Bias.Length;
        _columns = _stride * DepthwiseTile.Columns;
        _lead = 2 - _stride;
        _carriedRows = DepthwiseTile.CarriedRows(_stride);
        _vector = (int)level / 32;
        BandRows = _stride == 1 ? 8 : 4;

        var inputs = planes.Inputs.Length;
        _edgeStride = CacheLines.Spread(planes.From.Width + _columns);
        var columnInput = CacheLines.Spread(ColumnRows);
        Planes = Arrays.Of(inputs, c => (int)(planes.Inputs[c] - planes.Inputs[0]));
        _edgePlanes = Arrays.Of(inputs, c => 2 * c * _edgeStride);
        _columnPlanes = Arrays.Of(inputs, c => c * columnInput);
        _tilePlaces = Places(BandRows * _stride * _columns);
        _carriedPlaces = Places((planes.To.Width + DepthwiseTile.Columns - 1) / DepthwiseTile.Columns * CarriedFloats);
        _columnPlaces = Places(_carriedRows + ColumnRows);
        _leftStride = CacheLines.Spread((_carriedRows + (BandRows * _stride)) * _vector);

        _columnInput = planes.IsInPlace ? 2 * (nint)inputs * _edgeStride : 0;
        _tile = _columnInput + (inputs * (nint)columnInput);
        _carried = _tile + _tilePlaces[^1];
        _left = _carried + _carriedPlaces[^1];
        _column = _left + (_channels * (nint)_leftStride);
        Floats = _column + _columnPlaces[^1];

        // One more than channels: the last place is the end.
        nint[] Places(int floats) => Arrays.Of(_channels + 1, c => c * (nint)CacheLines.Spread(floats));
    }

    /// <summary>Output rows of a band.</summary>
    public int BandRows { get; }

    /// <summary>Distances of the input planes in the map, from the first one, [C].</summary>
    public int[] Planes { get; }

    /// <summary>Floats of scratch memory.</summary>
    public long Floats { get; }

    private int CarriedFloats => _carriedRows * _columns;

    /// <summary>What the depthwise convolution must be told but once.</summary>
    public DepthwiseTileCall Call(float* scratch) => new()
    {
        Channels = _channels,
        Tile = scratch + _tile,
        TileStride = (int)_tilePlaces[1],
        CarriedStride = (int)_carriedPlaces[1],
        Left = scratch + _left,
        LeftStride = _leftStride,
    };

    /// <summary>Keeps the rows above and below a part: when it needs them, others may have written over them.</summary>
    public void SaveEdges(float* memory, (int Start, int End) share, float* scratch)
    {
        Save(share.Start - 1);
        Save(share.End);

        void Save(int row)
        {
            if (!IsInside(row)) return;
            var (source, target) = ((nint)Map(memory, row), (nint)Edge(scratch, row, share));
            for (var c = 0; c < Planes.Length; c++)
            {
                var values = new ReadOnlySpan<float>((float*)source + Planes[c], _planes.From.Width);
                values.CopyTo(new Span<float>((float*)target + _edgePlanes[c], values.Length));
            }
        }
    }

    /// <summary>Fills the rows above the first band of a part.</summary>
    public void Start(float* memory, (int Start, int End) share, float* scratch)
    {
        var row = (_stride * share.Start) - 1;
        for (var x = 0; x < _planes.To.Width; x += DepthwiseTile.Columns)
            FillRows(memory, row, _carriedRows, x, share, Carried(scratch, x), _carriedPlaces, scratch, default);
        if (_stride == 1) FillColumn(memory, row, _carriedRows, share, scratch, 0);
    }

    /// <summary>Prepares what is to the left of the first tile of a band.</summary>
    public void StartBand(float* memory, int y, (int Start, int End) share, float* scratch)
    {
        var done = (y - share.Start) % ColumnRows;
        if (_stride == 1 && done == 0)
        {
            // The last rows of the column are above those that follow.
            for (var c = 0; c < _channels && y > share.Start; c++)
            {
                var column = scratch + _column + _columnPlaces[c];
                (column[0], column[1]) = (column[ColumnRows], column[ColumnRows + 1]);
            }

            FillColumn(memory, y + 1, Math.Min(ColumnRows, share.End - y), share, scratch, _carriedRows);
        }

        for (var c = 0; c < _channels; c++)
        {
            var left = scratch + _left + (c * (nint)_leftStride);
            var column = scratch + _column + _columnPlaces[c] + done;
            for (var r = 0; r < _carriedRows + (BandRows * _stride); r++, left += _vector)
                (left[_vector - 2], left[_vector - 1]) = (0, _stride == 1 ? column[r] : 0);
        }
    }

    /// <summary>How a convolution of <paramref name="blocks"/> blocks fetches what the tile of outputs at a row and a column will need.</summary>
    public FetchAhead Ahead(float* memory, int y, int x, int* planes, int blocks)
    {
        // The last column of a block's share: lines begin anywhere in a row, and the line of the first column is the tile's before.
        var share = Math.Max(1, DepthwiseTile.Columns / blocks);
        return new FetchAhead
        {
            Start = Map(memory, Row(y)) + Column(x) + share - 1,
            Offsets = planes,
            RunStep = _planes.From.Pitch,
            BlockStep = share,
        };
    }

    /// <summary>Fills the tile of outputs at a row and a column.</summary>
    public void Fill(float* memory, int y, int x, (int Start, int End) share, float* scratch, FetchAhead fetch, ref DepthwiseTileCall depthwise)
    {
        var (rows, strip) = (depthwise.Rows * _stride, StripPositions / Width(x));
        for (var r = 0; r < rows; r += strip)
        {
            FillRows(memory, Row(y) + r, Math.Min(strip, rows - r), x, share, depthwise.Tile + (r * _columns), _tilePlaces, scratch, fetch);
            if (fetch.Start is not null) fetch.Start += strip * fetch.RunStep;
        }

        depthwise.Carried = Carried(scratch, x);
    }

    private void FillRows(
        float* memory, int row, int rows, int x, (int Start, int End) share, float* target, nint[] places, float* scratch, FetchAhead fetch)
    {
        var (column, width) = (Column(x), Width(x));
        for (var r = 0; r < rows;)
        {
            var (at, count) = (row + r, 1);
            var output = target + (r * _columns);
            if (!IsInside(at))
            {
                for (var c = 0; c < _channels; c++) new Span<float>(output + places[c], _columns).Clear();
            }
            else if (IsOwn(at, share))
            {
                count = Math.Min(rows - r, (_planes.IsInPlace ? share.End : _planes.From.Height) - at);
                var inPairs = width == _vector && count > 1;
                if (inPairs) count -= count % 2;
                FillRuns(Map(memory, at) + column, Planes, width, new MoreRuns(count - 1, _columns, _planes.From.Pitch, inPairs), output, places, fetch);
            }
            else
            {
                FillRuns(Edge(scratch, at, share) + column, _edgePlanes, width, default, output, places, fetch);
            }

            r += count;
        }

        // Taps reach no further than to the first column outside.
        var inside = _planes.From.Width - column;
        if (inside >= _columns) return;
        for (var c = 0; c < _channels; c++)
        {
            for (var r = 0; r < rows; r++) target[places[c] + (r * _columns) + inside] = 0;
        }
    }

    /// <summary>Fills rows of the map's first column.</summary>
    private void FillColumn(float* memory, int row, int rows, (int Start, int End) share, float* scratch, int place)
    {
        var input = scratch + _columnInput;
        for (var r = 0; r < rows; r++)
        {
            if (!IsInside(row + r)) continue;
            var (source, planes) = IsOwn(row + r, share) ? ((nint)Map(memory, row + r), Planes) : ((nint)Edge(scratch, row + r, share), _edgePlanes);
            for (var c = 0; c < planes.Length; c++) input[_columnPlanes[c] + r] = ((float*)source)[planes[c]];
        }

        var target = scratch + _column + place;
        FillRuns(input, _columnPlanes, rows, default, target, _columnPlaces, default);
        for (var r = 0; r < rows; r++)
        {
            if (IsInside(row + r)) continue;
            for (var c = 0; c < _channels; c++) target[_columnPlaces[c] + r] = 0;
        }
    }

    [MethodImpl(KernelCode.Options)]
    private void FillRuns(float* input, int[] planes, int count, MoreRuns more, float* target, nint[] places, FetchAhead fetch)
    {
        if (_expand is null)
        {
            CopyRuns(input, planes, count, more, target, places);
            return;
        }

        fixed (int* offsets = planes)
        fixed (float* weights = _expand.Weights, bias = _expand.Bias)
        fixed (nint* outputs = places)
        {
            var call = new DenseConvCall
            {
                Input = input,
                Offsets = offsets,
                Taps = planes.Length,
                Weights = weights,
                Bias = bias,
                Memory = target,
                Outputs = outputs,
                MoreRuns = more,
                Slope = _slope,
            };
            foreach (var (block, moreBlocks) in _expand.BlockRuns)
            {
                (call.First, call.MoreBlocks, call.Ahead) = (block.First, moreBlocks, fetch);
                DenseConv.Run(_level, block.Size, in call, 0, count);
                if (fetch.Start is not null) fetch.Start += (moreBlocks + 1) * fetch.BlockStep;
            }
        }
    }

    [MethodImpl(KernelCode.Options)]
    private static void CopyRuns(float* input, int[] planes, int count, MoreRuns more, float* target, nint[] places)
    {
        for (var c = 0; c < planes.Length; c++)
        {
            var source = input + planes[c];
            var copy = target + places[c];
            for (var run = more.Count; run >= 0; run--, source += more.InputPitch, copy += more.Pitch) LineCopy.Run(source, copy, CacheLines.RoundUp(count));
        }
    }

    /// <summary>Columns of the map that the tile of outputs from <paramref name="x"/> on holds: of the last one as few as will do.</summary>
    private int Width(int x) => _planes.To.Width - x <= _vector ? _stride * _vector : _columns;

    /// <summary>The first row of the map that is new to outputs at <paramref name="y"/>.</summary>
    private int Row(int y) => (_stride * y) + _lead;

    /// <summary>The first column of the map that is new to outputs at <paramref name="x"/>.</summary>
    private int Column(int x) => (_stride * x) + _lead;

    private bool IsInside(int row) => row >= 0 && row < _planes.From.Height;

    private bool IsOwn(int row, (int Start, int End) share) => !_planes.IsInPlace || (row >= share.Start && row < share.End);

    private float* Map(float* memory, int row) => memory + _planes.Inputs[0] + (row * (nint)_planes.From.Pitch);

    private float* Edge(float* scratch, int row, (int Start, int End) share) => scratch + (row < share.Start ? 0 : _edgeStride);

    private float* Carried(float* scratch, int x) => scratch + _carried + (x / DepthwiseTile.Columns * CarriedFloats);
}
