namespace Secateur.Server.Pipeline;

/// <summary>Marks an endpoint that needs no key: the page, which asks for it, and what orchestrators probe.</summary>
internal sealed class OpenToAll
{
    public static OpenToAll Mark { get; } = new();
}
