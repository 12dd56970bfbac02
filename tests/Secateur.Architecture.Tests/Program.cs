using Secateur.Architecture.Tests;

// Prints the folders and their uses, as docs/architecture.md shows them, and what is wrong with them.
Console.WriteLine(FolderPicture.Draw(Product.Uses, Product.Projects.Select(p => p.Project)));
foreach (var circle in FolderCircles.Find(Product.Uses)) Console.WriteLine($"circle in {circle}");
