using Secateur.Graph;
using Secateur.Pruning;
using Secateur.TestSupport;
using Secateur.Training.Optimization;
using Xunit;

namespace Secateur.Training.Tests.Optimization;

public class OptimizerTests
{
    private static readonly Func<ParameterVector, Optimizer>[] Makers = [p => new SgdOptimizer(p), p => new AdamOptimizer(p)];

    [Fact]
    public void Sgd_follows_the_sequence_by_hand()
    {
        var parameters = Vector(1f);
        var sgd = new SgdOptimizer(parameters, momentum: 0.5, weightDecay: 0.25);

        // v = 0.5 * 0 + (1 + 0.25 * 1) = 1.25; w = 1 - 0.5 * 1.25
        sgd.Step(Gradient(parameters, 1f), 0.5);
        Assert.All(parameters.Values, w => Assert.Equal(0.375f, w));

        // v = 0.5 * 1.25 + (-1 + 0.25 * 0.375) = -0.28125; w = 0.375 + 0.25 * 0.28125
        sgd.Step(Gradient(parameters, -1f), 0.25);
        Assert.All(parameters.Values, w => Assert.Equal(0.4453125f, w));
        Assert.All(sgd.State["momentum_buffer"], v => Assert.Equal(-0.28125f, v));
        Assert.Equal(2, sgd.Steps);
    }

