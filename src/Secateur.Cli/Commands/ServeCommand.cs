using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Server;
using Secateur.Server.Settings;
using Secateur.Zoo;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur serve</c>: face detection over HTTP.</summary>
internal static class ServeCommand
{
    private const string KeyVariable = "SECATEUR_API_KEY";
    private const int Megabyte = 1 << 20;

    public static Command Create()
    {
        var models = new Option<string[]>("--model", "-m")
        {
            Description = $"A model: {ModelSource.Description}; may be given several times. Callers choose one by its name, that of a file without its ending; the first is taken where they do not. Without it, all models that come with Secateur.",
            HelpName = "MODEL",
            DefaultValueFactory = _ => [],
        };
        var url = new Option<string>("--url") { Description = "Where to listen. Only this machine can reach a loopback address; any other needs an API key. Port 0 takes a free one.", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var key = new Option<string?>("--api-key") { Description = $"What callers must present. Better set {KeyVariable}: others on this machine may see arguments.", HelpName = "KEY" };
        var maxBody = CommonOptions.Number<int>("--max-body", "Refuse larger bodies.", "MB", "from 1 to 1024", n => n is >= 1 and <= 1024, 32);
        var maxPixels = CommonOptions.Number<long>("--max-pixels", "Refuse pictures with more pixels.", "N", "from 1 to 500000000", n => n is >= 1 and <= 500_000_000, 25_000_000);
        var timeout = CommonOptions.Number<double>("--timeout", "Give a request up after this many seconds.", "S", "above 0, at most 3600", s => s is > 0 and <= 3600, 30);
        var concurrency = CommonOptions.Count("--concurrency", "Pictures to work on at once, one thread each.", Environment.ProcessorCount, most: 4096);
        var queue = CommonOptions.Count("--queue", "Requests that may wait; more are refused.", 128);
        var json = new Option<bool>("--json") { Description = "Say where the server listens as one JSON document on stdout." };
        var command = new Command("serve", """
            Detect faces over HTTP: a small API, the Open Inference Protocol (KServe, Triton) and a page to try models on, until Ctrl-C or SIGTERM. Nothing of a
            picture is kept or logged.

            Examples:
              secateur serve
              secateur serve --model eresfd --model pruned.safetensors
              secateur serve --url http://0.0.0.0:8080 --api-key KEY --concurrency 4
            """) { models, url, key, maxBody, maxPixels, timeout, concurrency, queue, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var served = ReadModels(parsed.GetValue(models)!);
            var options = new ServerOptions
            {
                Url = Uri.TryCreate(parsed.GetValue(url), UriKind.Absolute, out var address) ? address : throw new UsageException($"--url is '{parsed.GetValue(url)}'; expected http://ADDRESS:PORT"),
                ApiKey = parsed.GetValue(key) ?? (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } set ? set : null),
                MaxBodyBytes = (long)parsed.GetValue(maxBody) * Megabyte,
                MaxPixels = parsed.GetValue(maxPixels),
                Timeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                Concurrency = parsed.GetValue(concurrency),
                Queue = parsed.GetValue(queue),
            };
            try
            {
                options.Validate();
            }
            catch (ArgumentException error)
            {
                throw new UsageException(Problem.Describe(error));
            }

            await Serve(served, options, parsed.GetValue(json), cancellation);
            return 0;
        });
        return command;
    }

    private static async Task Serve(IReadOnlyList<ServedModel> models, ServerOptions options, bool json, CancellationToken cancellation)
    {
        await using var server = await DetectionServer.StartAsync(models, options);
        if (json) Report.Json(new { url = server.Url, models = models.Select(m => m.Name) });
        else Report.Line($"{server.Url} serves {string.Join(", ", models.Select(m => m.Name))}; Ctrl-C ends it");
        try
        {
            await server.WarmedUp.WaitAsync(cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // As it should end.
        }

        Report.Remark("Finishing what has been begun ...");
        await server.StopAsync();
    }

    private static List<ServedModel> ReadModels(IReadOnlyList<string> sources)
    {
        if (sources.Count == 0) sources = ModelZoo.Names;
        var models = sources.Select(ReadModel).ToList();
        if (models.GroupBy(m => m.Name).FirstOrDefault(same => same.Count() > 1) is { } twice) throw new UsageException($"two models would be called {twice.Key}; rename a file");
        return models;
    }

    private static ServedModel ReadModel(string source)
    {
        if (ModelZoo.Find(source) is not { } known)
            return new ServedModel(CommonOptions.Stem(source), ModelSource.Read(source), ModelSource.CountBytes(source));
        var single = known.Single;
        return new ServedModel(known.Name, known.Load(), known.ReadBytes().Length) { Description = known.Description, Precision = new ModelPrecision(single.Easy, single.Medium, single.Hard) };
    }
}
