using Secateur.Cli;

return CommandLine.Run(args);
