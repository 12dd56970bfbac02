using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;

namespace Secateur.WiderFace.Tests.Evaluation;

internal static class Samples
{
    public static WiderImageName Name(string path) => WiderImageName.TryParse(path, out var name) ? name : throw new ArgumentException(path);

    public static WiderGroundTruthFace Face(double x, double y, double width, double height, WiderSettings countsIn) =>
        new(x, y, width, height, countsIn);

    public static WiderGroundTruthImage Image(string path, params WiderGroundTruthFace[] faces) => new(Name(path), [.. faces]);

    public static WiderPrediction Hit(WiderGroundTruthFace face, double score) => new(face.X, face.Y, face.Width, face.Height, score);

    public static Dictionary<WiderImageName, IReadOnlyList<WiderPrediction>> PredictionsOf(params (string Path, WiderPrediction[] Faces)[] images) =>
        images.ToDictionary(image => Name(image.Path), image => (IReadOnlyList<WiderPrediction>)image.Faces);

    /// <summary>Images with random faces and predictions near them, near each other and elsewhere; scores to 0.001 with many ties.</summary>
    public static (WiderGroundTruth Truth, Dictionary<WiderImageName, IReadOnlyList<WiderPrediction>> Predictions) Random(int seed, int images)
    {
        var random = new Random(seed);
        WiderSettings[] nested = [WiderSettings.None, WiderSettings.Hard, WiderSettings.Hard | WiderSettings.Medium, WiderSettings.All];
        var truth = new List<WiderGroundTruthImage>();
        var predictions = new Dictionary<WiderImageName, IReadOnlyList<WiderPrediction>>();
        for (var i = 0; i < images; i++)
        {
            var faces = Enumerable.Range(0, random.Next(0, 8)).Select(_ => Face(
                random.Next(100), random.Next(100), random.Next(5, 60), random.Next(5, 60), nested[random.Next(nested.Length)])).ToArray();
            truth.Add(Image($"event{i % 3}/{i}.jpg", faces));
            predictions[truth[^1].Name] = [.. Enumerable.Range(0, random.Next(0, 30)).Select(_ => Predict(faces))];
        }
        return (new WiderGroundTruth([.. truth]), predictions);

        WiderPrediction Predict(WiderGroundTruthFace[] faces)
        {
            var face = faces.Length == 0 || random.Next(3) == 0
                ? Face(random.Next(100), random.Next(100), random.Next(5, 60), random.Next(5, 60), WiderSettings.None)
                : faces[random.Next(faces.Length)];
            return new(face.X + random.Next(-5, 6), face.Y + random.Next(-5, 6), face.Width, face.Height, random.Next(50, 1000) / 1000.0);
        }
    }
}
