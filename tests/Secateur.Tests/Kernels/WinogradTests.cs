using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;
using Secateur.Reference;
using Secateur.Runtime.Packing;
using Secateur.Runtime.Steps;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Kernels;

/// <summary>Convolutions by the Winograd transform against the definition, whether or not a plan would choose it.</summary>
public unsafe class WinogradTests
{
    private static readonly int[] Widths = [1, 2, 3, 5, 7, 13, 14, 15, 16, 17, 19, 31, 32, 33, 40, 47];

    public static TheoryData<SimdLevel> Levels => [.. TestedWidths.All];

    [Theory]
    [MemberData(nameof(Levels))]
    public void Small_shapes_compute_what_the_definition_says(SimdLevel level)
    {
        var turn = 0;
        for (var outputs = 1; outputs <= 17; outputs++)
        {
            for (var height = 1; height <= 13; height++)
            {
                turn++;
                var shape = new Shape(1 + (turn * 7 % 17), outputs, height, Widths[turn * 5 % Widths.Length], Halo: 1 + (turn % 3 / 2));
                new Setup(shape, turn).Check(level, parts: 1 + (turn % 4));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void A_wide_map_is_computed_in_tiles(SimdLevel level)
    {
        foreach (var width in new[] { 255, 256, 257, 300 })
        {
            Assert.True(new WinogradTile(width, 24).Columns < width);
            new Setup(new Shape(24, 3, 6, width, Halo: 1), width).Check(level, parts: 3);
        }
    }

    [Fact]
    public void Rounding_is_nearly_that_of_the_definition_in_single_precision()
    {
        // All positive, as behind a ReLU: the transform's differences of large values are at their worst.
        var setup = new Setup(new Shape(64, 8, 16, 64, Halo: 1), seed: 3);
        Assert.InRange(setup.LargestError(SimdLevels.Detect()), 0, 1e-6);
    }

    [Fact]
    public void A_block_has_one_to_four_channels()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WinogradConv.Run(SimdLevel.Vector128, 0, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => WinogradConv.Run(SimdLevel.Vector512, 5, default));
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void It_pays_for_many_channels_on_wide_maps(SimdLevel level)
    {
        var conv = new ConvGeometry(3, 1, 1, 1);
        var wide = new PlanarLayout(60, 80, 1);
        Assert.True(WinogradCost.Pays(level, conv, 16, 16, wide));
        Assert.True(WinogradCost.Pays(level, conv, 7, 8, wide));
        Assert.False(WinogradCost.Pays(level, conv, 1, 1, wide));
        Assert.False(WinogradCost.Pays(level, conv, 16, 16, new PlanarLayout(4, 5, 1)));
        foreach (var other in new[] { conv with { Kernel = 1 }, conv with { Stride = 2 }, conv with { Padding = 0 }, conv with { Groups = 2 } })
            Assert.False(WinogradCost.Pays(level, other, 16, 16, wide));
    }

    private sealed record Shape(int Inputs, int Outputs, int Height, int Width, int Halo);

    /// <summary>One convolution with a start, a slope and an addend that depend on the seed.</summary>
    private sealed class Setup
    {
        // Kernels may read this far behind the planes.
        private const int Overrun = 1024;

        private readonly Shape _shape;
        private readonly Random _random;
        private readonly PlanarLayout _layout;
        private readonly Volume _input;
        private readonly Volume _addend;
        private readonly Tensor _weight;
        private readonly Tensor _bias;
        private readonly Volume? _start;
        private readonly BorderRows _rows;
        private readonly bool _adds;
        private readonly float _slope;

        public Setup(Shape shape, int seed)
        {
            _shape = shape;
            _random = new Random(seed);
            _layout = new PlanarLayout(shape.Height, shape.Width, shape.Halo);
            _input = Draw(shape.Inputs, Math.Abs);
            _addend = Draw(shape.Outputs, x => x);
            _weight = new Tensor([shape.Outputs, shape.Inputs, 3, 3], [.. Enumerable.Range(0, shape.Outputs * shape.Inputs * 9).Select(_ => RandomWeights.Normal(_random))]);
            _bias = new Tensor([shape.Outputs], [.. Enumerable.Range(0, shape.Outputs).Select(_ => RandomWeights.Normal(_random))]);
            _adds = seed % 2 == 0;
            _slope = (seed % 5) switch { 0 => 1, 1 => 0, _ => 0.25f };
            if (seed % 3 != 0) return;

            // Rows between the first and the last are alike.
            _rows = BorderRows.Plan(_layout.Pitch, shape.Height, head: Math.Min(1, shape.Height - 1), tail: shape.Height > 2 ? 1 : 0, runLength: 32);
            var drawn = Draw(shape.Outputs, x => x);
            _start = new Volume(shape.Outputs, shape.Height, shape.Width);
            Each(_start, (c, y, x) => drawn[c, y == 0 || y == shape.Height - 1 ? y : 1, x]);
        }

        public void Check(SimdLevel level, int parts)
        {
            var whole = Run(level, 1);
            Compare(whole, level, 1e-5);
            Assert.True(whole.AsSpan().SequenceEqual(Run(level, parts)), $"{_shape}, {level}: {parts} parts give another result");
        }

        public double LargestError(SimdLevel level) => Compare(Run(level, 1), level, double.MaxValue);

        /// <summary>The largest difference, relative to the largest value.</summary>
        private double Compare(float[] actual, SimdLevel level, double tolerance)
        {
            var expected = Expected();
            var (largest, error) = (expected.Data.Max(Math.Abs), 0.0);
            for (var i = 0; i < actual.Length; i++)
            {
                var difference = Math.Abs(expected.Data[i] - actual[i]) / largest;
                if (!(difference <= tolerance)) Assert.Fail($"{_shape}, {level}: value {i} is {actual[i]} instead of {expected.Data[i]}");
                error = Math.Max(error, difference);
            }

            return error;
        }

        private Volume Expected()
        {
            var result = Conv2dReference.Run(_input, _weight, _start is null ? _bias : null, new ConvGeometry(3, 1, 1, 1));
            Each(result, (c, y, x) =>
            {
                var sum = result[c, y, x] + (_start?[c, y, x] ?? 0);
                var active = sum > 0 ? sum : _slope * sum;
                return _adds ? (0.75 * active) - (1.5 * _addend[c, y, x]) : active;
            });
            return result;
        }

        /// <summary>The outputs [O, H, W], after checks of what lies around them.</summary>
        private float[] Run(SimdLevel level, int parts)
        {
            // Inputs, then outputs in reverse order, which hold the addends before.
            var (inputs, outputs) = (_shape.Inputs, _shape.Outputs);
            nint[] planes = [.. Enumerable.Range(0, inputs + outputs).Select(i => (nint)(i * _layout.PlaneStride) + _layout.Origin)];
            nint[] targets = [.. planes.Skip(inputs).Reverse()];
            var scratch = ((inputs + outputs) * _layout.PlaneStride) + Overrun;
            var offsets = new TapGeometry(new ConvGeometry(3, 1, 1, 1)).Offsets([.. Enumerable.Range(0, inputs)], _layout, [0]);
            var step = new WinogradStep(
                "conv",
                level,
                PackedWinograd.Create(_weight, _bias),
                new ConvPlanes(_layout, [planes[0]], offsets, targets),
                new ConvEpilogue(_slope, _adds ? targets : null, 0.75f, -1.5f),
                Border(),
                scratch,
                afterwards: null);
            Assert.Equal((long)inputs * outputs * 9 * _shape.Height * _shape.Width, step.MultiplyAdds);

            var memory = new float[scratch + (parts * step.ScratchFloats) + 16];
            memory.AsSpan().Fill(float.NaN);
            for (var c = 0; c < inputs; c++) Write(memory, planes[c], _input, c);
            if (_adds)
            {
                for (var c = 0; c < outputs; c++) Write(memory, targets[c], _addend, c);
            }

            fixed (float* m = memory)
            {
                for (var part = 0; part < parts; part++) step.Run(m, part, parts);
            }

            Assert.All(memory[^16..], x => Assert.True(float.IsNaN(x), "wrote behind its scratch memory"));
            return [.. Enumerable.Range(0, outputs).SelectMany(c => Read(memory, targets[c]))];
        }

        private BorderStart? Border()
        {
            if (_start is null) return null;
            var stride = (_rows.StoredRows * _layout.Pitch) + 32;
            var values = new float[_shape.Outputs * stride];
            for (var c = 0; c < _shape.Outputs; c++)
            {
                for (var y = 0; y < _rows.StoredRows; y++)
                {
                    for (var x = 0; x < _shape.Width; x++) values[(c * stride) + (y * _layout.Pitch) + x] = (float)_start[c, _rows.SourceRow(y), x];
                }
            }

            return new BorderStart(values, stride, _rows);
        }

        private void Write(float[] memory, nint plane, Volume volume, int channel)
        {
            for (var y = -_shape.Halo; y < _shape.Height + _shape.Halo; y++)
            {
                for (var x = -_shape.Halo; x < _shape.Width + _shape.Halo; x++)
                {
                    var inside = y >= 0 && y < _shape.Height && x >= 0 && x < _shape.Width;
                    memory[plane + (y * _layout.Pitch) + x] = inside ? (float)volume[channel, y, x] : 0;
                }
            }
        }

        private IEnumerable<float> Read(float[] memory, nint plane)
        {
            for (var y = -_shape.Halo; y < _shape.Height + _shape.Halo; y++)
            {
                for (var x = -_shape.Halo; x < _shape.Width + _shape.Halo; x++)
                {
                    var value = memory[plane + (y * _layout.Pitch) + x];
                    if (y >= 0 && y < _shape.Height && x >= 0 && x < _shape.Width) yield return value;
                    else Assert.True(value == 0, $"{_shape}: {value} in the halo, at row {y}, column {x}");
                }
            }
        }

        private Volume Draw(int channels, Func<float, float> function)
        {
            var volume = new Volume(channels, _shape.Height, _shape.Width);
            for (var i = 0; i < volume.Data.Length; i++) volume.Data[i] = function(RandomWeights.Normal(_random));
            return volume;
        }

        private static void Each(Volume volume, Func<int, int, int, double> valueAt)
        {
            for (var c = 0; c < volume.Channels; c++)
            {
                for (var y = 0; y < volume.Height; y++)
                {
                    for (var x = 0; x < volume.Width; x++) volume[c, y, x] = valueAt(c, y, x);
                }
            }
        }
    }
}
