using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Secateur.Server.Problems;
using Secateur.Server.Settings;

namespace Secateur.Server.Pipeline;

/// <summary>Lets only those in who know the key, where there is one.</summary>
internal sealed class ApiKeyMiddleware(RequestDelegate next, ServerOptions options)
{
    private const string Bearer = "Bearer ";

    private readonly byte[]? _hash = options.ApiKey is { } key ? Hash(key) : null;

    public Task InvokeAsync(HttpContext http)
    {
        if (_hash is null || http.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null || Presented(http.Request).Any(IsKey)) return next(http);
        throw new RequestException(StatusCodes.Status401Unauthorized, "unauthorized", "this server needs its API key, as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'");
    }

    private static IEnumerable<string> Presented(HttpRequest request)
    {
        foreach (var value in request.Headers.Authorization)
        {
            if (value?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true) yield return value[Bearer.Length..].Trim();
        }

        foreach (var value in request.Headers["X-Api-Key"])
        {
            if (value is not null) yield return value;
        }
    }

    // Hashes are of one length, so that the time tells nothing of the key's.
    private bool IsKey(string presented) => CryptographicOperations.FixedTimeEquals(Hash(presented), _hash);

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
