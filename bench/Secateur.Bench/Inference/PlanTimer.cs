using System.Diagnostics;
using Secateur.Bench.Statistics;
using Secateur.Runtime;

namespace Secateur.Bench.Inference;

/// <summary>Times every step of a plan on one thread, over noise.</summary>
internal static class PlanTimer
{
    private const int WarmUps = 2;

    public static StepTime[] Run(InferenceEngine engine, int height, int width, int runs)
    {
        var plan = engine.PlanFor(height, width);
        using var workspace = new PlanWorkspace(plan);
        var steps = plan.Steps;
        var times = steps.Select(_ => new double[runs]).ToArray();
        for (var run = -WarmUps; run < runs; run++)
        {
            for (var i = 0; i < steps.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                workspace.Run(steps[i]);
                if (run >= 0) times[i][run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        return
        [
            .. steps.Zip(plan.TouchedFloats, times).Select(s =>
            {
                var ms = Spread.Of(s.Third);
                return new StepTime(s.First.Name, s.First.GetType().Name, s.First.MultiplyAdds, s.Second * sizeof(float), ms.Median, ms.Low);
            }),
        ];
    }
}
