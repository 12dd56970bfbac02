using Secateur.Architecture.Tests;

// Prints the folders and their uses, and the circles among them; with --update the picture goes into the documentation.
var picture = FolderPicture.Draw(Product.Uses, Product.Projects.Select(p => p.Project));
Console.WriteLine(picture);
foreach (var circle in FolderCircles.Find(Product.Uses)) Console.WriteLine($"circle in {circle}");
if (args is ["--update"]) PictureBlock.Write(picture);
