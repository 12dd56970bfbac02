using System.Text;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Pruning;

public sealed class FilterMaskFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read()
    {
        var model = RandomWeights.Fill(EResFd.Create(), 4);
        var mask = new PruningPlan(0.3).Select(model, new GeometricMedian());
        var path = _folder.PathOf("mask.json");
        FilterMaskFile.Write(path, mask, model.Network);
        var read = FilterMaskFile.Read(path, model.Network);
        Assert.Equal(mask.Pruned.Where(p => !p.Value.IsEmpty).Select(p => (p.Key, string.Join(' ', p.Value))), read.Pruned.Select(p => (p.Key, string.Join(' ', p.Value))));
        var (once, again) = (mask.Apply(model), read.Apply(model));
        Assert.All(once.Weights, w => Assert.Equal(w.Value.Data, again.Weights[w.Key].Data));
        FilterMaskFile.Write(path, FilterMask.FromZeros(model), model.Network);
        Assert.Empty(FilterMaskFile.Read(path, model.Network).Pruned);
    }

    [Theory]
    [InlineData("", "is no mask file")]
    [InlineData("[]", "is no mask file")]
    [InlineData("{}", "'format' is missing", "expected JSON as --save-mask writes it")]
    [InlineData("""{"format":"x","version":1,"architecture":"tiny","pruned":{}}""", "its format is 'x', expected 'secateur.mask'")]
    [InlineData("""{"format":"secateur.mask","version":2,"architecture":"tiny","pruned":{}}""", "version 2, expected 1")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"eresfd","pruned":{}}""", "a mask for eresfd, expected one for tiny")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":[]}""", "'pruned' is Array, expected Object")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":{"base.9.0":[0]}}""", "'base.9.0'", "no prunable layer")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":{"loc.0":[0]}}""", "'loc.0'", "no prunable layer")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":{"base.0.0":[8]}}""", "'base.0.0'", "from 0 to 7", "found [8]")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":{"base.0.0":[-1]}}""", "found [-1]")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":{"base.0.0":[2,2]}}""", "found [2, 2]")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":{"base.0.0":[3,1]}}""", "found [3, 1]")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":{"base.0.0":[1.5]}}""", "no integer of 32 bits")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":{"base.0.0":[1],"base.0.0":[2]}}""", "is no mask file")]
    [InlineData("""{"format":"secateur.mask","version":1,"architecture":"tiny","pruned":{},"more":1}""", "1 unknown members")]
    public void What_does_not_fit_is_told_with_what_was_expected(string text, params string[] parts)
    {
        var path = _folder.Write("mask.json", text);
        var error = Assert.Throws<InvalidFileException>(() => FilterMaskFile.Read(path, TinyDetector.Create().Network));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_beyond_all_bounds_is_not_read()
    {
        var path = _folder.PathOf("mask.json");
        using (var file = File.Create(path)) file.SetLength(1L << 30);
        Assert.Contains("expected at most", Assert.Throws<InvalidFileException>(() => FilterMaskFile.Read(path, TinyDetector.Create().Network)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_give_no_other_error()
    {
        var model = TinyDetector.Create();
        var path = _folder.PathOf("mask.json");
        FilterMaskFile.Write(path, new PruningPlan(0.5).Select(model, new GeometricMedian()), model.Network);
        ReaderFuzz.Run([File.ReadAllBytes(path), Encoding.UTF8.GetBytes("{\"a\":[[[[")], p => FilterMaskFile.Read(p, model.Network), ".json");
    }
}
