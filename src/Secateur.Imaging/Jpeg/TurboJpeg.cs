using System.Runtime.InteropServices;

namespace Secateur.Imaging.Jpeg;

/// <summary>The functions used of the TurboJPEG C API (turbojpeg.h), as libjpeg-turbo 2.0 and later, 3.x included, export them.</summary>
internal static unsafe partial class TurboJpeg
{
    public const string Library = "turbojpeg";

    /// <summary>TJPF_RGB: red, green, blue bytes.</summary>
    public const int PixelFormatRgb = 0;

    /// <summary>TJSAMP_444: chroma at full resolution.</summary>
    public const int Sampling444 = 0;

    /// <summary>TJSAMP_420: chroma at half the resolution.</summary>
    public const int Sampling420 = 2;

    /// <summary>TJFLAG_ACCURATEDCT: the slow, accurate integer DCT.</summary>
    public const int AccurateDct = 4096;

    /// <summary>TJFLAG_STOPONWARNING.</summary>
    public const int StopOnWarning = 8192;

    /// <summary>TJFLAG_LIMITSCANS: refuses progressive files with more than 500 scans.</summary>
    public const int LimitScans = 32768;

    /// <summary>TJERR_WARNING: the result of tjGetErrorCode after a problem that leaves a picture.</summary>
    public const int Warning = 0;

    [LibraryImport(Library)]
    public static partial nint tjInitDecompress();

    [LibraryImport(Library)]
    public static partial nint tjInitCompress();

    [LibraryImport(Library)]
    public static partial int tjDestroy(nint handle);

    [LibraryImport(Library)]
    public static partial int tjDecompress2(
        nint handle, byte* jpeg, CULong jpegSize, byte* pixels, int width, int pitch, int height, int pixelFormat, int flags);

    [LibraryImport(Library)]
    public static partial int tjCompress2(
        nint handle, byte* pixels, int width, int pitch, int height, int pixelFormat, byte** jpeg, CULong* jpegSize, int subsampling, int quality, int flags);

    [LibraryImport(Library)]
    public static partial void tjFree(byte* buffer);

    [LibraryImport(Library)]
    public static partial nint tjGetErrorStr2(nint handle);

    [LibraryImport(Library)]
    public static partial int tjGetErrorCode(nint handle);
}
