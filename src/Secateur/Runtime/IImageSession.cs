using Secateur.Graph;
using Secateur.Runtime.Memory;

namespace Secateur.Runtime;

/// <summary>Runs images, one after another, for one caller at a time.</summary>
internal interface IImageSession : IDisposable
{
    /// <summary>Runs one image at its own size; the mean is subtracted on the way.</summary>
    /// <exception cref="NetworkException">The image is too small or too large for the network.</exception>
    /// <exception cref="ArgumentException">The number of bytes does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The session is gone.</exception>
    void Run(ReadOnlySpan<byte> rgb, int height, int width);

    /// <summary>A result of the last run, valid until the next.</summary>
    ResultMap Result(int node);
}
