namespace Secateur.Demo.Scenes;

/// <summary>Random values as painters need them.</summary>
internal static class RandomValues
{
    /// <summary>From -1 to 1.</summary>
    public static float Centered(this SeededRandom random) => ((float)random.NextDouble() * 2) - 1;
}
