using System.Text.Json.Serialization;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Plans;
using Secateur.Experiments.Results;
using Secateur.Experiments.Slurm;

namespace Secateur.Experiments;

/// <summary>Serialisation code made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ExperimentPlan))]
[JsonSerializable(typeof(JobProgress))]
[JsonSerializable(typeof(MadeModel))]
[JsonSerializable(typeof(EvaluatedModel))]
[JsonSerializable(typeof(MeasuredModel))]
[JsonSerializable(typeof(Finished))]
[JsonSerializable(typeof(SlurmJobs))]
internal sealed partial class ExperimentJson : JsonSerializerContext;
