using System.Runtime.InteropServices;

namespace Secateur.Imaging.Jpeg;

/// <summary>A TurboJPEG compressor or decompressor; one thread at a time.</summary>
internal sealed class TurboJpegHandle : IDisposable
{
    private nint _handle;

    private TurboJpegHandle(nint handle) => _handle = handle != 0 ? handle : throw new InvalidOperationException("TurboJPEG could not be initialised");

    public static TurboJpegHandle Decompressor() => new(TurboJpeg.tjInitDecompress());

    public static TurboJpegHandle Compressor() => new(TurboJpeg.tjInitCompress());

    public nint Value => _handle;

    /// <summary>What the last call complained of.</summary>
    public string ErrorMessage => Marshal.PtrToStringUTF8(TurboJpeg.tjGetErrorStr2(_handle)) ?? "unknown error";

    /// <summary>Whether the last call's problem was a warning, that is, left a picture.</summary>
    public bool OnlyWarned => TurboJpeg.tjGetErrorCode(_handle) == TurboJpeg.Warning;

    public void Dispose()
    {
        if (_handle != 0) _ = TurboJpeg.tjDestroy(_handle);
        _handle = 0;
    }
}
