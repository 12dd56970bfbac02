using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Secateur.Microbenchmarks;

/// <summary>10^9 multiply-adds a second, of the operation's definition.</summary>
internal sealed class WorkColumn : IColumn
{
    public string Id => nameof(WorkColumn);

    public string ColumnName => "G multiply-adds/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "10^9 multiply-adds a second (median), of the operation's definition";

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        var shape = benchmarkCase.Parameters.Items.Select(p => p.Value).OfType<LayerShape>().FirstOrDefault();
        if (shape is null || shape.MultiplyAdds == 0 || summary[benchmarkCase]?.ResultStatistics is not { } times) return "-";
        return (shape.MultiplyAdds / times.Median).ToString("F1", CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public override string ToString() => ColumnName;
}
