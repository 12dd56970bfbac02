using System.Runtime.InteropServices;
using Secateur.Graph;
using Secateur.Reference;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Planning;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>
/// Runs a plan with its parts one after another, so that a failure repeats, in memory that is hostile to mistakes: everything starts as NaN, so
/// that a value read before it is written shows in the results, and a fence on each side shows writes outside.
/// </summary>
internal static unsafe class PlanRun
{
    private const int Fence = 4096;
    private const uint FencePattern = 0x7FC0_DEAD;

    /// <summary>The outputs [C, H, W] by name.</summary>
    public static Dictionary<string, float[]> Run(LoweredModel lowered, Volume image, int parts)
    {
        var plan = PlanBuilder.Build(lowered, image.Height, image.Width);
        var floats = (2 * Fence) + checked((int)plan.WorkspaceFloats(parts));
        var block = (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), 64);
        try
        {
            new Span<uint>(block, floats).Fill(FencePattern);
            var memory = block + Fence;
            foreach (var step in plan.Preparation) step.Run(memory, 0, 1);

            // Twice: what was prepared must survive an image. And from the last part to the first: no part may need another.
            Dictionary<string, float[]>? first = null;
            fixed (float* pixels = Array.ConvertAll(image.Data, x => (float)x))
            {
                plan.Image.In(memory) = new ImagePointer(pixels);
                for (var round = 0; round < 2; round++)
                {
                    foreach (var step in plan.Steps)
                    {
                        for (var part = 0; part < parts; part++) step.Run(memory, round == 0 ? part : parts - 1 - part, parts);
                    }

                    var values = lowered.Model.Network.Outputs.ToDictionary(o => o.Name, o => Read(plan.Results[o.Node], memory));
                    foreach (var (name, other) in first ?? []) Assert.Equal(other, values[name]);
                    first = values;
                }
            }

            AssertIntact(new ReadOnlySpan<uint>(block, Fence), "before");
            AssertIntact(new ReadOnlySpan<uint>(block + floats - Fence, Fence), "after");
            return first!;
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }

    /// <summary>Asserts that outputs are those of the reference operations, within 1e-5 of the largest value of any node.</summary>
    /// <param name="expected">The result of every node.</param>
    /// <param name="network">Whose nodes and outputs.</param>
    /// <param name="actual">By output.</param>
    /// <param name="where">What was run.</param>
    public static void AssertEqual(IReadOnlyList<Volume> expected, Network network, Dictionary<string, float[]> actual, string where)
    {
        // An output that is a small difference of large values keeps their rounding.
        var largest = expected.Max(v => v.Data.Max(Math.Abs));
        foreach (var output in network.Outputs)
        {
            var (a, b) = (expected[output.Node].Data, actual[output.Name]);
            Assert.Equal(a.Length, b.Length);
            for (var i = 0; i < a.Length; i++)
            {
                // NaN is no small difference either.
                if (!(Math.Abs(a[i] - b[i]) <= 1e-5 * largest))
                    Assert.Fail($"{where}: {output.Name}[{i}] is {b[i]} instead of {a[i]}; largest anywhere {largest:g3}");
            }
        }
    }

    private static float[] Read(PlacedMap map, float* memory)
    {
        var result = new ResultMap(memory, map);
        var values = new List<float>();
        for (var c = 0; c < result.Channels; c++)
        {
            for (var y = 0; y < result.Height; y++) values.AddRange(result.Row(c, y));
        }

        return [.. values];
    }

    private static void AssertIntact(ReadOnlySpan<uint> fence, string side) =>
        Assert.True(fence.IndexOfAnyExcept(FencePattern) < 0, $"a step wrote {side} its memory");
}
