namespace Secateur.Training.Data.Augmentation;

/// <summary>The shares of the colours in a grey level (ITU-R BT.601).</summary>
internal static class Grey
{
    public const double Red = 0.299;
    public const double Green = 0.587;
    public const double Blue = 0.114;
}
