namespace Secateur.Search.Trials;

/// <summary>
/// Runs trials wherever there is room for them. A trial is a function of the search's folder and its number, so it can be run by another process
/// (<c>secateur prune --search-trial FOLDER NUMBER</c>), on another machine that sees the folder, or by a job of a cluster; its result is a file in the folder.
/// </summary>
public interface ITrialRunner
{
    /// <summary>Runs trials that are recorded in the search's folder, in any order or at once; those whose result is there need not be run again.</summary>
    /// <param name="trials">The trials.</param>
    /// <param name="cancellation">Stops, with what is needed to go on saved.</param>
    /// <returns>Their results, in the order of the trials.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    IReadOnlyList<TrialResult> Run(IReadOnlyList<Trial> trials, CancellationToken cancellation);
}
