namespace Secateur.Architecture.Tests.Samples.Low;

internal static class Caller
{
    // Found through the parent namespace: no using line tells of it.
    public static int Call() => High.Called.Value();
}

/// <summary>Named by <see cref="High.Holder"/>, but using nothing.</summary>
internal sealed class Element;
