using Microsoft.AspNetCore.Http;
using Secateur.Server.Problems;
using Secateur.Server.Settings;

namespace Secateur.Server.Work;

/// <summary>The models of a server, by name.</summary>
internal sealed class DetectorSet : IDisposable
{
    public DetectorSet(IEnumerable<ServedModel> models, ServerMetrics metrics) => All = [.. models.Select(model => new ServedDetector(model, metrics))];

    /// <summary>All of them; the first is taken where none is named.</summary>
    public IReadOnlyList<ServedDetector> All { get; }

    /// <summary>The model of a name, or the first where there is none.</summary>
    /// <exception cref="RequestException">There is no such model.</exception>
    public ServedDetector Get(string? name) =>
        (name is null ? All[0] : All.FirstOrDefault(detector => detector.Served.Name == name))
        ?? throw new RequestException(StatusCodes.Status404NotFound, "no-such-model", $"there is no such model; there are {string.Join(", ", All.Select(detector => detector.Served.Name))}");

    public void Dispose()
    {
        foreach (var detector in All) detector.Dispose();
    }
}
