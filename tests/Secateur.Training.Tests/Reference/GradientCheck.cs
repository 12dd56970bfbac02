using Secateur.Graph;
using Secateur.Reference;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Reference;

/// <summary>
/// Difference quotients against <see cref="ReferenceTraining"/>: the loss is the sum of all outputs times fixed random numbers, so that these are
/// its gradients by the outputs.
/// </summary>
internal sealed class GradientCheck
{
    // Batch norms of values that are nearly constant, one after another, bend within a tiny step; elsewhere such a step would show rounding only.
    private static readonly double[] Steps = [1e-5, 1e-7, 1e-9];

    private readonly Network _network;
    private readonly ReferenceTraining _training;
    private readonly Volume[] _input;
    private readonly ReferenceGradients _gradients;
    private readonly List<(int Node, Volume[] Gradient)> _outputGradients = [];
    private readonly List<int> _sides;
    private readonly double _largest;

    /// <exception cref="NetworkException">The network cannot be trained at this size.</exception>
    public GradientCheck(Model model, int images, int height, int width, int seed)
    {
        _network = model.Network;
        _training = new ReferenceTraining(model);
        var channels = _network.Nodes.OfType<InputNode>().Single().Channels;
        _input = Batches.Split(Batches.Random(images * channels * height * width, seed), images, channels, height, width);
        var results = _training.Forward(_input);
        foreach (var output in _network.Outputs)
        {
            var like = results[output.Node];
            _outputGradients.Add((output.Node, Batches.SplitLike(Batches.Random(like.Sum(image => image.Data.Length), ++seed), like)));
        }

        _gradients = _training.Backward(_outputGradients);
        _sides = Kinks.Sides(_network, results);
        _largest = Math.Max(_gradients.Input.Max(image => image.Data.Max(Math.Abs)), _gradients.Parameters.Values.Select(g => g.Max(Math.Abs)).DefaultIfEmpty().Max());
    }

    /// <summary>
    /// Checks elements of the input and of every learnable parameter; returns how many, without those that stand at a kink.
    /// </summary>
    /// <param name="elements">About how many of each tensor; spread evenly.</param>
    /// <param name="tolerance">Relative to the largest gradient.</param>
    /// <param name="where">What is checked.</param>
    public int Check(int elements, double tolerance, string where)
    {
        var count = 0;
        for (var n = 0; n < _input.Length; n++)
            count += Check(_input[n].Data, _gradients.Input[n].Data, elements, tolerance * _largest, $"{where}: image {n}");
        foreach (var (name, gradient) in _gradients.Parameters)
            count += Check(_training.Parameters[name], gradient, elements, tolerance * _largest, $"{where}: {name}");
        return count;
    }

    private int Check(double[] values, double[] gradient, int elements, double allowed, string where)
    {
        var count = 0;
        for (var i = 0; i < values.Length; i += Math.Max(1, values.Length / elements))
        {
            var quotients = new List<double>();
            var agrees = false;
            foreach (var quotient in Steps.Select(step => DifferenceQuotient(values, i, step)).OfType<double>())
            {
                quotients.Add(quotient);
                agrees = Math.Abs(quotient - gradient[i]) <= allowed;
                if (agrees) break;
            }

            if (quotients.Count == 0) continue;
            Assert.True(agrees, $"{where}[{i}]: gradient {gradient[i]:g9}, difference quotients {string.Join(", ", quotients)}; allowed {allowed:g2}");
            count++;
        }

        return count;
    }

    /// <summary>The derivative by one element, to fourth order; null at a kink.</summary>
    private double? DifferenceQuotient(double[] values, int index, double step)
    {
        var value = values[index];
        try
        {
            var result = 0.0;
            foreach (var (steps, factor) in new[] { (-2, 1.0), (-1, -8.0), (1, 8.0), (2, -1.0) })
            {
                values[index] = value + (steps * step);
                var results = _training.Forward(_input);
                if (!Kinks.Sides(_network, results).SequenceEqual(_sides)) return null;
                result += factor / (12 * step) * Loss(results);
            }

            return result;
        }
        finally
        {
            values[index] = value;
        }
    }

    private double Loss(IReadOnlyList<Volume[]> results)
    {
        var loss = 0.0;
        foreach (var (node, gradient) in _outputGradients)
        {
            for (var n = 0; n < gradient.Length; n++)
            {
                var (y, dy) = (results[node][n].Data, gradient[n].Data);
                for (var p = 0; p < y.Length; p++) loss += y[p] * dy[p];
            }
        }

        return loss;
    }
}
