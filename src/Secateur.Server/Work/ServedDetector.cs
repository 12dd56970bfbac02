using System.Diagnostics;
using Secateur.Detection;
using Secateur.Graph;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.Server.Settings;

namespace Secateur.Server.Work;

/// <summary>A model at work: one detector for all requests, whatever their options.</summary>
internal sealed class ServedDetector(ServedModel served, ServerMetrics metrics) : IDisposable
{
    private const int UsualHeight = 480;
    private const int UsualWidth = 640;
    private const int WarmUpRuns = 40;
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(0.5);

    private readonly FaceDetector _detector = new(served.Model);

    public ServedModel Served => served;

    /// <summary>Multiply-adds of one image of 480 x 640 pixels.</summary>
    public long MultiplyAdds { get; } = NetworkCosts.CountMacs(served.Model.Network, UsualHeight, UsualWidth);

    /// <summary>Lets the runtime compile, for a while, what the first requests would wait for.</summary>
    public void WarmUp()
    {
        var file = ImageFile.EncodeJpeg(new RgbImage(UsualWidth, UsualHeight));
        var start = Stopwatch.GetTimestamp();
        for (var run = 0; run < WarmUpRuns && (run == 0 || Stopwatch.GetElapsedTime(start) < WarmUpTime); run++) _detector.Detect(ImageFile.Decode(served.Name, file));
    }

    /// <summary>Reads a picture and looks for faces.</summary>
    /// <param name="name">What the picture is called.</param>
    /// <param name="read">Gives its pixels.</param>
    /// <param name="query">How to look.</param>
    /// <exception cref="InvalidFileException">The picture cannot be read.</exception>
    /// <exception cref="NetworkException">The picture is too small or too large for the network.</exception>
    public Finding Find(string name, Func<RgbImage> read, DetectQuery query)
    {
        var start = Stopwatch.GetTimestamp();
        var image = read();
        var decoded = Stopwatch.GetTimestamp();
        var faces = query.MultiScale ? _detector.DetectMultiScale(image, query.Options) : _detector.Detect(image, query.Options);
        var duration = Stopwatch.GetElapsedTime(decoded);
        var found = new ImageDetections(name, image.Width, image.Height, faces).Clipped();
        metrics.Detected(served.Name, found.Faces.Count, duration);
        return new Finding(image, found, Stopwatch.GetElapsedTime(start, decoded), duration);
    }

    public void Dispose() => _detector.Dispose();
}

/// <summary>What was found in a picture, and how long it took.</summary>
/// <param name="Image">The picture, upright.</param>
/// <param name="Found">Its faces.</param>
/// <param name="Decoding">The time to read the picture.</param>
/// <param name="Detection">The time to find the faces.</param>
internal sealed record Finding(RgbImage Image, ImageDetections Found, TimeSpan Decoding, TimeSpan Detection);

/// <summary>How to look for faces.</summary>
/// <param name="Options">Thresholds and limits.</param>
/// <param name="MultiScale">Whether by the multi-scale test.</param>
internal sealed record DetectQuery(DetectorOptions Options, bool MultiScale);
