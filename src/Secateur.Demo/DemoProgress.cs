namespace Secateur.Demo;

/// <summary>How far a demonstration has come; told from several threads.</summary>
/// <param name="Stage">What it is doing.</param>
/// <param name="Done">Parts of this stage that are done.</param>
/// <param name="Total">Parts of this stage.</param>
/// <param name="Seconds">What the stage took, in the report that ends it; else null.</param>
public readonly record struct DemoProgress(string Stage, int Done, int Total, double? Seconds = null);

/// <summary>Passes reports on at once, on the thread that makes them.</summary>
internal sealed class Relay<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
