using Xunit.Abstractions;
using Xunit.Sdk;

namespace Secateur.Gpu.Tests;

/// <summary>Runs the tests of this assembly with nothing but what it refers to.</summary>
internal static class TestRun
{
    /// <summary>Runs tests, prints failures as they come and the numbers last.</summary>
    /// <param name="wanted">Texts of which a test's name must contain one; none for all tests.</param>
    /// <param name="unwanted">Texts of which it must contain none.</param>
    /// <returns>Whether tests ran and none failed.</returns>
    public static bool Run(string[] wanted, string[] unwanted)
    {
        var assembly = typeof(TestRun).Assembly;
        using var diagnostics = new Sink<IDiagnosticMessage>();
        using var framework = new XunitTestFramework(diagnostics);
        using var discovered = new Sink<IDiscoveryCompleteMessage>();
        var cases = new List<ITestCase>();
        discovered.On<ITestCaseDiscoveryMessage>(message => cases.Add(message.TestCase));
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        discoverer.Find(includeSourceInformation: false, discovered, new Options());
        discovered.Wait();

        var (passed, failed, skipped) = (0, 0, 0);
        using var finished = new Sink<ITestAssemblyFinished>();
        finished.On<ITestPassed>(_ => passed++);
        finished.On<ITestSkipped>(message => Report($"skipped: {message.Test.DisplayName}: {message.Reason}", ref skipped));
        finished.On<ITestFailed>(message => Report($"FAILED: {message.Test.DisplayName}\n{ExceptionUtility.CombineMessages(message)}\n{ExceptionUtility.CombineStackTraces(message)}", ref failed));
        finished.On<IErrorMessage>(message => Report($"FAILED: {ExceptionUtility.CombineMessages(message)}", ref failed));
        using var executor = framework.GetExecutor(assembly.GetName());
        executor.RunTests(cases.Where(c => IsWanted(c.DisplayName)), finished, new Options());
        finished.Wait();
        Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
        return passed > 0 && failed == 0;

        bool IsWanted(string name) => (wanted.Length == 0 || wanted.Any(name.Contains)) && !unwanted.Any(name.Contains);
    }

    private static void Report(string text, ref int count)
    {
        Console.WriteLine(text);
        count++;
    }

    /// <summary>Hands messages on until the last one, of type <typeparamref name="TLast"/>.</summary>
    private sealed class Sink<TLast> : LongLivedMarshalByRefObject, IMessageSink, IDisposable
    {
        private readonly ManualResetEventSlim _finished = new();
        private readonly List<Action<IMessageSinkMessage>> _handlers = [];

        public void On<T>(Action<T> handle)
        {
            _handlers.Add(message =>
            {
                if (message is T wanted) handle(wanted);
            });
        }

        public bool OnMessage(IMessageSinkMessage message)
        {
            foreach (var handler in _handlers) handler(message);
            if (message is TLast) _finished.Set();
            return true;
        }

        public void Wait() => _finished.Wait();

        public void Dispose() => _finished.Dispose();
    }

    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = [];

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out var value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
