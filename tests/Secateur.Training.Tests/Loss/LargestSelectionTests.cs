using Secateur.Training.Loss;
using Xunit;

namespace Secateur.Training.Tests.Loss;

public class LargestSelectionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    [InlineData(uint.MaxValue)]
    public void Chooses_as_a_stable_descending_sort_does(uint largest)
    {
        var random = new Random(1);
        foreach (var length in new[] { 1, 2, 17, 1000 })
        {
            // Few different keys make many ties; shifts put what differs into every digit.
            var shift = largest == uint.MaxValue ? 0 : random.Next(27);
            var keys = Enumerable.Range(0, length).Select(_ => (uint)random.NextInt64((long)largest + 1) << shift).ToArray();
            foreach (var count in new[] { 0, 1, length / 3, length - 1, length })
            {
                var chosen = new List<int>();
                LargestSelection.Select(keys, count, chosen);
                Assert.Equal(Enumerable.Range(0, length).OrderByDescending(i => keys[i]).Take(count).Order(), chosen);
            }
        }
    }
}
