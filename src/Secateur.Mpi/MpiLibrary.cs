using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Secateur.Mpi;

/// <summary>The calls of Open MPI that are needed. Its handles are addresses of variables that the library exports.</summary>
internal static unsafe partial class MpiLibrary
{
    private const string Name = "libmpi.so.40";

    // On macOS, where Homebrew's libraries are in no path that is searched.
    private static readonly string[] Names = [Name, "libmpi.40.dylib", "/opt/homebrew/lib/libmpi.40.dylib", "/usr/local/lib/libmpi.40.dylib"];

    /// <summary>MPI_THREAD_SERIALIZED: any thread calls, one at a time.</summary>
    private const int Serialized = 2;

    /// <summary>MPI_IN_PLACE.</summary>
    private static readonly void* InPlace = (void*)1;

    private static nint _world;
    private static nint _byte;

    /// <summary>Loads the library and joins the job.</summary>
    /// <exception cref="MpiException">It is not there, is another MPI, or does not allow calls from more than one thread.</exception>
    public static void Initialize()
    {
        var library = Array.ConvertAll(Names, name => NativeLibrary.TryLoad(name, out var found) ? found : 0).FirstOrDefault(found => found != 0);
        if (library == 0)
            throw new MpiException($"{Name} cannot be loaded, with which the processes of mpirun talk to each other; install Open MPI 4 or 5, e.g. apt-get install libopenmpi3");
        if (!NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _world) || !NativeLibrary.TryGetExport(library, "ompi_mpi_byte", out _byte))
            throw new MpiException($"{Name} is not Open MPI's, whose processes mpirun has started; install Open MPI 4 or 5, e.g. apt-get install libopenmpi3");
        NativeLibrary.SetDllImportResolver(typeof(MpiLibrary).Assembly, (name, _, _) => name == Name ? library : 0);
        Check(InitThread(0, 0, Serialized, out var provided));
        if (provided < Serialized) throw new MpiException("this Open MPI was built without support for threads (MPI_THREAD_SERIALIZED); install another build");
    }

    public static int Rank()
    {
        Check(CommRank(_world, out var rank));
        return rank;
    }

    public static int Size()
    {
        Check(CommSize(_world, out var size));
        return size;
    }

    public static void AllGather(void* parts, int bytesOfPart) => Check(AllGather(InPlace, 0, 0, parts, bytesOfPart, _byte, _world));

    public static void AllToAll(void* sent, void* received, int bytesOfPart) => Check(AllToAll(sent, bytesOfPart, _byte, received, bytesOfPart, _byte, _world));

    /// <summary>Ends all processes of the job, this one too.</summary>
    public static void Abort(int code) => Check(Abort(_world, code));

    /// <summary>Leaves the job, once all others do.</summary>
    public static void Leave() => Check(Finish());

    private static void Check(int code, [CallerMemberName] string call = "")
    {
        // By default an error ends the job inside the library, which prints why.
        if (code != 0) throw new MpiException($"{call} of Open MPI failed with code {code}");
    }

    [LibraryImport(Name, EntryPoint = "MPI_Init_thread")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int InitThread(nint argc, nint argv, int required, out int provided);

    [LibraryImport(Name, EntryPoint = "MPI_Comm_rank")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CommRank(nint communicator, out int rank);

    [LibraryImport(Name, EntryPoint = "MPI_Comm_size")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CommSize(nint communicator, out int size);

    [LibraryImport(Name, EntryPoint = "MPI_Allgather")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AllGather(void* sent, int sentCount, nint sentType, void* received, int receivedCount, nint receivedType, nint communicator);

    [LibraryImport(Name, EntryPoint = "MPI_Alltoall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AllToAll(void* sent, int sentCount, nint sentType, void* received, int receivedCount, nint receivedType, nint communicator);

    [LibraryImport(Name, EntryPoint = "MPI_Abort")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Abort(nint communicator, int code);

    [LibraryImport(Name, EntryPoint = "MPI_Finalize")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Finish();
}
