using System.ComponentModel;
using System.Diagnostics;

namespace Secateur.Packages.Tests;

/// <summary>A test that compiles to native code; skipped, saying why, where the linker that this needs, or zlib, is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NativeCompilerFactAttribute : PublishFactAttribute
{
    private static readonly Lazy<string?> Reason = new(() => new[] { "clang", "gcc" }.Any(Links)
        ? null
        : "neither clang nor gcc is there with zlib's headers: install them to run this test, e.g. apt-get install gcc libc6-dev zlib1g-dev");

    public NativeCompilerFactAttribute() => Skip ??= Reason.Value;

    private static bool Links(string compiler)
    {
        var output = Path.GetTempFileName();
        try
        {
            using var process = Process.Start(new ProcessStartInfo(compiler, ["-x", "c", "-", "-lz", "-o", output]) { RedirectStandardInput = true, RedirectStandardError = true })!;
            process.StandardInput.Write("#include <zlib.h>\nint main(void) { return zlibVersion() == 0; }\n");
            process.StandardInput.Close();
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
        finally
        {
            File.Delete(output);
        }
    }
}
