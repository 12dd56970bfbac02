namespace Secateur.Experiments.Results;

/// <summary>The result of a job that leaves nothing but its files.</summary>
/// <param name="Seconds">What it took since it was last begun.</param>
internal sealed record Finished(double Seconds);

/// <summary>A model that was trained, pruned or given; its files are in the job's folder.</summary>
/// <param name="Masked">The model with its zeros, relative to the job's folder.</param>
/// <param name="Compacted">The same without these filters.</param>
/// <param name="MaxRelativeDifference">Of the outputs of the two.</param>
/// <param name="LeftOut">Training images that could not be read.</param>
/// <param name="Source">The file that it was given as; null where it was made here.</param>
/// <param name="Device">What computed.</param>
/// <param name="Seconds">What that took since it was last begun.</param>
internal sealed record MadeModel(string Masked, string Compacted, double MaxRelativeDifference, int LeftOut, string? Source, string Device, double Seconds);

/// <summary>What the evaluation of a model gave; a precision is null where no face counts.</summary>
/// <param name="Easy">Average precision in the easy setting.</param>
/// <param name="Medium">Average precision in the medium setting.</param>
/// <param name="Hard">Average precision in the hard setting.</param>
/// <param name="Images">Images evaluated.</param>
/// <param name="ListedImages">Images of the ground truth.</param>
/// <param name="Device">What computed.</param>
/// <param name="Seconds">What that took since it was last begun.</param>
internal sealed record EvaluatedModel(double? Easy, double? Medium, double? Hard, int Images, int ListedImages, string Device, double Seconds);

/// <summary>What was counted and timed of a model.</summary>
/// <param name="Filters">Filters of the prunable layers.</param>
/// <param name="ZeroFilters">Those that are zero.</param>
/// <param name="Masked">The model with its zeros.</param>
/// <param name="Compacted">The model without these filters.</param>
/// <param name="OriginalMilliseconds">The time of the original in the same run; null where there is none.</param>
/// <param name="Machine">The processor's width of vectors, for times to be told apart.</param>
internal sealed record MeasuredModel(int Filters, int ZeroFilters, ModelFigures Masked, ModelFigures Compacted, double? OriginalMilliseconds, string Machine);

/// <summary>A model in figures.</summary>
/// <param name="Parameters">Learnable parameters.</param>
/// <param name="NonZeroParameters">Those that are not zero.</param>
/// <param name="Macs">Multiply-adds of one image.</param>
/// <param name="Bytes">Bytes of its file.</param>
/// <param name="Milliseconds">Median time of one image on one thread.</param>
internal sealed record ModelFigures(int Parameters, int NonZeroParameters, long Macs, long Bytes, double Milliseconds);
