using Secateur.Server.Work;

namespace Secateur.Server.Requests;

/// <summary>A picture in which faces are to be looked for.</summary>
/// <param name="Content">The bytes of its file.</param>
/// <param name="Name">What its sender calls it.</param>
/// <param name="Model">The model's name; null for the first.</param>
/// <param name="Query">How to look.</param>
internal sealed record PictureRequest(byte[] Content, string Name, string? Model, DetectQuery Query);
