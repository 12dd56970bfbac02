using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using Secateur.Kernels.Simd;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Secateur.Tests.Neon;

/// <summary>Runs test classes of this assembly in this process, where no test host can be started.</summary>
internal static class ClassRunner
{
    /// <summary>What kernels run on here.</summary>
    public static string Machine => $"{RuntimeInformation.ProcessArchitecture}, NEON {AdvSimd.Arm64.IsSupported}, {SimdLevels.Detect()}, {SimdLevels.Detect().Registers()} registers";

    /// <summary>Runs the tests of some classes; prints <see cref="Machine"/>, each failure, and a line a class: <c>Name: passed, failed, skipped, seconds</c>.</summary>
    /// <param name="classes">Their names, without the namespace.</param>
    /// <returns>Whether all of them have tests, and none failed.</returns>
    public static bool Run(string[] classes)
    {
        using var framework = new XunitTestFramework(new Sink());
        var assembly = Assembly.GetExecutingAssembly();
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        using var executor = framework.GetExecutor(assembly.GetName());
        var good = true;
        Console.WriteLine(Machine);
        foreach (var name in classes)
        {
            var (found, clock) = (new Sink(), Stopwatch.StartNew());
            discoverer.Find(assembly.GetTypes().Single(t => t.Name == name).FullName!, includeSourceInformation: false, found, new Defaults());
            found.Wait();
            var ran = new Sink();
            executor.RunTests([.. found.Of<ITestCaseDiscoveryMessage>().Select(m => m.TestCase)], ran, new Defaults());
            ran.Wait();
            foreach (var failure in ran.Of<ITestFailed>()) Console.WriteLine($"FAILED {failure.Test.DisplayName}: {string.Join(" ", failure.Messages)}");
            var (passed, failed, skipped) = (ran.Of<ITestPassed>().Count(), ran.Of<IFailureInformation>().Count(), ran.Of<ITestSkipped>().Count());
            Console.WriteLine(FormattableString.Invariant($"{name}: {passed} passed, {failed} failed, {skipped} skipped, {clock.Elapsed.TotalSeconds:0.0} s"));
            good &= passed > 0 && failed == 0;
        }

        return good;
    }

    private sealed class Sink : LongLivedMarshalByRefObject, IMessageSink
    {
        private readonly ConcurrentQueue<IMessageSinkMessage> _messages = new();
        private readonly TaskCompletionSource _ended = new();

        public IEnumerable<T> Of<T>() => _messages.OfType<T>();

        public void Wait() => _ended.Task.Wait();

        public bool OnMessage(IMessageSinkMessage message)
        {
            _messages.Enqueue(message);
            if (message is IDiscoveryCompleteMessage or ITestAssemblyFinished) _ended.TrySetResult();
            return true;
        }
    }

    private sealed class Defaults : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        public TValue GetValue<TValue>(string name) => default!;

        public void SetValue<TValue>(string name, TValue value)
        {
            // None is changed.
        }
    }
}
