namespace Secateur.Architecture.Tests.Samples.High;

internal static class Called
{
    public static int Value() => Holder.Count(null);
}

internal static class Holder
{
    public static int Count(List<Low.Element[]>? elements) => elements?.Count ?? 0;
}
