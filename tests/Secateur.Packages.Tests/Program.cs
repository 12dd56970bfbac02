using Secateur.Packages.Tests;

// Prints how the public interfaces differ from the accepted ones; with --update they are accepted.
foreach (var package in OwnPackage.Libraries)
{
    foreach (var change in PublicApi.Compare(PublicApi.ReadAccepted(package), PublicApi.Print(package))) Console.WriteLine($"{package}: {change}");
    if (args is ["--update"]) PublicApi.Accept(package);
}
