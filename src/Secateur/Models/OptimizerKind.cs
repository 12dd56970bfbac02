namespace Secateur.Models;

/// <summary>Which optimiser a training uses; both add classic L2 weight decay to the gradient.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum 0.9.</summary>
    Sgd,

    /// <summary>Adam with betas 0.9 and 0.999.</summary>
    Adam,
}
