using System.Globalization;

namespace Secateur.Gpu.Devices;

/// <summary>Kinds of devices.</summary>
public enum DeviceKind
{
    /// <summary>A CUDA device if there is one, else the processor.</summary>
    Auto,

    /// <summary>The processor, without any GPU code.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU, by its driver.</summary>
    Cuda,

    /// <summary>A device of an OpenCL platform.</summary>
    OpenCl,

    /// <summary>The GPU's kernels, emulated on the processor: for tests, slow.</summary>
    Emulator,
}

/// <summary>A device as commands name it: <c>auto</c>, <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, <c>opencl</c>, <c>opencl:1</c>, <c>emulator</c>.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Index">Which one of the kind, from 0; null where none is said, which means the first, or with several processes one for each.</param>
public readonly record struct DeviceName(DeviceKind Kind, int? Index = null)
{
    /// <summary>What names are expected.</summary>
    public const string Expected = "auto, cpu, cuda, cuda:N, opencl or opencl:N";

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string text, out DeviceName name)
    {
        var parts = text.ToLowerInvariant().Split(':');
        var index = 0;
        DeviceKind? kind = parts[0] switch
        {
            "auto" => DeviceKind.Auto,
            "cpu" => DeviceKind.Cpu,
            "cuda" => DeviceKind.Cuda,
            "opencl" => DeviceKind.OpenCl,
            "emulator" => DeviceKind.Emulator,
            _ => null,
        };
        var indexed = parts.Length == 2 && kind is DeviceKind.Cuda or DeviceKind.OpenCl && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index);
        name = new DeviceName(kind ?? default, indexed ? index : null);
        return kind is not null && (parts.Length == 1 || indexed);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind is DeviceKind.Cuda or DeviceKind.OpenCl
        ? FormattableString.Invariant($"{Kind.ToString().ToLowerInvariant()}:{Index ?? 0}")
        : Kind.ToString().ToLowerInvariant();
}
