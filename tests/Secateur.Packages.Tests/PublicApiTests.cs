using Xunit;

namespace Secateur.Packages.Tests;

public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries => PackageContentTests.Libraries;

    [Theory, MemberData(nameof(Libraries))]
    public void The_public_interface_is_the_accepted_one(string id)
    {
        var package = OwnPackage.Of(id);
        var (accepted, now) = (PublicApi.ReadAccepted(package), PublicApi.Print(package));
        Assert.True(accepted == now, $"""
            The public interface of {id} is not the accepted one:
            {string.Join('\n', PublicApi.Compare(accepted, now))}
            Where this is meant, say so in CHANGELOG.md, and accept it:
            dotnet tests/Secateur.Packages.Tests/bin/{PackageFolder.Configuration}/net10.0/Secateur.Packages.Tests.dll --update
            """);
    }

    [Fact]
    public void A_change_is_told_with_its_type()
    {
        const string Accepted = "namespace N\n{\n    public class A\n    {\n        public int Size { get; }\n    }\n    public class B\n    {\n        public int Size { get; }\n    }\n}\n";
        var now = Accepted.Replace("class B\n    {\n        public int", "class B\n    {\n        public long", StringComparison.Ordinal);
        Assert.Equal(
            ["- namespace N > public class B > public int Size { get; }", "+ namespace N > public class B > public long Size { get; }"], PublicApi.Compare(Accepted, now));
    }
}
