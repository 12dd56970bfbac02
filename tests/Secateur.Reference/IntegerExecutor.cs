using Secateur.Graph;
using Secateur.Lowering.Parameters;
using Secateur.Runtime.Fixed;
using Secateur.Runtime.Fusion;
using Secateur.Weights;

namespace Secateur.Reference;

/// <summary>
/// Runs a quantized model whose convolutions all run in integers, a value after another: sums in 64 bits, then the arithmetic of
/// <see cref="Kernels.Quads.QuadStoreCall"/> in scalars. What every kernel must give, bit for bit.
/// </summary>
public sealed class IntegerExecutor
{
    private readonly Model _model;
    private readonly ValueFlow _values;
    private readonly ByteForm _form;
    private readonly Dictionary<int, FusedConv> _chains;
    private readonly FixedMap?[] _fixed;
    private readonly Volume _image;
    private readonly Dictionary<int, ByteVolume> _bytes = [];
    private readonly Dictionary<int, Volume> _floats = [];

    private IntegerExecutor(Model model, Volume image)
    {
        (_model, _image) = (model, image);
        _values = new ValueFlow(model.Network);
        var fused = FusedSteps.Of(model.Network, _values);
        _form = new ByteForm(model, _values, fused);
        _chains = fused.Convolutions.OfType<IReadOnlyList<FusedConv>>().SelectMany(c => c).ToDictionary(c => c.Last);
        _fixed = FixedMapEvaluator.Run(model, NetworkShapes.Infer(model.Network, image.Height, image.Width));
    }

    /// <summary>The outputs by name.</summary>
    /// <param name="model">The model.</param>
    /// <param name="image">[3, H, W]; 8-bit values less the mean.</param>
    /// <exception cref="NotSupportedException">Something of it runs in floats.</exception>
    public static Dictionary<string, Volume> Run(Model model, Volume image)
    {
        var run = new IntegerExecutor(model, image);
        return model.Network.Outputs.ToDictionary(output => output.Name, output => run.Floats(run._values.Source(output.Node)));
    }

    private Volume Floats(int node)
    {
        if (_floats.TryGetValue(node, out var known)) return known;
        if (_form.IsWritten(node))
        {
            var held = Bytes(node);
            return _floats[node] = held.Bytes.Map((b, c) => ((float)b - held.Zeros[c]) * held.Scale);
        }

        return _floats[node] = _model.Network.Nodes[node] switch
        {
            ConcatNode concat => Join(concat.Parts.Select(p => Floats(_values.Source(p)))),
            MaxOutNode maxOut => MaxOutReference.Run(Floats(_values.Source(maxOut.Input))),
            _ when _chains.TryGetValue(node, out var chain) && _form.IsInteger(chain) && chain.Afterwards is null => Values(chain, 1, 0, null),
            var other => throw new NotSupportedException($"'{other.Name}' runs in floats"),
        };
    }

    private ByteVolume Bytes(int node)
    {
        if (_bytes.TryGetValue(node, out var known)) return known;
        return _bytes[node] = _model.Network.Nodes[node] switch
        {
            InputNode => Image(),
            SelectNode select => Select(Bytes(_values.Source(select.Input)), select),
            UpsampleNode upsample => Upsample(Bytes(_values.Source(upsample.Input)), NetworkShapes.Infer(_model.Network, _image.Height, _image.Width)[node]),
            ConcatNode concat => Join([.. concat.Parts.Select(p => Bytes(_values.Source(p)))]),
            _ when _chains.TryGetValue(node, out var chain) && _form.IsInteger(chain) && chain.Afterwards is null => Convolve(chain, _form.Held(node)!.Value),
            var other => throw new NotSupportedException($"'{other.Name}' runs in floats"),
        };
    }

    private ByteVolume Image()
    {
        var pixels = _model.Network.Head.Pixels;
        float[] means = [.. Enumerable.Range(0, 3).Select(c => pixels.Mean[Math.Abs(pixels.RedPlane - c)])];
        return new ByteVolume(_image.Map((v, c) => Math.Round(Math.Clamp((float)v + means[c], 0, 255))), 1, means);
    }

    private static ByteVolume Select(ByteVolume from, SelectNode select)
    {
        var chosen = new Volume(select.Channels.Length, from.Bytes.Height, from.Bytes.Width);
        for (var i = 0; i < select.Channels.Length; i++) from.Bytes.Plane(select.Channels[i]).CopyTo(chosen.Plane(i));
        return new ByteVolume(chosen, from.Scale, [.. select.Channels.Select(c => from.Zeros[c])]);
    }

