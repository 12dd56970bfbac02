namespace Secateur.Weights.Pickle;

/// <summary>A function that a pickle may call.</summary>
internal delegate object PickleFunction(object?[] arguments);

/// <summary>What lies outside the pickle language: the names it may use and the references it holds.</summary>
internal interface IPickleObjects
{
    /// <summary>The value of <c>module.name</c>; a <see cref="PickleFunction"/> can be called.</summary>
    /// <exception cref="InvalidFileException">The name is not on the list of those allowed.</exception>
    object FindGlobal(string module, string name);

    /// <summary>What a persistent id stands for.</summary>
    object FindPersistent(object? id);
}
