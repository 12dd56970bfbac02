using System.Text.Json.Serialization;
using Secateur.Imaging;
using Secateur.Server.Work;

namespace Secateur.Server.Api;

/// <summary>What <c>secateur detect --json</c> tells of an image, and by which model and in what time.</summary>
/// <param name="Finding">What was found.</param>
/// <param name="Model">The model's name.</param>
internal sealed record DetectionAnswer([property: JsonIgnore] Finding Finding, string Model) : ImageDetections(Finding.Found)
{
    /// <summary>Milliseconds that the detection took, without reading the picture and waiting for a thread.</summary>
    public double Milliseconds => Math.Round(Finding.Detection.TotalMilliseconds, 3);
}
