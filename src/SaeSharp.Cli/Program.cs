using SaeSharp.Cli;

return await new Shell(Console.Out, Console.Error, Terminal.OfProcess()).Run(args);
