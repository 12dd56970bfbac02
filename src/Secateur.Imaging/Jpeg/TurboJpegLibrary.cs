using System.Reflection;
using System.Runtime.InteropServices;

namespace Secateur.Imaging.Jpeg;

/// <summary>Finds libjpeg-turbo's TurboJPEG library under the names that its packages install.</summary>
internal static class TurboJpegLibrary
{
    private static readonly Lazy<bool> Loaded = new(() =>
    {
        foreach (var candidate in Candidates())
        {
            if (!NativeLibrary.TryLoad(candidate, Assembly.GetExecutingAssembly(), searchPath: null, out var handle)) continue;
            NativeLibrary.SetDllImportResolver(typeof(TurboJpegLibrary).Assembly, (name, _, _) => name == TurboJpeg.Library ? handle : 0);
            return true;
        }

        return false;
    });

    /// <summary>Whether it is installed; to be asked before the first function of <see cref="TurboJpeg"/>.</summary>
    public static bool IsThere => Loaded.Value;

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
