"""Numbers that Python and C# draw alike, so that weights and images need not be stored; the twin is Secateur.TestSupport/GoldenNumbers.cs."""

import numpy as np

GAMMA = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def uniform(stream, count):
    """`count` multiples of 2^-24 in [0, 1): SplitMix64, started at the FNV-1a hash of the stream's name."""
    seed = 0xCBF29CE484222325
    for byte in stream.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GAMMA)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / (1 << 24)


def rounded(values):
    """float32 values as float64, so that a network in float64 computes with the weights that one in float32 has."""
    return np.asarray(values).astype(np.float32).astype(np.float64)


def image(stream, height, width):
    """[3, H, W] of whole numbers from 0 to 255: squares of 16 pixels under noise, so that coarse levels see something, too."""
    rows, columns = -(-height // 16), -(-width // 16)
    squares = np.floor(256 * uniform(stream + "/squares", rows * columns * 3)).reshape(rows, columns, 3)
    noise = np.floor(256 * uniform(stream + "/noise", height * width * 3)).reshape(height, width, 3)
    squares = squares.repeat(16, 0).repeat(16, 1)[:height, :width]
    return np.floor((3 * squares + noise) / 4).transpose(2, 0, 1)


def row_sums(name, values):
    """One number a row (the first index) of a tensor: the sum under drawn signs, in which wrong and swapped elements show. Vectors stay as they are."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim < 2:
        return values.reshape(-1)
    signs = np.where(uniform(name + "/signs", values.size) < 0.5, -1.0, 1.0)
    return (values.reshape(-1) * signs).reshape(values.shape[0], -1).sum(1)


def parameter(architecture, name, shape, is_norm, trains):
    """A parameter or a running statistic, [`shape`]; the twin is Secateur.TestSupport/Golden.cs."""
    u = uniform(f"{architecture}/{name}", int(np.prod(shape))).reshape(shape)
    kind = name.rpartition(".")[2]
    if len(shape) == 4:
        # Pixels are up to 255 away from zero, later values about 1.
        values = (2 * u - 1) * np.sqrt(5 / np.prod(shape[1:])) / (64 if shape[1] == 3 else 1)
    elif kind == "w1":
        # Some are below zero, where a fusion ignores its operand.
        values = u - 0.0625
    elif is_norm and kind == "weight":
        values = np.where(u < 0.125, -0.5, u / 2 + 0.25)
    elif is_norm and kind == "bias" and trains:
        # Few values come near zero, where an activation bends and a rounding error would move gradients.
        values = np.where(u < 0.25, -2 - 4 * u, u + 1.5)
    elif is_norm and kind == "bias":
        values = 2 * u - 0.5
    elif kind == "weight":
        values = u / 2
    elif kind == "running_var":
        values = u / 2 + 0.25
    else:
        values = 2 * u - 1
    return rounded(values)
