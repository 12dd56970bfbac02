using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace Secateur.Bench.Load;

/// <summary>A client that sends requests of one kind until it is told to stop.</summary>
internal sealed class LoadClient(HttpClient http, LoadPictures pictures, LoadLog log, ClientKind kind, int number)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    public async Task RunAsync(CancellationToken stop)
    {
        for (var i = number; !stop.IsCancellationRequested; i++)
        {
            try
            {
                var wait = await SendAsync(i, stop);
                if (wait > TimeSpan.Zero) await Task.Delay(wait, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Sends one request, and says how long to wait before the next.</summary>
    private async Task<TimeSpan> SendAsync(int i, CancellationToken stop)
    {
        using var content = Content(i);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (kind == ClientKind.Leaving) leaving.CancelAfter(Patience);
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var response = await http.PostAsync(new Uri("/v1/detect", UriKind.Relative), content, leaving.Token);
            await response.Content.ReadAsByteArrayAsync(leaving.Token);
            log.Answered(kind, (int)response.StatusCode, Stopwatch.GetElapsedTime(start));

            // Clients that all come back at once would be too many again.
            if (response.Headers.RetryAfter?.Delta is { } delta) return delta * (1 + (number % 100 / 100.0));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            log.Left(kind);
        }
        catch (HttpRequestException)
        {
            log.Failed(kind);
        }

        return kind == ClientKind.Good ? TimeSpan.Zero : Pause;
    }

    private HttpContent Content(int i)
    {
        if (kind == ClientKind.Slow) return new SlowContent();
        var content = new ByteArrayContent(kind switch
        {
            ClientKind.Truncated => pictures.Truncated[i % pictures.Truncated.Count],
            ClientKind.Bomb => pictures.Bomb,
            _ => pictures.Good[i % pictures.Good.Count],
        });
        content.Headers.ContentType = new MediaTypeHeaderValue(kind == ClientKind.WrongType ? "application/json" : "image/jpeg");
        return content;
    }

    /// <summary>A body that hardly comes.</summary>
    private sealed class SlowContent : HttpContent
    {
        private const int Length = 100_000;

        public SlowContent() => Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            for (var i = 0; i < Length; i++)
            {
                await stream.WriteAsync(new byte[] { (byte)i }, cancellationToken);
                await stream.FlushAsync(cancellationToken);
                await Task.Delay(Pause, cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Length;
            return true;
        }
    }
}
