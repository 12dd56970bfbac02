using System.Collections.Concurrent;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Detection;

/// <summary>
/// Finds faces with a trained model. Safe to call from several threads at once: each call takes a workspace of its own, and workspaces are kept
/// for the next call.
/// </summary>
/// <example>
/// <code>
/// using var detector = FaceDetector.Load("model.safetensors");
/// foreach (var face in detector.Detect(pixels, width, height)) Console.WriteLine(face);
/// </code>
/// </example>
public sealed class FaceDetector : IDisposable
{
    private readonly InferenceEngine _engine;
    private readonly DetectorOptions _options;
    private readonly ConcurrentBag<InferenceSession> _idle = [];
    private volatile bool _disposed;

    /// <summary>Prepares a model.</summary>
    /// <exception cref="ArgumentException">The network is no detector, or does not take three channels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FaceDetector(Model model, DetectorOptions? options = null)
    {
        _options = options ?? DetectorOptions.Default;
        _options.Validate();
        var network = model.Network;
        if (network.Head.Levels.IsEmpty) throw new ArgumentException($"the network '{network.Architecture}' has no detection levels");
        if (network.Nodes.OfType<Graph.InputNode>().First().Channels != 3) throw new ArgumentException($"the network '{network.Architecture}' does not take RGB images");
        _engine = new InferenceEngine(model);
    }

    /// <summary>The model.</summary>
    public Model Model => _engine.Model;

    /// <summary>Loads a model file or a checkpoint, see <see cref="ModelFile.Read"/>.</summary>
    /// <exception cref="InvalidFileException">The file holds no model.</exception>
    public static FaceDetector Load(string path, DetectorOptions? options = null) => new(ModelFile.Read(path), options);

    /// <summary>Detects in one pass.</summary>
    /// <param name="rgb">height * width * 3 bytes: red, green, blue, row by row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <returns>Faces in pixels of the image, best first.</returns>
    /// <exception cref="ArgumentException">The number of bytes does not fit, or a side is not positive.</exception>
    /// <exception cref="Graph.NetworkException">The image is too small or too large for the network, or for the machine's memory.</exception>
    /// <exception cref="ObjectDisposedException">The detector has been disposed of.</exception>
    public IReadOnlyList<FaceDetection> Detect(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (_options.Scale == 1) return Pass(rgb, width, height);
        return Pass(new RgbImage(width, height, rgb.ToArray()), _options.Scale);
    }

    /// <summary>Detects in one pass.</summary>
    /// <returns>Faces in pixels of the image, best first.</returns>
    /// <exception cref="Graph.NetworkException">The image is too small or too large for the network, or for the machine's memory.</exception>
    /// <exception cref="ObjectDisposedException">The detector has been disposed of.</exception>
    public IReadOnlyList<FaceDetection> Detect(RgbImage image) => Pass(image, _options.Scale);

    /// <summary>
    /// Detects with the multi-scale test of the WIDER FACE evaluation: mirrored, shrunk and enlarged passes and box voting. More faces, about six
    /// to ten times the time; <see cref="DetectorOptions.Scale"/> is not used.
    /// </summary>
    /// <returns>Faces in pixels of the image, best first.</returns>
    /// <exception cref="Graph.NetworkException">The image is too small or too large for the network, or for the machine's memory.</exception>
    /// <exception cref="ObjectDisposedException">The detector has been disposed of.</exception>
    public IReadOnlyList<FaceDetection> DetectMultiScale(RgbImage image) => MultiScaleTest.Run(image, Pass, _options.MaxDetections);

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var session)) session.Dispose();
    }

    private List<FaceDetection> Pass(RgbImage image, double scale)
    {
        if (scale == 1) return Pass(image.Pixels, image.Width, image.Height);
        var resized = BilinearResizer.Resize(image, scale);
        var faces = Pass(resized.Pixels, resized.Width, resized.Height);
        var back = (float)(1 / scale);
        for (var i = 0; i < faces.Count; i++)
        {
            var f = faces[i];
            faces[i] = new FaceDetection(f.X1 * back, f.Y1 * back, f.X2 * back, f.Y2 * back, f.Score);
        }

        return faces;
    }

    private List<FaceDetection> Pass(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var session = _idle.TryTake(out var idle) ? idle : _engine.CreateSession(_options.Threads);
        try
        {
            session.Run(rgb, height, width);
            return FaceReader.Read(_engine.Lowered.Model.Network, session.Result, _options);
        }
        finally
        {
            _idle.Add(session);

            // Else a detector disposed of meanwhile would leave the workspace's threads waiting for ever.
            if (_disposed) Dispose();
        }
    }
}
