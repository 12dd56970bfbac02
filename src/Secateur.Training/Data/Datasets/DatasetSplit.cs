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
    /// <summary>The name in folder and file names: <c>train</c> or <c>val</c>.</summary>
    public static string PartName(this DatasetSplit split) => split == DatasetSplit.Train ? "train" : "val";
}
