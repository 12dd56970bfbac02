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
    private const string InMemory = "the model in memory";

    private readonly IImageEngine _engine;
    private readonly DetectorOptions _options;
    private readonly ConcurrentBag<IImageSession> _idle = [];
    private volatile bool _disposed;

    /// <summary>Prepares a model.</summary>
    /// <exception cref="ArgumentException">The network is no detector, or does not take three channels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FaceDetector(Model model, DetectorOptions? options = null)
        : this(model, options, given => new InferenceEngine(given))
    {
    }

    /// <summary>Prepares a model to run elsewhere.</summary>
    internal FaceDetector(Model model, DetectorOptions? options, Func<Model, IImageEngine> createEngine)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options ?? DetectorOptions.Default;
        _options.Validate();
        var network = model.Network;
        if (network.Head.Levels.IsEmpty) throw new ArgumentException($"the network '{network.Architecture}' has no detection levels");
        if (network.Nodes.OfType<Graph.InputNode>().First().Channels != 3) throw new ArgumentException($"the network '{network.Architecture}' does not take RGB images");
        _engine = createEngine(model);
    }

    /// <summary>The model.</summary>
    public Model Model => _engine.Model;

    /// <summary>Loads a model file or a checkpoint, see <see cref="ModelFile.Load(string, string?, string?)"/>.</summary>
    /// <exception cref="InvalidFileException">The file holds no model.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static FaceDetector Load(string path, DetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new FaceDetector(ModelFile.Read(path), options);
    }

    /// <summary>Loads a model file or a checkpoint that is in memory, such as an embedded resource.</summary>
    /// <exception cref="InvalidFileException">The bytes hold no model.</exception>
    public static FaceDetector Load(byte[] model, DetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new FaceDetector(ModelFile.Read(InMemory, model), options);
    }

    /// <summary>Loads a model file or a checkpoint from a stream, from where it stands to its end; the stream stays open.</summary>
    /// <exception cref="InvalidFileException">The bytes hold no model.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static FaceDetector Load(Stream model, DetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var content = new MemoryStream();
        model.CopyTo(content);
        return Load(content.ToArray(), options);
    }

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
        if (_options.Scale == 1) return Pass(rgb, width, height, _options);
        return Pass(new RgbImage(width, height, rgb.ToArray()), _options.Scale, _options);
    }

    /// <summary>Detects in one pass, in pixels as cameras, bitmaps and other libraries have them.</summary>
    /// <param name="pixels">The rows, from top to bottom.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="layout">The bytes of a pixel.</param>
    /// <param name="stride">Bytes from one row to the next; 0 where there are none between them.</param>
    /// <returns>Faces in pixels of the image, best first.</returns>
    /// <exception cref="ArgumentException">There are fewer bytes than the rows need, a side is not positive, or the stride is shorter than a row.</exception>
    /// <exception cref="Graph.NetworkException">The image is too small or too large for the network, or for the machine's memory.</exception>
    /// <exception cref="ObjectDisposedException">The detector has been disposed of.</exception>
    public IReadOnlyList<FaceDetection> Detect(ReadOnlySpan<byte> pixels, int width, int height, PixelLayout layout, int stride = 0) =>
        Detect(RgbImage.From(pixels, width, height, layout, stride));

    /// <summary>Detects in one pass.</summary>
    /// <returns>Faces in pixels of the image, best first.</returns>
    /// <exception cref="Graph.NetworkException">The image is too small or too large for the network, or for the machine's memory.</exception>
    /// <exception cref="ObjectDisposedException">The detector has been disposed of.</exception>
    public IReadOnlyList<FaceDetection> Detect(RgbImage image) => Detect(image, _options);

    /// <summary>Detects in one pass, by options for this image alone; its workspace is one of those that serve all images.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="options">The options; <see cref="DetectorOptions.Threads"/> stay those of the detector.</param>
    /// <returns>Faces in pixels of the image, best first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="Graph.NetworkException">The image is too small or too large for the network, or for the machine's memory.</exception>
    /// <exception cref="ObjectDisposedException">The detector has been disposed of.</exception>
    public IReadOnlyList<FaceDetection> Detect(RgbImage image, DetectorOptions options)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return Pass(image, options.Scale, options);
    }

    /// <summary>
    /// Detects with the multi-scale test of the WIDER FACE evaluation: mirrored, shrunk and enlarged passes and box voting. More faces, about six
    /// to ten times the time; <see cref="DetectorOptions.Scale"/> is not used.
    /// </summary>
    /// <returns>Faces in pixels of the image, best first.</returns>
    /// <exception cref="Graph.NetworkException">The image is too small or too large for the network, or for the machine's memory.</exception>
    /// <exception cref="ObjectDisposedException">The detector has been disposed of.</exception>
    public IReadOnlyList<FaceDetection> DetectMultiScale(RgbImage image) => DetectMultiScale(image, _options);

    /// <summary>The same, by options for this image alone.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="options">The options; <see cref="DetectorOptions.Threads"/> stay those of the detector.</param>
    /// <returns>Faces in pixels of the image, best first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="Graph.NetworkException">The image is too small or too large for the network, or for the machine's memory.</exception>
    /// <exception cref="ObjectDisposedException">The detector has been disposed of.</exception>
    public IReadOnlyList<FaceDetection> DetectMultiScale(RgbImage image, DetectorOptions options)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return MultiScaleTest.Run(image, (scaled, scale) => Pass(scaled, scale, options), options.MaxDetections);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var session)) session.Dispose();
    }

    private List<FaceDetection> Pass(RgbImage image, double scale, DetectorOptions options)
    {
        if (scale == 1) return Pass(image.Pixels, image.Width, image.Height, options);
        var resized = BilinearResizer.Resize(image, scale);
        var faces = Pass(resized.Pixels, resized.Width, resized.Height, options);
        var back = (float)(1 / scale);
        for (var i = 0; i < faces.Count; i++)
        {
            var f = faces[i];
            faces[i] = new FaceDetection(f.X1 * back, f.Y1 * back, f.X2 * back, f.Y2 * back, f.Score);
        }

        return faces;
    }

    private List<FaceDetection> Pass(ReadOnlySpan<byte> rgb, int width, int height, DetectorOptions options)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var session = _idle.TryTake(out var idle) ? idle : _engine.CreateSession(_options.Threads);
        try
        {
            session.Run(rgb, height, width);
            return FaceReader.Read(_engine.Running, session.Result, options);
        }
        finally
        {
            _idle.Add(session);

            // Else a detector disposed of meanwhile would leave the workspace's threads waiting for ever.
            if (_disposed) Dispose();
        }
    }
}
