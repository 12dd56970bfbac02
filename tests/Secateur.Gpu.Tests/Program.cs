using Secateur.Gpu.Tests;

// Runs the tests where there is no SDK, whose names contain one of some texts, and none of those that begin with a dash.
return TestRun.Run([.. args.Where(a => !a.StartsWith('-'))], [.. args.Where(a => a.StartsWith('-')).Select(a => a[1..])]) ? 0 : 1;
