namespace Secateur.Training.Data.Datasets;

/// <summary>A part of a data set.</summary>
public enum DatasetSplit
{
    /// <summary>The images to learn from.</summary>
    Train,

    /// <summary>The images to measure on.</summary>
    Validation,
}

/// <summary>What data sets call their splits.</summary>
internal static class DatasetSplits
{
    private static readonly string[] Validation = ["val", "valid", "validation"];

    /// <summary>The usual name in folder and file names: <c>train</c> or <c>val</c>.</summary>
    public static string PartName(this DatasetSplit split) => split.PartNames()[0];

    /// <summary>All names in folder and file names, the most usual one first.</summary>
    public static string[] PartNames(this DatasetSplit split) => split == DatasetSplit.Train ? ["train"] : Validation;
}
