namespace Secateur.Bench.Comparison;

/// <summary>Names of what figures and tables of profiles show.</summary>
internal static class ProfileText
{
    private const string Step = "Step";

    /// <summary>"ERES compacted 50 %".</summary>
    public static string NameOf(Profile profile)
    {
        var rate = profile is { Form: SubjectForm.Compacted, Rate: { } r } ? " " + ComparisonTables.Percent(r) : "";
        return $"{profile.Name} {profile.Form.ToString().ToLowerInvariant()}{rate}";
    }

    /// <summary>A step's type without the word that all of them end with.</summary>
    public static string KindOf(string type) => type.EndsWith(Step, StringComparison.Ordinal) ? type[..^Step.Length] : type;
}
