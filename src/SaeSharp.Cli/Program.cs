return await SaeSharp.Cli.App.Run(args, System.Console.Out, System.Console.Error);
