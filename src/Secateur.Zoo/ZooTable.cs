using System.Collections.Immutable;
using System.Globalization;

namespace Secateur.Zoo;

/// <summary>The table <c>models/models.csv</c>, embedded as the models are: a header, then a line a model.</summary>
internal static class ZooTable
{
    private const string Table = "models.csv";

    public static ImmutableArray<ZooModel> Read()
    {
        using var reader = new StreamReader(Open(Table));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Parse)];
    }

    public static Stream Open(string name) =>
        typeof(ZooTable).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded");

    // The description comes last, so that it may hold commas.
    private static ZooModel Parse(string line)
    {
        var fields = line.Split(',', 8);
        return new ZooModel(fields[0], fields[7], Precision(1), Precision(4));

        ZooPrecision Precision(int at) => new(Number(at), Number(at + 1), Number(at + 2));
        double Number(int at) => double.Parse(fields[at], CultureInfo.InvariantCulture);
    }
}
