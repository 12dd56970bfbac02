using Mono.Cecil;

namespace Secateur.Architecture.Tests;

/// <summary>A type that uses another one, by the namespaces of both and their full names.</summary>
internal readonly record struct TypeUse(string From, string To, string FromType, string ToType);

/// <summary>
/// Which types use which, read from compiled assemblies: signatures, attributes and code, so that a name found through a parent namespace counts like any
/// other. Constants and names in comments leave no trace there, and do not count.
/// </summary>
internal static class TypeUses
{
    /// <summary>The uses among namespaces that start with <paramref name="prefix"/>.</summary>
    public static IEnumerable<TypeUse> Read(IEnumerable<string> assemblies, string prefix)
    {
        var uses = new HashSet<TypeUse>();
        foreach (var path in assemblies)
        {
            using var assembly = AssemblyDefinition.ReadAssembly(path);
            foreach (var type in assembly.MainModule.GetTypes().Where(t => NamespaceOf(t).StartsWith(prefix, StringComparison.Ordinal)))
            {
                foreach (var used in UsedBy(type).SelectMany(Parts).Where(t => NamespaceOf(t).StartsWith(prefix, StringComparison.Ordinal)))
                    uses.Add(new TypeUse(NamespaceOf(type), NamespaceOf(used), Outermost(type).FullName, Outermost(used).FullName));
            }
        }

        return uses;
    }

    /// <summary>Calls of code that is not managed, as the names of the methods that make them.</summary>
    public static IEnumerable<string> NativeCalls(string assembly)
    {
        using var definition = AssemblyDefinition.ReadAssembly(assembly);
        return [.. definition.MainModule.GetTypes().SelectMany(t => t.Methods).Where(CallsNative).Select(m => m.FullName)];
    }

    /// <summary>Uses of a type of the base library, as the names of the types that use it.</summary>
    public static IEnumerable<string> UsersOf(string assembly, string fullName)
    {
        using var definition = AssemblyDefinition.ReadAssembly(assembly);
        return [.. definition.MainModule.GetTypes().Where(t => UsedBy(t).SelectMany(Parts).Any(u => u.FullName == fullName)).Select(t => Outermost(t).FullName).Distinct()];
    }

    private static bool CallsNative(MethodDefinition method) =>
        method.IsPInvokeImpl
        || (method.HasBody && method.Body.Instructions.Any(i => i.Operand is MethodReference { DeclaringType.FullName: "System.Runtime.InteropServices.NativeLibrary" }
            or CallSite { CallingConvention: not (MethodCallingConvention.Default or MethodCallingConvention.Generic) }));

    private static IEnumerable<TypeReference> UsedBy(TypeDefinition type)
    {
        if (type.BaseType is not null) yield return type.BaseType;
        foreach (var implemented in type.Interfaces) yield return implemented.InterfaceType;
        foreach (var used in Constraints(type).Concat(Attributes(type))) yield return used;
        foreach (var used in type.Fields.SelectMany(f => Attributes(f).Append(f.FieldType))) yield return used;
        foreach (var used in type.Properties.SelectMany(Attributes)) yield return used;
        foreach (var used in type.Methods.SelectMany(UsedBy)) yield return used;
    }

    private static IEnumerable<TypeReference> UsedBy(MethodDefinition method)
    {
        foreach (var used in Signature(method).Concat(Constraints(method)).Concat(Attributes(method))) yield return used;
        if (!method.HasBody) yield break;
        foreach (var variable in method.Body.Variables) yield return variable.VariableType;
        foreach (var handler in method.Body.ExceptionHandlers.Where(h => h.CatchType is not null)) yield return handler.CatchType;
        foreach (var instruction in method.Body.Instructions)
        {
            foreach (var used in instruction.Operand switch
            {
                TypeReference type => [type],
                MethodReference called => Signature(called).Append(called.DeclaringType),
                FieldReference field => [field.FieldType, field.DeclaringType],
                _ => Enumerable.Empty<TypeReference>(),
            }) yield return used;
        }
    }

    private static IEnumerable<TypeReference> Signature(MethodReference method)
    {
        yield return method.ReturnType;
        foreach (var parameter in method.Parameters) yield return parameter.ParameterType;
        if (method is not GenericInstanceMethod generic) yield break;
        foreach (var argument in generic.GenericArguments) yield return argument;
    }

    private static IEnumerable<TypeReference> Constraints(IGenericParameterProvider generic) =>
        generic.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType);

    private static IEnumerable<TypeReference> Attributes(ICustomAttributeProvider attributed) => attributed.CustomAttributes.SelectMany(a =>
        a.ConstructorArguments.Select(c => c.Value).OfType<TypeReference>().Append(a.AttributeType));

    /// <summary>What a type is made of: element types and type arguments.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification { ElementType: { } element } => Parts(element),
        GenericParameter => [],
        _ => [type],
    };

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string NamespaceOf(TypeReference type) => Outermost(type).Namespace;
}