    private static ByteVolume Upsample(ByteVolume input, MapShape shape) => input with { Bytes = NearestReference.Run(input.Bytes, shape.Height, shape.Width) };

    private static Volume Join(IEnumerable<Volume> parts)
    {
        Volume[] all = [.. parts];
        var whole = new Volume(all.Sum(p => p.Channels), all[0].Height, all[0].Width);
        var first = 0;
        foreach (var part in all)
        {
            part.Data.CopyTo(whole.Data, first);
            first += part.Data.Length;
        }

        return whole;
    }

    private static ByteVolume Join(ByteVolume[] parts) => new(Join(parts.Select(p => p.Bytes)), parts[0].Scale, [.. parts.SelectMany(p => p.Zeros)]);

    /// <summary>A convolution with what is fused into it, as bytes.</summary>
    private ByteVolume Convolve(FusedConv chain, MapQuantization held)
    {
        var other = chain.Merge is { } merge ? Bytes(_values.Source(merge.Other.Node)) : null;
        var bytes = Values(chain, held.Scale, held.Zero, other).Map((value, _) => Math.Clamp(Math.Round(value), 0, 255));
        return new ByteVolume(bytes, held.Scale, [.. Enumerable.Repeat((float)held.Zero, bytes.Channels)]);
    }

    /// <summary>The values of a chain in steps of a scale, before they are rounded.</summary>
    private Volume Values(FusedConv chain, float step, float zero, ByteVolume? other)
    {
        var channels = _model.Network.ChannelsOf(chain.Last);
        var node = (Conv2dNode)_model.Network.Nodes[chain.Node];
        var input = Bytes(_values.Source(node.Input));
        var geometry = _model.Network.GeometryOf(node);
        var whole = _model.Quantization!.IntegersOf(node.Weight, _model.Weights[node.Weight]);
        var scales = _model.Quantization.WeightScales[node.Weight];
        var (inputs, outputs) = (input.Zeros.Length, scales.Length);
        var (own, addend) = Factors(chain.Merge);
        var slope = chain.Activation switch { null => 1, PReluNode p => _model.Weights[p.Slope].Data[0], _ => 0 };
        var factor = other is null ? 0 : (float)(addend * other.Scale / step);
        var target = chain.TargetChannels(outputs);
        var result = new Volume(channels, geometry.OutputSize(input.Bytes.Height), geometry.OutputSize(input.Bytes.Width));
        for (var c = 0; c < channels; c++)
        {
            var o = target.IndexOf(c);
            var from = other is null ? -1 : chain.Merge!.Other.Channels.IsEmpty ? c : chain.Merge.Other.Channels.IndexOf(c);
            var shift = from < 0 ? zero : (float)(zero - ((double)factor * other!.Zeros[from]));
            for (var y = 0; y < result.Height; y++)
            {
                for (var x = 0; x < result.Width; x++)
                {
                    var value = o < 0 ? 0 : Sum(o, y, x);
                    value = value > 0 ? value : slope * value;
                    value += from < 0 ? shift : MathF.FusedMultiplyAdd(other!.At(from, y, x), factor, shift);
                    result[c, y, x] = value;
                }
            }
        }

        return result;

        float Sum(int o, int y, int x)
        {
            var (sum, ofZeros, k) = (0L, 0.0, geometry.Kernel);
            for (var i = 0; i < inputs; i++)
            {
                for (var ky = 0; ky < k; ky++)
                {
                    for (var kx = 0; kx < k; kx++)
                    {
                        var weight = whole[(((((o * inputs) + i) * k) + ky) * k) + kx];
                        sum += weight * (long)input.At(i, (y * geometry.Stride) + ky - geometry.Padding, (x * geometry.Stride) + kx - geometry.Padding);
                        ofZeros += weight * (double)input.Zeros[i];
                    }
                }
            }

            Assert32(sum);
            var scale = (float)(own * input.Scale * scales[o] / step);
            double start = node.Bias is null ? 0 : _model.Weights[node.Bias].Data[o];
            foreach (var operand in chain.Starts) start += _fixed[operand.Node]!.ChannelOrZero(operand.Channels, o, y, x);
            return MathF.FusedMultiplyAdd(sum, scale, (float)((own * (float)start / step) - (scale * ofZeros)));
        }
    }

    private static void Assert32(long sum)
    {
        if (sum != (int)sum) throw new OverflowException($"a sum is {sum}");
    }

    private (double Own, double Other) Factors(FusedMerge? merge)
    {
        if (merge is null) return (1, 1);
        var factors = FusionWeights.Of(_model, merge.Node);
        return merge.Own == merge.Node.A ? (factors.First, factors.Second) : (factors.Second, factors.First);
    }
}
