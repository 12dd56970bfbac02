"""EXTD (arXiv 1906.06579) and EResFD (arXiv 2204.01209), written from the papers, with the parameter names of the published checkpoints."""

import torch
from torch import nn
from torch.nn import functional

import draws


class Head(nn.Module):
    """Boxes and scores of six levels, finest first; the finest has three background scores."""

    def __init__(self, channels, kernel):
        super().__init__()
        self.loc = nn.ModuleList(nn.Conv2d(channels, 4, kernel, padding=kernel // 2) for _ in range(6))
        self.conf = nn.ModuleList(nn.Conv2d(channels, 4 if k == 0 else 2, kernel, padding=kernel // 2) for k in range(6))

    def detect(self, levels):
        return [f(x) for f, x in zip(self.loc, levels)], [f(x) for f, x in zip(self.conf, levels)]


def flatten(loc, conf):
    """Boxes [N, A, 4] and scores [N, A, 2] of all anchors, the greatest background score where there are several."""
    conf = [torch.cat([c[:, :-1].amax(1, keepdim=True), c[:, -1:]], 1) for c in conf]
    return [torch.cat([x.permute(0, 2, 3, 1).flatten(1, 2) for x in maps], 1) for maps in (loc, conf)]


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, expansion, stride, last_slope):
        super().__init__()
        wide = inputs * expansion
        parts = [nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.PReLU()] if expansion > 1 else []
        parts += [nn.Conv2d(wide, wide, 3, stride, 1, groups=wide), nn.BatchNorm2d(wide), nn.PReLU()]
        parts += [nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        self.conv = nn.Sequential(*parts, *([nn.PReLU()] if last_slope else []))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.adds else self.conv(x)


class Extd(Head):
    def __init__(self, channels):
        super().__init__(channels, 3)
        small = channels == 32
        blocks = [(1, 1), (2, 1), (2, 1), (4, 1)] + ([(4, 1), (2, 1), (2, 2)] if small else [(4, 2)])
        self.base = nn.ModuleList([nn.Sequential(nn.Conv2d(3, 64, 3, 2, 1, bias=False), nn.BatchNorm2d(64), nn.PReLU())])
        for i, (expansion, stride) in enumerate(blocks):
            self.base.append(InvertedResidual(64 if i == 0 else channels, channels, expansion, stride, small))
        self.upfeat = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
                nn.Conv2d(channels, channels, 1, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU())
            for _ in range(5))

    def forward(self, x):
        x = self.base[1](self.base[0](x))
        scales = []
        for _ in range(6):
            for block in self.base[2:]:
                x = block(x)
            scales.append(x)
        levels = [x]
        for up, scale in zip(self.upfeat, reversed(scales[:-1])):
            x = up(functional.interpolate(x, size=scale.shape[2:], mode="bilinear", align_corners=False)) + scale
            levels.insert(0, x)
        return self.detect(levels)


def conv_norm(inputs, outputs, kernel=3, stride=1, relu=True):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), *([nn.ReLU()] if relu else []))


class ConvBlock(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.res_layer = nn.Sequential(*conv_norm(16, 16, 3, stride), *conv_norm(16, 16, relu=False))
        self.shortcut_layer = conv_norm(16, 16, 1, stride, relu=False) if stride > 1 else nn.Identity()

    def forward(self, x):
        return self.res_layer(x) + self.shortcut_layer(x)


class NamedConv(nn.Module):
    def __init__(self, kernel):
        super().__init__()
        self.conv = conv_norm(16, 16, kernel)

    def forward(self, x):
        return self.conv(x)


class SeparatedPyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.full((2, 9), 0.5))
        self.laterals = nn.ModuleList(NamedConv(1) for _ in range(5))
        self.itm = nn.ModuleList(NamedConv(3) for _ in range(4))

    def forward(self, c):
        w = torch.relu(self.w1)
        w = w / (w.sum(0) + 1e-4)

        def fuse(a, b, column):
            b = functional.interpolate(b, size=a.shape[2:], mode="nearest")
            return (w[0, column] * a + w[1, column] * b) / (w[0, column] + w[1, column] + 1e-4)

        lateral = [f(x) for f, x in zip(self.laterals, c)]
        # The high part ends at level 4; level 3 starts again from the backbone.
        p = [None] * 4 + [fuse(lateral[4], c[5], 4), c[5]]
        p[3] = fuse(lateral[3], c[4], 3)
        for k in (2, 1, 0):
            p[k] = fuse(lateral[k], p[k + 1], k)
        for k in (1, 2, 3, 4):
            p[k] = fuse(self.itm[k - 1](p[k]), c[k], 4 + k)
        return p


class CascadeContext(nn.Module):
    def __init__(self):
        super().__init__()
        self.res_branch1 = conv_norm(16, 8)
        self.res_branch2 = nn.Sequential(*conv_norm(8, 4), *conv_norm(4, 4))
        self.res_branch3 = nn.Sequential(*conv_norm(4, 4), *conv_norm(4, 4))

    def forward(self, x):
        r1 = self.res_branch1(x)
        r2 = self.res_branch2(r1)
        return torch.cat([r1, r2, self.res_branch3(r2)], 1)


class Neck(nn.Module):
    def __init__(self):
        super().__init__()
        for level, depth in enumerate((3, 3, 3, 2, 2), 1):
            self.add_module(f"b2_{level}", nn.Sequential(*(ConvBlock(2 if i == 0 else 1) for i in range(depth))))
        self.fpn = SeparatedPyramid()
        for k in range(6):
            self.add_module(f"FEM_{k}", CascadeContext())

    def forward(self, x):
        c = [x]
        for level in range(1, 6):
            c.append(getattr(self, f"b2_{level}")(c[-1]))
        return [getattr(self, f"FEM_{k}")(p) for k, p in enumerate(self.fpn(c))]


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv_norm(3, 8, 5, 4, relu=False)
        self.conv2 = conv_norm(8, 8)
        self.conv3 = conv_norm(8, 16)
        self.conv4 = ConvBlock(1)
        self.m0 = Neck()

    def forward(self, x):
        return self.m0(self.conv4(self.conv3(self.conv2(self.conv1(x)))))


class EResFd(Head):
    def __init__(self):
        super().__init__(16, 1)
        self.base = Backbone()

    def forward(self, x):
        return self.detect([torch.relu(level) for level in self.base(x)])


def create(architecture, trains):
    """A network in float64 with drawn parameters and running statistics, in training or evaluation mode."""
    network = EResFd() if architecture == "eresfd" else Extd(int(architecture.removeprefix("extd")))
    network = network.double()
    norms = {name for name, module in network.named_modules() if isinstance(module, nn.BatchNorm2d)}
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                tensor.copy_(torch.from_numpy(draws.parameter(architecture, name, tuple(tensor.shape), name.rpartition(".")[0] in norms, trains)))
    return network.train(trains)
