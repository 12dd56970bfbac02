namespace Secateur.Gpu.Kernels;

/// <summary>The numbers of a batch norm for a channel, one after another.</summary>
internal static class NormNumbers
{
    /// <summary>Numbers a channel.</summary>
    public const int Count = 6;

    /// <summary>gamma / std.</summary>
    public const int Scale = 0;

    /// <summary>Mean of the batch.</summary>
    public const int Mean = 1;

    /// <summary>beta.</summary>
    public const int Shift = 2;

    /// <summary>1 / std.</summary>
    public const int InverseDeviation = 3;

    /// <summary>What a deviation from the mean adds to its gradient.</summary>
    public const int GradientSlope = 4;

    /// <summary>What every value's gradient gets.</summary>
    public const int GradientShift = 5;
}
