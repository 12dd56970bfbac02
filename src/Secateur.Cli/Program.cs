using Secateur.Cli;

return await CommandLine.RunAsync(args);
