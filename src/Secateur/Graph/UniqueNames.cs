namespace Secateur.Graph;

/// <summary>Gives out names once: <c>name</c>, then <c>name@2</c>, <c>name@3</c>, ..</summary>
/// <param name="sign">What is before the number.</param>
internal sealed class UniqueNames(char sign = UniqueNames.Sign)
{
    private const char Sign = '@';

    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<string, int> _uses = [];

    /// <summary>A name that is free: <paramref name="name"/>, or it with a number.</summary>
    public string Take(string name)
    {
        var free = name;
        while (!_taken.Add(free)) free = $"{name}{sign}{_uses[name] = _uses.GetValueOrDefault(name, 1) + 1}";
        return free;
    }

    /// <summary>The name of the use with this number, from 1.</summary>
    public static string Numbered(string name, int use) => use == 1 ? name : $"{name}{Sign}{use}";

    /// <summary>What all uses share: the name without its number. Files of earlier versions hold <c>#</c> as well.</summary>
    public static string WithoutNumber(string name) => name.Split(Sign, '#')[0];
}
