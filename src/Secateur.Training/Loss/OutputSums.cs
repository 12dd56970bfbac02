namespace Secateur.Training.Loss;

/// <summary>What an image adds to the distillation loss of one output.</summary>
/// <param name="Difference">Squared differences from the teacher, summed.</param>
/// <param name="Teacher">The teacher's squared values, summed.</param>
/// <param name="Values">How many values there are.</param>
internal readonly record struct OutputSums(double Difference, double Teacher, long Values)
{
    /// <summary>What differences are divided by; those from a teacher that is 0 throughout by their number.</summary>
    public double Divisor => Teacher > 0 ? Teacher : Values;

    public static OutputSums operator +(OutputSums a, OutputSums b) => new(a.Difference + b.Difference, a.Teacher + b.Teacher, a.Values + b.Values);
}
