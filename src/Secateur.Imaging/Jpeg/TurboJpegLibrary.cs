using System.Reflection;
using System.Runtime.InteropServices;

namespace Secateur.Imaging.Jpeg;

/// <summary>Finds libjpeg-turbo's TurboJPEG library under the names that its packages install.</summary>
internal static class TurboJpegLibrary
{
    private const string Missing =
        "JPEG files need libjpeg-turbo's TurboJPEG library, which was not found; install it with "
        + "`apt-get install libturbojpeg0` (Debian, Ubuntu), `dnf install turbojpeg` (Fedora), `brew install jpeg-turbo` (macOS) "
        + "or from https://libjpeg-turbo.org (Windows)";

    private static readonly Lazy<nint> Handle = new(() =>
    {
        var handle = Load(Candidates());
        NativeLibrary.SetDllImportResolver(typeof(TurboJpegLibrary).Assembly, (name, _, _) => name == TurboJpeg.Library ? handle : 0);
        return handle;
    });

    /// <summary>Loads the library, once; to be called before the first function of <see cref="TurboJpeg"/>.</summary>
    /// <exception cref="DllNotFoundException">It is not installed; the message says how to install it.</exception>
    public static void Require() => _ = Handle.Value;

    /// <exception cref="DllNotFoundException">None of the candidates can be loaded.</exception>
    public static nint Load(IEnumerable<string> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, Assembly.GetExecutingAssembly(), searchPath: null, out var handle)) return handle;
        }
        throw new DllNotFoundException(Missing);
    }

    private static string[] Candidates()
    {
        if (OperatingSystem.IsWindows())
            return ["turbojpeg.dll", "libturbojpeg.dll"];
        if (!OperatingSystem.IsMacOS())
            return ["libturbojpeg.so.0", "libturbojpeg.so"];
        const string name = "libturbojpeg.0.dylib";
        // Homebrew's folders on Apple silicon and on Intel, and that of libjpeg-turbo's own installer.
        return [name, "/opt/homebrew/opt/jpeg-turbo/lib/" + name, "/usr/local/opt/jpeg-turbo/lib/" + name, "/opt/libjpeg-turbo/lib/" + name];
    }
}
