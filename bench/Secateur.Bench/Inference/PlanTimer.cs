using System.Diagnostics;
using System.Runtime.InteropServices;
using Secateur.Runtime;

namespace Secateur.Bench.Inference;

/// <summary>What a step of an inference plan took.</summary>
/// <param name="Name">The node whose result it computes.</param>
/// <param name="Kind">The step's type.</param>
/// <param name="MultiplyAdds">Of its definition.</param>
/// <param name="Ms">Median milliseconds.</param>
internal sealed record StepTime(string Name, string Kind, long MultiplyAdds, double Ms)
{
    /// <summary>10^9 multiply-adds a second.</summary>
    public double Rate => MultiplyAdds / Ms / 1e6;
}

/// <summary>Times every step of a plan on one thread, over noise.</summary>
internal static unsafe class PlanTimer
{
    public static StepTime[] Run(InferenceEngine engine, int height, int width, int runs)
    {
        var plan = engine.PlanFor(height, width);
        var bytes = (nuint)plan.WorkspaceFloats(threads: 1) * sizeof(float);
        var memory = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        try
        {
            NativeMemory.Clear(memory, bytes);
            foreach (var step in plan.Preparation) step.Run(memory, 0, 1);
            var random = new Random(1);
            var times = plan.Steps.Select(_ => new double[runs]).ToArray();
            for (var run = -2; run < runs; run++)
            {
                foreach (var plane in plan.Input.Planes)
                {
                    for (var i = 0; i < plan.Input.Layout.Positions; i++) memory[plane + i] = random.Next(256) - 117;
                    plan.Input.Layout.ClearHalo(memory + plane, 0, plan.Input.Layout.Positions);
                }

                for (var i = 0; i < plan.Steps.Length; i++)
                {
                    var start = Stopwatch.GetTimestamp();
                    plan.Steps[i].Run(memory, 0, 1);
                    if (run >= 0) times[i][run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
            }

            return [.. plan.Steps.Select((step, i) => new StepTime(step.Name, step.GetType().Name, step.MultiplyAdds, Median(times[i])))];
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static double Median(double[] times)
    {
        Array.Sort(times);
        return times[0];
    }
}
