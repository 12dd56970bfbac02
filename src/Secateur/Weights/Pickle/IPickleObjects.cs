namespace Secateur.Weights.Pickle;

/// <summary>A function that a pickle may call.</summary>
internal delegate object PickleFunction(object?[] arguments);

/// <summary>Something of a class that is not read, or that class: a name and nothing else. Nothing is constructed, no state is kept.</summary>
/// <param name="Name">Of the class, e.g. <c>torch.Size</c>.</param>
internal sealed record PickleObject(string Name);

/// <summary>What lies outside the pickle language: the names it may use and the references it holds.</summary>
internal interface IPickleObjects
{
    /// <summary>The value of <c>module.name</c>; a <see cref="PickleFunction"/> can be called, a <see cref="PickleObject"/> stands for what is not read.</summary>
    /// <exception cref="InvalidFileException">No honest checkpoint needs the name.</exception>
    object FindGlobal(string module, string name);

    /// <summary>What a persistent id stands for.</summary>
    object FindPersistent(object? id);
}
