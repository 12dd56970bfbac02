using System.Reflection;
using Secateur.Gpu.Devices;
using Xunit.Sdk;

namespace Secateur.Gpu.Tests;

/// <summary>A device as the argument of a theory: its tests are skipped, saying why, where there is none of the kind.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class DeviceDataAttribute : DataAttribute
{
    private readonly object[] _arguments;

    public DeviceDataAttribute(DeviceKind kind, params object[] more)
    {
        _arguments = [TestDevices.Replace(kind), .. more];
        Skip = TestDevices.SkipReason(kind);
    }

    /// <summary>Whether the emulator, which takes minutes, stands in where there is no such device.</summary>
    public bool OrEmulator
    {
        get;
        set
        {
            field = value;
            if (!value || Skip is null) return;
            (Skip, _arguments[0]) = (null, DeviceKind.Emulator);
        }
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [_arguments];
}
