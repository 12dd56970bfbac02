using Secateur.TestSupport;
using Xunit;

namespace Secateur.Training.Tests;

public class CollectiveTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Lists_of_any_lengths_are_joined_by_rank(int size)
    {
        var expected = Enumerable.Range(0, size).SelectMany(rank => Enumerable.Repeat(rank, rank)).ToArray();
        Assert.All(ThreadCollective.Run(size, ranks => ranks.Join<int>(Enumerable.Repeat(ranks.Rank, ranks.Rank).ToArray())), joined => Assert.Equal(expected, joined));
        var texts = Enumerable.Range(0, size).Select(rank => rank == 1 ? "" : $"ränk {rank}").ToArray();
        Assert.All(ThreadCollective.Run(size, ranks => ranks.Join(texts[ranks.Rank])), joined => Assert.Equal(texts, joined));
    }

    [Fact]
    public void One_that_says_so_is_heard_by_all()
    {
        Assert.Equal([true, true, true], ThreadCollective.Run(3, ranks => ranks.Any(ranks.Rank == 1)));
        Assert.Equal([false, false, false], ThreadCollective.Run(3, ranks => ranks.Any(false)));
    }

    [Fact]
    public void Shares_are_all_items_in_order()
    {
        foreach (var count in new[] { 0, 1, 7, 8 })
        {
            var shares = ThreadCollective.Run(3, ranks => ranks.ShareOf([.. Enumerable.Range(0, count)]));
            Assert.Equal(Enumerable.Range(0, count), shares.SelectMany(s => s));
        }
    }

    [Fact]
    public void A_rank_that_has_something_else_is_named()
    {
        ThreadCollective.Run(3, ranks => Accepts(ranks, 7));
        var error = Assert.Throws<InvalidOperationException>(() => ThreadCollective.Run(3, ranks => Accepts(ranks, (byte)(ranks.Rank == 2 ? 8 : 7))));
        Assert.StartsWith("rank 2 has another number than rank 0", error.Message, StringComparison.Ordinal);

        static bool Accepts(ThreadCollective ranks, byte number)
        {
            ranks.RequireSame("number", [number]);
            return true;
        }
    }

    [Theory]
    [InlineData(3, 16, 16, "3 processes cannot share a batch of 16 images and 16 chunks evenly; 1, 2, 4, 8, 16 can")]
    [InlineData(4, 6, 16, "4 processes cannot share a batch of 6 images and 16 chunks evenly; 1, 2 can")]
    [InlineData(6, 12, 16, "6 processes cannot share a batch of 12 images and 16 chunks evenly; 1, 2, 4 can")]
    [InlineData(4, 12, 16, null)]
    public void Counts_that_do_not_divide_are_refused_with_those_that_do(int size, int batch, int chunks, string? problem)
    {
        var errors = ThreadCollective.Run(size, ranks => Record.Exception(() => ranks.RequireShares(batch, chunks))?.Message);
        if (problem is null) Assert.All(errors, Assert.Null);
        else Assert.All(errors, error => Assert.StartsWith(problem, error, StringComparison.Ordinal));
    }

    [Fact]
    public void The_end_of_one_is_the_end_of_all() =>
        HangGuard.Run(() => Assert.Throws<NotSupportedException>(() => ThreadCollective.Run(3, ranks => ranks.Rank == 1 ? throw new NotSupportedException() : ranks.Any(false))));
}
