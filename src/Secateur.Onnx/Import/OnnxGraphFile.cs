using System.Collections.Immutable;
using Google.Protobuf;
using Secateur.Onnx.Format;
using Secateur.Weights.Files;

namespace Secateur.Onnx.Import;

/// <summary>
/// The graph of an ONNX file, checked: every value has one name and is given before it is read, so that there is no cycle; nothing that cannot be read is
/// in it. Nodes are as opset 13 writes them.
/// </summary>
internal sealed class OnnxGraphFile
{
    /// <summary>The bytes of a file, and of those beside it, at most.</summary>
    public const long MaxBytes = 1 << 30;

    private const int MaxNodes = 20_000;
    private const int LeastOpset = 7;

    private readonly UntrustedFile _file;
    private readonly ExternalData _external;
    private readonly HashSet<string> _defined = new(StringComparer.Ordinal);

    // Names of the file, those of nodes to come included, and new ones; and how often one was asked for.
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _fresh = new(StringComparer.Ordinal);

    private OnnxGraphFile(UntrustedFile file, ModelProto model, bool readsExternalData)
    {
        _file = file;
        Opset = OpsetOf(model);
        if (model.Functions.Count > 0) throw file.Invalid("defines functions, which are not supported");
        if (model.TrainingInfo.Count > 0) throw file.Invalid("holds training information, which is not supported");
        if (model.Graph is not { } graph) throw file.Invalid("holds no graph");
        if (graph.SparseInitializer.Count > 0) throw file.Invalid("holds sparse tensors, which are not supported");
        if (graph.Node.Count > MaxNodes) throw file.Invalid($"has {graph.Node.Count} nodes, expected at most {MaxNodes}");
        _external = new ExternalData(file, readsExternalData);
        foreach (var initializer in graph.Initializer)
        {
            var what = $"the initializer {UntrustedFile.Show(initializer.Name)}";
            Define(initializer.Name, what);
            Constants.Add(initializer.Name, ReadConstant(initializer, what));
        }

        // Files of old versions list initializers as inputs, too.
        Inputs = [.. graph.Input.Where(i => !Constants.ContainsKey(i.Name))];
        foreach (var input in Inputs) Define(input.Name, "an input");
        _taken.UnionWith(_defined);
        _taken.UnionWith(graph.Node.SelectMany(n => n.Output));
        Nodes = [.. graph.Node.SelectMany(n => OpsetUpgrade.Run(Checked(n), Opset.File, Constants, Fresh, Problem)).Select(n => new OnnxNode(n))];
        Outputs = [.. graph.Output];
        foreach (var output in Outputs)
        {
            if (!_defined.Contains(output.Name)) throw file.Invalid($"its output {UntrustedFile.Show(output.Name)} is given by no node");
        }

        if (Outputs.IsEmpty) throw file.Invalid("its graph has no output");
        if (Outputs.GroupBy(o => o.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) throw file.Invalid($"lists the output {UntrustedFile.Show(twice.Key)} twice");
        Metadata = [.. model.MetadataProps.DistinctBy(p => p.Key).Select(p => KeyValuePair.Create(p.Key, p.Value))];
    }

    /// <summary>What the file is called in errors.</summary>
    public string Path => _file.Path;

    /// <summary>Its bytes, and those of files beside it.</summary>
    public long Bytes => _file.Length + _external.Bytes;

    /// <summary>The version of the operators: the file's, and that of <see cref="Nodes"/>.</summary>
    public (int File, int Nodes) Opset { get; }

    /// <summary>Inputs that are no constants.</summary>
    public ImmutableArray<ValueInfoProto> Inputs { get; }

    /// <summary>The outputs.</summary>
    public ImmutableArray<ValueInfoProto> Outputs { get; }

    /// <summary>The nodes, each after those that it reads.</summary>
    public ImmutableArray<OnnxNode> Nodes { get; }

    /// <summary>The constants by the names of their values.</summary>
    public Dictionary<string, ConstantTensor> Constants { get; } = new(StringComparer.Ordinal);

    /// <summary>What the file says beside its graph.</summary>
    public ImmutableDictionary<string, string> Metadata { get; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="readsExternalData">Whether tensors may have their elements in other files of its folder.</param>
    /// <exception cref="InvalidFileException">It is no such file, or holds what cannot be read.</exception>
    public static OnnxGraphFile Read(UntrustedFile file, bool readsExternalData)
    {
        if (file.Length > MaxBytes) throw file.Invalid($"has {file.Length} bytes, expected at most {MaxBytes}");
        var bytes = file.Read(0, file.Length);
        WireBudget.Check(file, bytes);
        try
        {
            return new OnnxGraphFile(file, ModelProto.Parser.ParseFrom(bytes), readsExternalData);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw file.Invalid($"is no ONNX file: {error.Message}", error);
        }
    }

    /// <summary>A constant of the file.</summary>
    /// <param name="tensor">The constant.</param>
    /// <param name="what">What to call it in errors.</param>
    /// <exception cref="InvalidFileException">It cannot be read.</exception>
    public ConstantTensor ReadConstant(TensorProto tensor, string what) => ConstantTensor.Read(_file, _external.Resolve(tensor, what), what);

    /// <summary>An error that names the file.</summary>
    public InvalidFileException Invalid(string problem) => _file.Invalid(problem);

    private (int File, int Nodes) OpsetOf(ModelProto model)
    {
        if (model.OpsetImport.Where(o => IsOnnx(o.Domain)).Select(o => o.Version).ToList() is not [var version])
            throw _file.Invalid("does not say which version of ONNX's operators it uses");
        return version is >= LeastOpset and <= OpsetVersions.Most
            ? ((int)version, Math.Max((int)version, OpsetVersions.Least))
            : throw _file.Invalid($"uses version {version} of ONNX's operators, expected one from {LeastOpset} to {OpsetVersions.Most}");
    }

    private NodeProto Checked(NodeProto node)
    {
        var what = new OnnxNode(node);
        foreach (var input in node.Input)
        {
            if (input.Length > 0 && !_defined.Contains(input))
                throw _file.Invalid($"the node {what} reads {UntrustedFile.Show(input)}, which no node before it gives");
        }

        if (!node.Output.Any(o => o.Length > 0)) throw _file.Invalid($"the node {what} gives nothing");
        if (!IsOnnx(node.Domain)) throw _file.Invalid($"the node {what} is an operator of {UntrustedFile.Show(node.Domain)}, which is not supported");
        foreach (var attribute in node.Attribute)
        {
            if (attribute.G is not null || attribute.Graphs.Count > 0) throw _file.Invalid($"the node {what} holds a graph of its own, which is not supported");
            if (attribute.SparseTensor is not null) throw _file.Invalid($"the node {what} holds a sparse tensor, which is not supported");
            if (attribute.RefAttrName.Length > 0) throw _file.Invalid($"the node {what} refers to an attribute of a function, which is not supported");
        }

        foreach (var output in node.Output.Where(o => o.Length > 0)) Define(output, $"a result of the node {what}");
        return node;
    }

    private void Define(string name, string what)
    {
        if (name.Length == 0) throw _file.Invalid($"{what} has no name");
        if (!_defined.Add(name)) throw _file.Invalid($"{what} is called {UntrustedFile.Show(name)}, as another value is");
    }

    /// <summary>A name of a value that no other has.</summary>
    public string Fresh(string name)
    {
        var free = name;
        while (!_taken.Add(free)) free = $"{name}'{_fresh[name] = _fresh.GetValueOrDefault(name, 1) + 1}";
        return free;
    }

    private InvalidFileException Problem(NodeProto node, string problem) => _file.Invalid($"the node {new OnnxNode(node)} {problem}");

    private static bool IsOnnx(string domain) => domain is "" or "ai.onnx";
}
