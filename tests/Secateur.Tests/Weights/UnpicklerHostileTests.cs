using Secateur.TestSupport;
using Secateur.Weights.PyTorch;
using Xunit;

namespace Secateur.Tests.Weights;

/// <summary>Pickles that want to run code, or to grow without bound.</summary>
public class UnpicklerHostileTests
{
    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "exec")]
    [InlineData("subprocess", "Popen")]
    [InlineData("torch", "load")]
    [InlineData("torch", "FloatStorage.__class__")]
    [InlineData("torch._utils", "_rebuild_tensor_v2.__globals__")]
    [InlineData("builtins", "__import__")]
    [InlineData("importlib", "import_module")]
    [InlineData("torch.hub", "load")]
    [InlineData("numpy", "load")]
    [InlineData("os.path", "join")]
    [InlineData("models", "Net.__init__.__globals__")]
    public void Names_that_can_only_do_harm_are_refused_by_every_opcode_that_could_use_them(string module, string name)
    {
        var message = $"refuses to run code: '{module}.{name}'";
        Rejects(new PickleWriter().Global(module, name).Op("(").Text("echo").Op("tR").Stop(), message);
        Rejects(new PickleWriter(4).Text(module).Text(name).Raw(0x93).Op("(").Text("echo").Op("tR").Stop(), message);
        Rejects(new PickleWriter().Op("}").Text("x").Global(module, name).Op(")").Raw(0x81).Op("s").Stop(), message);
    }

    [Theory]
    [InlineData("(ios\nsystem\n", 'i')]
    [InlineData("(cos\nsystem\no", 'c')]
    [InlineData("\u0082\u0001", '\u0082')]
    [InlineData("]S'text'\n", 'S')]
    [InlineData("Pid\n", 'P')]
    public void Opcodes_that_checkpoints_do_not_need_are_refused(string opcodes, char refused)
    {
        var error = ReaderFuzz.Rejects(Zip(new PickleWriter().Op(opcodes).Stop()), path => PyTorchCheckpoint.Read(path), ".pth");
        Assert.Contains(refused == 'c' ? "os.system" : $"opcode 0x{(int)refused:x2}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_cannot_write_to_the_terminal() =>
        Rejects(new PickleWriter().Global("\u001b[2J", "x").Stop(), "'?[2J.x'");

    [Fact]
    public void Allowed_functions_check_what_they_are_given()
    {
        var rebuild = ("torch._utils", "_rebuild_tensor_v2");
        Rejects(new PickleWriter().Global("torch", "FloatStorage").Op(")R").Stop(), "expected a function");
        Rejects(new PickleWriter().Op("}").Op(")R").Stop(), "expected a function");
        Rejects(new PickleWriter().Global("collections", "OrderedDict").Op("]R").Stop(), "expected a function and its arguments");
        Rejects(new PickleWriter().Global("collections", "OrderedDict").Op("(](K\u0001etR").Stop(), "expected none");
        Rejects(new PickleWriter().Global(rebuild.Item1, rebuild.Item2).Op(")R").Stop(), "expected a tensor as");
        Rejects(new PickleWriter().Global(rebuild.Item1, rebuild.Item2).Op("(").Storage("0", "FloatStorage", 1).Int(0).Op("))").Op("tRb").Stop(), "on the stack");
        Rejects(new PickleWriter().Global(rebuild.Item1, rebuild.Item2).Op("(").Storage("0", "FloatStorage", 1).Int(0).Op("(Nt)tR").Stop(), "expected integers");
        Rejects(new PickleWriter().Global("torch._utils", "_rebuild_parameter").Op("(}tR").Stop(), "expected a parameter");
        Rejects(new PickleWriter().Op("NQ").Stop(), "persistent id");
        Rejects(new PickleWriter().Op("(").Text("module").Op("NNNNtQ").Stop(), "persistent id");
        Rejects(new PickleWriter().Op("(").Text("storage").Text("os.system").Text("0").Text("cpu").Int(1).Op("tQ").Stop(), "expected a storage as");
        Rejects(new PickleWriter().Storage("0", "FloatStorage", -1).Stop(), "expected a storage as");
        Rejects(new PickleWriter().Storage("0", "FloatStorage", 1).Storage("0", "LongStorage", 1).Stop(), "before as 1 Float32");
    }

    [Theory]
    [InlineData(0, new long[] { 3 }, new long[] { 1 }, "elements 0 to 2 of its storage, which has 2")]
    [InlineData(1, new long[] { 2 }, new long[] { 1 }, "elements 1 to 2")]
    [InlineData(2, new long[] { }, new long[] { }, "elements 2 to 2")]
    [InlineData(-1, new long[] { 1 }, new long[] { 1 }, "elements -1")]
    [InlineData(0, new long[] { 2 }, new long[] { -1 }, "strides [-1]")]
    [InlineData(0, new long[] { 2 }, new long[] { }, "strides []")]
    [InlineData(0, new long[] { -1 }, new long[] { 1 }, "shape [-1]")]
    [InlineData(0, new long[] { 2, 2 }, new long[] { long.MaxValue, long.MaxValue }, "elements 0 to 18446744073709551614")]
    [InlineData(long.MaxValue, new long[] { 2 }, new long[] { long.MaxValue }, "elements 9223372036854775807")]
    [InlineData(0, new long[] { 1L << 31 }, new long[] { 0 }, "fewer than 2^31")]
    [InlineData(0, new long[] { 1 << 16, 1 << 15 }, new long[] { 0, 0 }, "fewer than 2^31")]
    [InlineData(0, new long[] { 1 << 30, 1 << 30, 0 }, new long[] { 0, 0, 0 }, "fewer than 2^31")]
    [InlineData(0, new long[] { (1L << 31) - 1 }, new long[] { 0 }, "expands to more than")]
    public void Views_must_lie_in_their_storage_and_may_not_expand_it(long offset, long[] shape, long[] strides, string message) =>
        Rejects(new PickleWriter().Op("}").Text("x").Tensor("0", "FloatStorage", 2, offset, shape, strides).Op("s").Stop(), message);

    [Fact]
    public void Many_different_views_of_one_storage_stay_within_the_budget()
    {
        var pickle = new PickleWriter().Op("}(");
        for (var i = 0; i < 2000; i++) pickle.Text($"x{i}").Tensor("0", "FloatStorage", 20_000, i, [18_000], [1]);
        Rejects(pickle.Op("u").Stop(), "expands to more than", new byte[80_000]);
    }

    [Fact]
    public void Tuples_with_too_many_dimensions_are_refused_before_they_are_copied()
    {
        var pickle = new PickleWriter().Op("(").Op(new string('N', 50_000)).Op("tq\0").Global("torch._utils", "_rebuild_tensor_v2").Op("q\u0001");
        pickle.Op("(").Storage("0", "FloatStorage", 1).Int(0).Op("h\0h\0tR");
        Rejects(pickle.Stop(), "50000 dimensions");
    }

    [Fact]
    public void Cycles_are_harmless()
    {
        var list = new PickleWriter().Op("]q\0h\0a").Stop();
        Rejects(list, "holds a list, expected a dictionary");
        var dictionary = new PickleWriter().Op("}q\0").Text("state_dict").Op("h\0s").Stop();
        Rejects(dictionary, "holds no tensors by name: its 1 entries are 'state_dict' (a dictionary)");
        var many = new PickleWriter().Op("}q\0(");
        foreach (var wrapper in (string[])["state_dict", "model", "net", "network", "module", "params", "weights", "state", "ema"]) many.Text(wrapper).Op("h\0");
        Rejects(many.Op("u").Stop(), "holds no tensors by name: its 9 entries");
        var tuple = new PickleWriter().Op("](q\u0001h\0tq\u0002a").Stop();
        Rejects(tuple, "on the stack");
    }

    [Fact]
    public void Wrappers_without_end_are_harmless()
    {
        var pickle = new PickleWriter().Op("}q\0").Text("model").Op("q\u0001").Op("0");
        for (var i = 0; i < 20_000; i++) pickle.Op("}q\u0002h\u0001h\0sh\u0002q\0").Op("00");
        Rejects(pickle.Op("h\0").Stop(), "holds no tensors by name");
    }

    [Fact]
    public void Ordered_dictionaries_from_one_list_of_pairs_stay_within_the_budget()
    {
        var pickle = new PickleWriter().Global("collections", "OrderedDict").Op("q\0](");
        for (var i = 0; i < 1000; i++) pickle.Op("NN\u0086");
        pickle.Op("e\u0085q\u0001");
        for (var i = 0; i < 50_000; i++) pickle.Op("h\0h\u0001R0");
        Rejects(pickle.Stop(), "expands to more than");
    }

    [Fact]
    public void Tensors_with_attributes_do_not_nest()
    {
        var pickle = new PickleWriter().Global("torch._tensor", "_rebuild_from_type_v2").Op("q\0").Op("(h\0N(h\0N)NtNtR");
        Rejects(pickle.Stop(), "expected a tensor as (function, type, arguments, state)");
    }

    [Fact]
    public void Exponentially_nested_lists_cost_only_their_opcodes()
    {
        var pickle = new PickleWriter().Op("]q\0");
        for (var i = 1; i < 100; i++) pickle.Op("]q").Raw((byte)i).Op("(").Op(string.Concat(Enumerable.Repeat($"h{(char)(i - 1)}", 50))).Op("e");
        Rejects(pickle.Stop(), "holds a list");
    }

    [Fact]
    public void Deep_nesting_is_harmless()
    {
        Rejects(new PickleWriter().Op(new string(']', 20_000) + new string('a', 19_999)).Stop(), "holds a list");
        Rejects(new PickleWriter().Op(new string('(', 2_000)).Stop(), "nested more than 1000 deep");
        Rejects(new PickleWriter().Op(new string('N', 200_000)).Stop(), "more than 100000 values");
    }

    [Theory]
    [InlineData("}0")]
    [InlineData("]q\0")]
    [InlineData("}\u0094")]
    [InlineData("))\u00860")]
    public void Objects_from_single_bytes_stay_within_the_budget(string opcodes)
    {
        var pickle = new PickleWriter().Op(string.Concat(Enumerable.Repeat(opcodes, 150_000))).Stop();
        var error = ReaderFuzz.Rejects(Zip(pickle), path => PyTorchCheckpoint.Read(path), ".pth");
        Assert.Matches("expands to more than|more than 100000 values|more than 1000000 opcodes", error.Message);
    }

    [Fact]
    public void Endless_opcodes_are_cut_off() =>
        Rejects(new PickleWriter().Op(string.Concat(Enumerable.Repeat(")0", 500_001))).Stop(), "more than 1000000 opcodes");

    [Theory]
    [InlineData("X", 4)]
    [InlineData("T", 4)]
    [InlineData("B", 4)]
    [InlineData("\u008b", 4)]
    [InlineData("\u008d", 8)]
    [InlineData("\u008e", 8)]
    [InlineData("\u0095", 8)]
    public void Huge_lengths_are_refused_before_anything_is_allocated(string opcode, int bytes)
    {
        var sizes = (byte[][])[[0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x7F], [0, 0, 0, 0x80]];
        foreach (var size in sizes)
        {
            byte[] length = bytes == 4 ? size : [0, 0, 0, 0, .. size];
            Rejects(new PickleWriter().Op(opcode).Raw(length).Op("abc").Stop(), "");
        }
    }

    [Theory]
    [InlineData("", "needs 1 values")]
    [InlineData("0", "needs 1 values")]
    [InlineData("t", "no mark")]
    [InlineData("u", "no mark")]
    [InlineData("}s", "needs 2 values")]
    [InlineData("}(Nu", "without a value")]
    [InlineData("NNa", "expected a list")]
    [InlineData("]NNs", "expected a dictionary")]
    [InlineData("}(a", "needs 1 values")]
    [InlineData("(q\0", "nothing on the stack")]
    [InlineData("h\u0007", "nothing was remembered as 7")]
    [InlineData("\u0080\u0006", "pickle protocol 6")]
    [InlineData("X\u0001\0\0\0\u00ff", "not UTF-8")]
    [InlineData("cos", "a line feed")]
    public void Malformed_pickles_are_refused(string opcodes, string message) => Rejects(new PickleWriter().Op(opcodes).Stop(), message);

    [Theory]
    [InlineData("N", "holds None")]
    [InlineData("K\u0001", "holds an integer")]
    [InlineData("}(K\u0001Nu", "holds no tensors by name: its 1 entries are an integer (None)")]
    public void What_is_not_a_state_dict_is_refused(string opcodes, string message) => Rejects(new PickleWriter().Op(opcodes).Stop(), message);

    [Fact]
    public void Tensors_have_names_of_their_own()
    {
        Rejects(new PickleWriter().Op("}(").Text("x").Floats("0", 2).Text("x").Floats("0", 2).Op("u").Stop(), "a second tensor 'x'");
        Rejects(new PickleWriter().Op("}(").Text("epoch").Int(1).Op("u").Stop(), "holds no tensors by name: its 1 entries are 'epoch' (an integer)");
        Rejects(new PickleWriter().Op("}(").Int(1).Floats("0", 2).Op("u").Stop(), "holds no tensors by name");
    }

    private static byte[] Zip(byte[] pickle, byte[]? storage = null) => CheckpointWriter.Zip(pickle, [("0", storage ?? new byte[8])]);

    private static void Rejects(byte[] pickle, string message, byte[]? storage = null)
    {
        var error = ReaderFuzz.Rejects(Zip(pickle, storage), path => PyTorchCheckpoint.Read(path), ".pth");
        Assert.Contains(message, error.Problem, StringComparison.Ordinal);
    }
}
