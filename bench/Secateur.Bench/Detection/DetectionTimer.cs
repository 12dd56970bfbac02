using System.Diagnostics;
using Secateur.Demo.Scenes;
using Secateur.Detection;
using Secateur.Runtime;
using Secateur.Runtime.Memory;

namespace Secateur.Bench.Detection;

/// <summary>What a detection took.</summary>
/// <param name="Picture">Of what.</param>
/// <param name="Faces">Faces found.</param>
/// <param name="NetworkMs">Median milliseconds of the forward pass.</param>
/// <param name="AfterUs">Median microseconds from its results to the faces.</param>
internal sealed record DetectionTime(string Picture, int Faces, double NetworkMs, double AfterUs);

/// <summary>Times the forward pass and what follows it, one after the other as a detector runs them.</summary>
internal sealed class DetectionTimer(InferenceEngine engine, int height, int width, int runs)
{
    private const int WarmUps = 50;
    private const int FacesDrawn = 7;

    /// <summary>A drawn scene.</summary>
    public DetectionTime Scene()
    {
        using var session = engine.CreateSession();
        return Measure("scene", session, session.Result);
    }

    /// <summary>The same, but <paramref name="count"/> cells of the results say that they hold a face; wherever the network is, so are its costs.</summary>
    public DetectionTime Crowd(int count)
    {
        using var session = engine.CreateSession();
        session.Run(new byte[3 * height * width], height, width);
        using var crowd = new CrowdedMaps(engine.Lowered.Model.Network, session, count);
        return Measure("crowd", session, crowd.Result);
    }

    private DetectionTime Measure(string picture, InferenceSession session, Func<int, ResultMap> resultOf)
    {
        var pixels = DrawnScene.Create(seed: 1, width, height, FacesDrawn).Image.Pixels;
        var (network, after) = (new double[runs], new double[runs]);
        var faces = 0;
        for (var run = -WarmUps; run < runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            session.Run(pixels, height, width);
            var ran = Stopwatch.GetTimestamp();
            faces = FaceReader.Read(engine.Lowered.Model.Network, resultOf, DetectorOptions.Default).Count;
            if (run < 0) continue;
            network[run] = Stopwatch.GetElapsedTime(start, ran).TotalMilliseconds;
            after[run] = Stopwatch.GetElapsedTime(ran).TotalMicroseconds;
        }

        Array.Sort(network);
        Array.Sort(after);
        return new DetectionTime(picture, faces, network[runs / 2], after[runs / 2]);
    }
}
