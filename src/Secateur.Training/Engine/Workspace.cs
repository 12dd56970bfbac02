using System.Runtime.InteropServices;

namespace Secateur.Training.Engine;

/// <summary>
/// A large block of memory, zeroed. On Linux the system is asked for large pages: kernels go from plane to plane, and looking up where each small
/// page of gigabytes lies takes a share of the time.
/// </summary>
internal sealed unsafe partial class Workspace : IDisposable
{
    private const int LargePage = 2 * 1024 * 1024;

    // What is smaller, the allocator may take from memory that it keeps for others.
    private const int LeastBytes = 64 * 1024 * 1024;
    private const int CacheLine = 64;

    // MADV_HUGEPAGE
    private const int UseLargePages = 14;

    private readonly nuint _bytes;

    public Workspace(long bytes)
    {
        _bytes = checked((nuint)bytes);
        var isLarge = bytes >= LeastBytes;
        Memory = (float*)NativeMemory.AlignedAlloc(_bytes, isLarge ? (nuint)LargePage : CacheLine);
        if (OperatingSystem.IsLinux() && isLarge) AskForLargePages();
        NativeMemory.Clear(Memory, _bytes);
    }

    ~Workspace() => NativeMemory.AlignedFree(Memory);

    /// <summary>Its start, aligned to a cache line; null when disposed.</summary>
    public float* Memory { get; private set; }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Memory);
        Memory = null;
        GC.SuppressFinalize(this);
    }

    private void AskForLargePages()
    {
        try
        {
            _ = Advise(Memory, _bytes, UseLargePages);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // It is advice: where the system has another C library, nothing changes.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
