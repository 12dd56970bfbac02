using Xunit;

namespace Secateur.Packages.Tests;

/// <summary>A test that publishes a program, which takes a minute or more; run where <c>SECATEUR_SLOW_TESTS</c> is 1, else skipped, saying so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class PublishFactAttribute : FactAttribute
{
    public PublishFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("SECATEUR_SLOW_TESTS") != "1") Skip = "publishes a program, which takes minutes: set SECATEUR_SLOW_TESTS=1 to run this test";
    }
}
