using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.Pixels;
using Secateur.Server.Pipeline;
using Secateur.Server.Problems;
using Secateur.Server.Requests;
using Secateur.Server.Settings;
using Secateur.Server.Work;

namespace Secateur.Server.Api;

/// <summary><c>POST /v1/detect</c>: faces in a picture, as JSON or drawn on it.</summary>
internal sealed class DetectEndpoints(PictureReader pictures, DetectorSet detectors, WorkQueue queue, ServerOptions options)
{
    public const string Png = "image/png";
    public const string Jpeg = "image/jpeg";

    private readonly ImageReadOptions _reading = new() { MaxPixels = options.MaxPixels };

    public void Map(IEndpointRouteBuilder routes)
    {
        // As delegates: else they would be taken for handlers that write their answers themselves.
        routes.MapPost("/v1/detect", (Delegate)DetectAsync).AddEndpointFilter<WorkFilter>().DescribeDetect();
        routes.MapPost("/v1/detect/annotated", (Delegate)AnnotateAsync).AddEndpointFilter<WorkFilter>().DescribeAnnotate();
    }

    private Task<IResult> DetectAsync(HttpContext http) =>
        AnswerAsync(http, (finding, model) => Results.Json(new DetectionAnswer(finding, model), AnswerJson.Options));

    private Task<IResult> AnnotateAsync(HttpContext http)
    {
        var type = Negotiate(http.Request);
        return AnswerAsync(http, (finding, _) =>
        {
            var drawn = FaceAnnotator.Draw(finding.Image, finding.Found.Faces);
            return Results.Bytes(type == Png ? ImageFile.EncodePng(drawn) : EncodeJpeg(drawn), type);
        });
    }

    private static byte[] EncodeJpeg(RgbImage image)
    {
        try
        {
            return ImageFile.EncodeJpeg(image);
        }
        catch (ArgumentException)
        {
            throw new RequestException(StatusCodes.Status422UnprocessableEntity, "unfit-picture", $"{image.Width} x {image.Height} pixels do not fit into a JPEG; ask for {Png}");
        }
    }

    private async Task<IResult> AnswerAsync(HttpContext http, Func<Finding, string, IResult> answer)
    {
        var request = await pictures.ReadAsync(http);
        var detector = detectors.Get(request.Model);
        var queued = Stopwatch.GetTimestamp();
        var work = queue.TryRun(
            () =>
            {
                var waited = Stopwatch.GetElapsedTime(queued);
                var finding = detector.Find(request.Name, () => ImageFile.Decode("picture", request.Content, _reading), request.Query);
                return (Answer: answer(finding, detector.Served.Name), Timing: Timing(waited, finding));
            },
            TimeLimit.Of(http));
        var done = await (work ?? throw WorkFilter.QueueFull(queue));
        http.Response.Headers["Server-Timing"] = done.Timing;
        http.Response.Headers.CacheControl = "no-store";
        return done.Answer;
    }

    private static string Timing(TimeSpan waited, Finding finding) => string.Create(
        CultureInfo.InvariantCulture,
        $"queue;dur={waited.TotalMilliseconds:F1}, decode;dur={finding.Decoding.TotalMilliseconds:F1}, detect;dur={finding.Detection.TotalMilliseconds:F1}");

    /// <summary>JPEG, unless PNG is what the caller rather takes.</summary>
    private static string Negotiate(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted) || accepted.Count == 0) return Jpeg;
        var (png, jpeg) = (Quality(Png), Quality(Jpeg));
        if (png == 0 && jpeg == 0) throw new RequestException(StatusCodes.Status406NotAcceptable, "not-acceptable", $"the picture can be had as {Jpeg} or {Png}; the Accept header allows neither");
        return png > jpeg ? Png : Jpeg;

        // The most specific range that holds the type counts.
        double Quality(string type) =>
            accepted.Where(range => MediaTypeHeaderValue.Parse(type).IsSubsetOf(range)).OrderBy(range => range.MatchesAllTypes ? 2 : range.MatchesAllSubTypes ? 1 : 0).FirstOrDefault() is { } match
                ? match.Quality ?? 1
                : 0;
    }
}
