using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Secateur.Imaging;
using Secateur.Server.Problems;
using Secateur.Server.Settings;

namespace Secateur.Server.Requests;

/// <summary>Makes a <see cref="PictureRequest"/> of what comes over HTTP: a picture as the body, or a form with a file.</summary>
internal sealed class PictureReader(BodyReader bodies, FormReader forms, ServerOptions options)
{
    private const string DefaultName = "picture";
    private const string Binary = "application/octet-stream";
    private const string Form = "multipart/form-data";

    /// <summary>Reads a request; the picture's header, too, so that what cannot be read takes nobody's place in the line.</summary>
    /// <exception cref="RequestException">Its type, its size or a parameter is none that is taken.</exception>
    /// <exception cref="InvalidFileException">It is no picture.</exception>
    public async Task<PictureRequest> ReadAsync(HttpContext http)
    {
        var parameters = new Parameters();
        foreach (var (name, values) in http.Request.Query)
        {
            foreach (var value in values) parameters.Add(name, value ?? "");
        }

        // What can be refused before the body has come, is.
        _ = parameters.ReadQuery();
        var (content, file) = await ReadContentAsync(http, parameters);
        Check(DefaultName, content);
        return new PictureRequest(content, file ?? DefaultName, parameters.Model, parameters.ReadQuery());
    }

    /// <summary>Reads the header of a picture.</summary>
    /// <exception cref="InvalidFileException">It is no picture.</exception>
    /// <exception cref="RequestException">It has too many pixels.</exception>
    /// <returns>The number of its pixels.</returns>
    public long Check(string name, byte[] content)
    {
        var header = ImageFile.DecodeHeader(name, content);
        var pixels = (long)header.Width * header.Height;
        if (pixels <= options.MaxPixels) return pixels;
        throw new RequestException(
            StatusCodes.Status413PayloadTooLarge, "too-many-pixels", $"{name}: declares {header.Width} x {header.Height} = {pixels} pixels; at most {options.MaxPixels} are taken");
    }

    private async Task<(byte[] Content, string? Name)> ReadContentAsync(HttpContext http, Parameters parameters)
    {
        var given = http.Request.ContentType;
        if (string.IsNullOrEmpty(given)) return (await bodies.ReadAsync(http), null);
        if (MediaTypeHeaderValue.TryParse(given, out var type))
        {
            if (type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals(Binary, StringComparison.OrdinalIgnoreCase)) return (await bodies.ReadAsync(http), null);
            if (type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase)) return await forms.ReadAsync(http, type, parameters);
        }

        throw new RequestException(
            StatusCodes.Status415UnsupportedMediaType, "wrong-type", $"the Content-Type must be that of a picture (image/jpeg, image/png, ...), {Binary}, or {Form} with a file");
    }
}
