using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Secateur.Microbenchmarks;

const int LongestName = 48;

// In this process: the kernels are compiled for their machine by the one JIT, and nothing else needs to be built.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(15);
var config = DefaultConfig.Instance
    .AddJob(job)
    .AddColumn(new WorkColumn())
    .HideColumns(Column.Error, Column.StdDev)
    .AddColumn(StatisticColumn.Median, StatisticColumn.Min, StatisticColumn.Max)
    .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(LongestName))
    .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "reports"));
BenchmarkSwitcher.FromAssembly(typeof(LayerShape).Assembly).Run(args, config);
