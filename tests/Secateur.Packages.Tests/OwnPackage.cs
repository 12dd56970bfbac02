using System.Reflection;

namespace Secateur.Packages.Tests;

/// <summary>A library that is packed.</summary>
/// <param name="Id">The package's name.</param>
/// <param name="AssemblyName">That of the assembly in it.</param>
/// <param name="Uses">The packages that it depends on; those of Secateur in the very version.</param>
public sealed record OwnPackage(string Id, string AssemblyName, params string[] Uses)
{
    /// <summary>The command, a tool: it holds what it needs.</summary>
    public const string Tool = "Secateur.Cli";

    /// <summary>All libraries, what is used first.</summary>
    public static IReadOnlyList<OwnPackage> Libraries { get; } =
    [
        new("Secateur", "Secateur.Core"),
        new("Secateur.Imaging", "Secateur.Imaging", "Secateur", "SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies"),
        new("Secateur.Models", "Secateur.Zoo", "Secateur"),
        new("Secateur.Onnx", "Secateur.Onnx", "Google.Protobuf", "Secateur"),
        new("Secateur.WiderFace", "Secateur.WiderFace", "Secateur", "Secateur.Imaging"),
        new("Secateur.Training", "Secateur.Training", "Secateur", "Secateur.Imaging", "Secateur.WiderFace", "YamlDotNet"),
        new("Secateur.Search", "Secateur.Search", "MathNet.Numerics", "Secateur", "Secateur.Training"),
        new("Secateur.Mpi", "Secateur.Mpi", "Secateur.Training"),
        new("Secateur.Gpu", "Secateur.Gpu", "ILGPU", "Secateur", "Secateur.Training"),
    ];

    /// <summary>Its assembly, as built with these tests.</summary>
    public Assembly Assembly => Assembly.Load(AssemblyName);

    /// <summary>Whether it says that it can be trimmed and compiled ahead of time.</summary>
    public bool IsTrimmable => Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Any(a => a is { Key: "IsTrimmable", Value: "True" });

    public static OwnPackage Of(string id) => Libraries.Single(p => p.Id == id);

    public override string ToString() => Id;
}
