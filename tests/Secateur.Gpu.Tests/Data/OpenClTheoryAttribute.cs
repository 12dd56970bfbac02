namespace Secateur.Gpu.Tests.Data;

/// <summary>A theory that needs an OpenCL device; skipped, saying why, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenClTheoryAttribute : TheoryAttribute
{
    public OpenClTheoryAttribute() => Skip = OpenClFactAttribute.Reason.Value;
}
