using Secateur.Cli.Options;
using Secateur.Detection;
using Secateur.Gpu.Devices;
using Secateur.Pixels;

namespace Secateur.Cli.Commands;

/// <summary>A detector on the device that was asked for, open while it runs.</summary>
internal sealed class OpenedDetector : IDisposable
{
    private readonly ComputeDevice _device;
    private readonly FaceDetector _detector;
    private readonly bool _multiScale;

    /// <summary>Opens it, and tells where it runs.</summary>
    /// <param name="device">Where.</param>
    /// <param name="model">The model, see <see cref="ModelSource"/>.</param>
    /// <param name="architecture">The network that a checkpoint holds; null to guess it.</param>
    /// <param name="multiScale">Whether it makes the multi-scale test, not one pass.</param>
    /// <param name="options">Thresholds and threads.</param>
    public OpenedDetector(DeviceName device, string model, string? architecture, bool multiScale, DetectorOptions options)
    {
        _multiScale = multiScale;
        _device = ComputeDevice.Open(device);
        try
        {
            _detector = _device.Backend.CreateDetector(ModelSource.Read(model, architecture), options);
            _device.Announce();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Finds the faces of an image.</summary>
    public IReadOnlyList<FaceDetection> Detect(RgbImage image) => _multiScale ? _detector.DetectMultiScale(image) : _detector.Detect(image);

    /// <inheritdoc/>
    public void Dispose()
    {
        _detector?.Dispose();
        _device.Dispose();
    }
}
