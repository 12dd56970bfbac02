using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Secateur.Server.Pipeline;

namespace Secateur.Server.Page;

/// <summary>The page, whose files are in this assembly.</summary>
internal sealed class PageEndpoints(SamplePictures samples)
{
    private static readonly (string Path, string File, string Type)[] Files =
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
        ("/page.js", "page.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "icon.svg", "image/svg+xml"),
    ];

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, file, type) in Files)
        {
            var content = Read(file);
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))[..16]}\"");
            routes.MapGet(path, (HttpContext http) =>
            {
                http.Response.Headers.CacheControl = "no-cache";
                return Results.Bytes(content, type, entityTag: tag);
            }).WithMetadata(OpenToAll.Mark).ExcludeFromDescription();
        }

        routes.MapGet("/samples/{number:int}.jpg", (int number) => samples.Find(number) is { } picture ? Results.Bytes(picture, "image/jpeg") : Results.NotFound())
            .WithMetadata(OpenToAll.Mark).ExcludeFromDescription();
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(PageEndpoints).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
