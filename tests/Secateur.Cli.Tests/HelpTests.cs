using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

public sealed class HelpTests : CliTest
{
    public static TheoryData<string> Commands => new(Names);

    private static IEnumerable<string> Names => CommandLine.Parse([]).RootCommandResult.Command.Subcommands.Select(c => c.Name);

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_explains_itself_with_an_example(string command)
    {
        var help = ConsoleRun.Text(command, "--help");
        Assert.Contains("Example", help, StringComparison.Ordinal);
        Assert.Contains($"  secateur {command} ", help, StringComparison.Ordinal);
        Assert.Contains("--json", help, StringComparison.Ordinal);
        Assert.DoesNotContain("Secateur.Cli", help, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_examples_are_valid(string command)
    {
        var examples = ConsoleRun.Text(command, "--help").Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith($"secateur {command} ", StringComparison.Ordinal) && !l.Contains('<', StringComparison.Ordinal) && !l.Contains("[options]", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Empty(CommandLine.Parse(example.Split(' ')[1..]).Errors.Select(e => e.Message)));
    }

    /// <summary>A command that is named is made alone.</summary>
    [Fact]
    public void Every_command_is_found_by_its_name()
    {
        Assert.Equal(Names, CommandLine.Commands.Keys);
        Assert.All(Names, name => Assert.Equal(name, Assert.Single(CommandLine.Parse([name]).RootCommandResult.Command.Subcommands).Name));
    }

    [Fact]
    public void Without_arguments_the_commands_are_listed()
    {
        var text = ConsoleRun.Text();
        Assert.All(Names, command => Assert.Contains("  " + command, text, StringComparison.Ordinal));
        Assert.Equal(text, ConsoleRun.Text("--help"));
        Assert.Matches(@"^\d+\.\d+\.\d+", ConsoleRun.Text("--version"));
    }

    [Fact]
    public void The_readmes_calls_are_valid()
    {
        var calls = Readme.Calls(File.ReadAllLines(Path.Combine(SharedData.RepositoryRoot, "README.md"))).ToArray();
        Assert.True(calls.Length >= 5, $"the README has only {calls.Length} lines of ./run");
        Assert.All(calls, call => Assert.Empty(CommandLine.Parse(call).Errors.Select(e => $"{string.Join(' ', call)}: {e.Message}")));
    }
}
