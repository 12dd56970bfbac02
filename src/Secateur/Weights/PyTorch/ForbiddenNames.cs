namespace Secateur.Weights.PyTorch;

/// <summary>
/// What no honest checkpoint names: ways to run code, start programs, reach files or the network, or read another pickle. Nothing is ever run; a file
/// that asks for these is refused, because the person who got it should know.
/// </summary>
internal static class ForbiddenNames
{
    private static readonly HashSet<string> Modules =
    [
        "os", "posix", "nt", "sys", "subprocess", "_posixsubprocess", "commands", "popen2", "shutil", "pty", "socket", "ssl", "http", "urllib", "urllib2", "requests",
        "httplib", "ftplib", "smtplib", "webbrowser", "importlib", "imp", "pkgutil", "runpy", "code", "codeop", "_code", "pdb", "bdb", "timeit", "trace", "profile",
        "cProfile", "doctest", "ctypes", "_ctypes", "cffi", "marshal", "pickle", "_pickle", "cPickle", "shelve", "dill", "cloudpickle", "joblib", "asyncio", "tempfile",
        "pip", "torch.hub", "torch.package", "torch.utils.cpp_extension", "torch.utils.model_zoo",
    ];

    private static readonly HashSet<string> Functions =
    [
        .. ((string[])["eval", "exec", "execfile", "compile", "__import__", "open", "file", "input", "raw_input", "breakpoint", "apply", "globals", "locals", "vars"])
            .SelectMany(name => (string[])[$"builtins.{name}", $"__builtin__.{name}"]),
        "io.open", "io.FileIO", "_io.open", "_io.FileIO", "torch.load", "torch.serialization.load", "numpy.load", "types.FunctionType", "types.CodeType",
    ];

    public static bool Contains(string module, string name) =>
        name.StartsWith("__", StringComparison.Ordinal)
        || name.Contains(".__", StringComparison.Ordinal)
        || Functions.Contains($"{module}.{name}")
        || Prefixes(module).Any(Modules.Contains);

    /// <summary>The module and the packages around it: of <c>a.b.c</c>, <c>a</c>, <c>a.b</c> and <c>a.b.c</c>.</summary>
    private static IEnumerable<string> Prefixes(string module)
    {
        for (var dot = module.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = module.IndexOf('.', dot + 1)) yield return module[..dot];
        yield return module;
    }
}