    [Fact]
    public void Adam_follows_the_sequence_in_double()
    {
        var parameters = Vector(0.5f);
        var adam = new AdamOptimizer(parameters, weightDecay: 0.1);
        double w = 0.5, m = 0, v = 0;
        for (var t = 1; t <= 5; t++)
        {
            var gradient = (float)Math.Sin(t);
            var g = gradient + (0.1 * w);
            m = (0.9 * m) + (0.1 * g);
            v = (0.999 * v) + (0.001 * g * g);
            w -= 0.01 * (m / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v / (1 - Math.Pow(0.999, t))) + 1e-8);

            adam.Step(Gradient(parameters, gradient), 0.01);

            Assert.All(parameters.Values, x => Assert.Equal(w, x, 1e-6));
        }
    }

    [Fact]
    public void Every_weight_moves_by_its_own_gradient()
    {
        foreach (var make in Makers)
        {
            var (parameters, mirrored) = (Random(seed: 1), Random(seed: 1));
            Array.Reverse(mirrored.Values);
            var (optimizer, other) = (make(parameters), make(mirrored));
            for (var t = 0; t < 3; t++)
            {
                var gradient = RandomGradient(parameters, t);
                optimizer.Step(gradient, 1e-2);
                Array.Reverse(gradient);
                other.Step(gradient, 1e-2);
            }

            // Body and tail of the vectors do the same.
            Assert.Equal(parameters.Values, mirrored.Values.Reverse());
        }
    }

    [Fact]
    public void Frozen_weights_stay_exactly_zero_through_momentum_moments_and_decay()
    {
        foreach (var make in Makers)
        {
            var (parameters, free) = (Random(seed: 2), Random(seed: 2));
            var (optimizer, unfrozen) = (make(parameters), make(free));
            for (var t = 0; t < 5; t++) Step(t);
            Assert.Equal(free.Values, parameters.Values);

            optimizer.Frozen = Mask(parameters);
            Assert.Equal((2 * 9 * 3) + (2 * 4) + 2, optimizer.Frozen.Count);
            AssertHeld();
            for (var t = 5; t < 105; t++)
            {
                Step(t);
                AssertHeld();
            }

            optimizer.Frozen = null;
            Step(105);
            Assert.DoesNotContain(0f, parameters.Values);

            void Step(int t)
            {
                optimizer.Step(RandomGradient(parameters, t), 1e-2);
                unfrozen.Step(RandomGradient(parameters, t), 1e-2);
            }

            // The rest moves as if nothing were frozen.
            void AssertHeld()
            {
                var held = Held(parameters);
                for (var i = 0; i < held.Length; i++)
                {
                    if (held[i]) Assert.All(optimizer.State.Values.Append(parameters.Values), values => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(values[i])));
                    else Assert.Equal(free.Values[i], parameters.Values[i]);
                }
            }
        }
    }

    [Fact]
    public void A_restored_state_goes_on_to_the_bit()
    {
        foreach (var make in Makers)
        {
            var parameters = Random(seed: 3);
            var optimizer = make(parameters);
            for (var t = 0; t < 4; t++) optimizer.Step(RandomGradient(parameters, t), 1e-2);
            var resumedParameters = Random(seed: 4);
            parameters.Values.CopyTo(resumedParameters.Values, 0);
            var resumed = make(resumedParameters);

            resumed.Restore(optimizer.Steps, optimizer.State.ToDictionary(s => s.Key, s => (float[])s.Value.Clone()));

            for (var t = 4; t < 8; t++)
            {
                optimizer.Step(RandomGradient(parameters, t), 1e-2);
                resumed.Step(RandomGradient(parameters, t), 1e-2);
            }

            Assert.Equal(optimizer.Steps, resumed.Steps);
            Assert.Equal(parameters.Values, resumedParameters.Values);
            Assert.All(optimizer.State, s => Assert.Equal(s.Value, resumed.State[s.Key]));
        }
    }

    [Fact]
    public void The_state_of_another_optimizer_or_network_is_refused()
    {
        var parameters = Vector(1);
        var sgd = new SgdOptimizer(parameters);

        var other = Assert.Throws<ArgumentException>(() => sgd.Restore(1, new AdamOptimizer(parameters).State));
        Assert.Contains("[momentum_buffer], got [exp_avg, exp_avg_sq]", other.Message, StringComparison.Ordinal);
        var shorter = Assert.Throws<ArgumentException>(() => sgd.Restore(1, new Dictionary<string, float[]> { ["momentum_buffer"] = new float[3] }));
        Assert.Contains("has 3 values", shorter.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => sgd.Restore(-1, sgd.State));
        Assert.Equal(0, sgd.Steps);
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        var parameters = Vector(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SgdOptimizer(parameters, momentum: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SgdOptimizer(parameters, weightDecay: -1e-9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SgdOptimizer(parameters, weightDecay: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamOptimizer(parameters, beta1: -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamOptimizer(parameters, beta2: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamOptimizer(parameters, epsilon: 0));
        var sgd = new SgdOptimizer(parameters);
        Assert.Throws<ArgumentException>(() => sgd.Step(new float[parameters.Values.Length - 1], 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => sgd.Step(parameters.Values, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => sgd.Step(parameters.Values, -0.1));
        Assert.Equal(0, sgd.Steps);
    }

    [Fact]
    public void A_mask_of_another_network_is_refused()
    {
        var parameters = Vector(1);
        var unknown = Assert.Throws<ArgumentException>(() => new FrozenWeights(Network, parameters, new FilterMask([new("base.9", [0])])));
        Assert.Contains("base.9", unknown.Message, StringComparison.Ordinal);
        var beyond = Assert.Throws<ArgumentException>(() => new FrozenWeights(Network, parameters, new FilterMask([new("base.0", [5])])));
        Assert.Contains("has 5 filters", beyond.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Mask(parameters).Zero(new float[3]));
    }

    /// <summary>Layers whose parameters fill no vector: 5 filters [3, 3, 3] with batch norm, and 3 [4, 1, 1] with bias.</summary>
    private static Network Network { get; } = CreateNetwork();

    private static Network CreateNetwork()
    {
        var g = new NetworkBuilder("small");
        var x = g.BatchNorm(g.Conv2d(g.Input(3), "base.0", 5, 3), "base.1");
        g.Output("loc_0", g.Conv2d(g.Select(x, 0, 1, 2, 4), "loc.0", 3, 1, bias: true));
        return g.Build();
    }

    private static FrozenWeights Mask(ParameterVector parameters) =>
        new(Network, parameters, new FilterMask([new("base.0", [3, 1]), new("loc.0", [0, 2])]));

    private static bool[] Held(ParameterVector parameters)
    {
        var held = new bool[parameters.Values.Length];
        Array.Fill(held, true, parameters.RangeOf("base.0.weight").Start.Value + 27, 27);
        Array.Fill(held, true, parameters.RangeOf("base.0.weight").Start.Value + 81, 27);
        Array.Fill(held, true, parameters.RangeOf("loc.0.weight").Start.Value, 4);
        Array.Fill(held, true, parameters.RangeOf("loc.0.weight").Start.Value + 8, 4);
        held[parameters.RangeOf("loc.0.bias").Start.Value] = true;
        held[parameters.RangeOf("loc.0.bias").Start.Value + 2] = true;
        return held;
    }

    private static ParameterVector Vector(float value)
    {
        var parameters = new ParameterVector(Network);
        Array.Fill(parameters.Values, value);
        return parameters;
    }

    private static ParameterVector Random(int seed) => new(RandomWeights.Fill(Network, seed));

    private static float[] Gradient(ParameterVector parameters, float value) => [.. Enumerable.Repeat(value, parameters.Values.Length)];

    private static float[] RandomGradient(ParameterVector parameters, int seed)
    {
        var random = new Random(seed);
        return [.. parameters.Values.Select(_ => RandomWeights.Normal(random))];
    }
}
