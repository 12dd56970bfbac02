using System.Collections.Immutable;

namespace Secateur.Zoo;

/// <summary>The models that come with Secateur, by name. Each has a card in the folder <c>models</c> of the repository.</summary>
public static class ModelZoo
{
    /// <summary>The name of the model that is taken when none is named.</summary>
    public const string Default = "eresfd";

    /// <summary>The models, the default one first, the more that was pruned the later.</summary>
    public static ImmutableArray<ZooModel> Models { get; } = ZooTable.Read();

    /// <summary>Their names.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Models.Select(model => model.Name)];

    /// <summary>The model of a name; null where there is none.</summary>
    public static ZooModel? Find(string name) => Models.FirstOrDefault(model => model.Name == name);

    /// <summary>The model of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    public static ZooModel Get(string name) =>
        Find(name) ?? throw new ArgumentException($"there is no model '{name}' among those that come with Secateur: {string.Join(", ", Names)}", nameof(name));
}
