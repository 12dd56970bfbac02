"""Times one training step of EResFD or EXTD-64 in PyTorch, for the ratio to Secateur's: forward in training mode, a simple
loss, backward, optimiser step, on noise. Needs PyTorch only (Debian: python3-torch)."""

import argparse
import os
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

LEVELS = 6
MEAN = 110.0


def conv_norm(inputs, outputs, kernel=3, stride=1, relu=True):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if relu else nn.Sequential(*layers)


class Heads(nn.Module):
    """Boxes and scores of all levels, with max-out over the finest level's three background channels."""

    def __init__(self, channels, kernel):
        super().__init__()
        self.loc = nn.ModuleList(nn.Conv2d(channels, 4, kernel, padding=kernel // 2) for _ in range(LEVELS))
        self.conf = nn.ModuleList(nn.Conv2d(channels, 4 if k == 0 else 2, kernel, padding=kernel // 2) for k in range(LEVELS))

    def forward(self, levels):
        boxes = [conv(x).flatten(2) for conv, x in zip(self.loc, levels)]
        scores = [conv(x) for conv, x in zip(self.conf, levels)]
        background, face = scores[0].split([3, 1], 1)
        scores[0] = torch.cat([background.amax(1, keepdim=True), face], 1)
        return torch.cat(boxes, 2), torch.cat([s.flatten(2) for s in scores], 2)


class ResidualBlock(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self.body = nn.Sequential(conv_norm(channels, channels, stride=stride), conv_norm(channels, channels, relu=False))
        self.shortcut = nn.Identity() if stride == 1 else conv_norm(channels, channels, 1, stride, relu=False)

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Context(nn.Module):
    """EResFD's cascade context: three branches, each going on from the one before."""

    def __init__(self):
        super().__init__()
        self.first = conv_norm(16, 8)
        self.second = nn.Sequential(conv_norm(8, 4), conv_norm(4, 4))
        self.third = nn.Sequential(conv_norm(4, 4), conv_norm(4, 4))

    def forward(self, x):
        first = self.first(x)
        second = self.second(first)
        return F.relu(torch.cat([first, second, self.third(second)], 1))


class EResFd(nn.Module):
    """EResFD, width 1/16 (arXiv 2204.01209)."""

    PARAMETERS = 92_208

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(conv_norm(3, 8, 5, 4, relu=False), conv_norm(8, 8), conv_norm(8, 16), ResidualBlock(16, 1))
        self.stages = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(16, 2 if i == 0 else 1) for i in range(depth))) for depth in (3, 3, 3, 2, 2))
        self.laterals = nn.ModuleList(conv_norm(16, 16, 1) for _ in range(5))
        self.intermediate = nn.ModuleList(conv_norm(16, 16) for _ in range(4))
        self.fusion = nn.Parameter(torch.full((2, 9), 0.5))
        self.context = nn.ModuleList(Context() for _ in range(LEVELS))
        self.heads = Heads(16, 1)

    def fuse(self, a, b, weights):
        return (weights[0] * a + weights[1] * b) / (weights[0] + weights[1] + 1e-4)

    def forward(self, x):
        c = [self.stem(x)]
        for stage in self.stages:
            c.append(stage(c[-1]))
        weights = F.relu(self.fusion)
        weights = (weights / (weights.sum(0) + 1e-4)).unbind(1)
        levels = [lateral(x) for lateral, x in zip(self.laterals, c)] + [c[5]]
        for k, coarse in ((4, c[5]), (3, c[4]), (2, None), (1, None), (0, None)):
            coarse = levels[k + 1] if coarse is None else coarse
            levels[k] = self.fuse(levels[k], F.interpolate(coarse, levels[k].shape[2:]), weights[k])
        for k in range(1, 5):
            levels[k] = self.fuse(self.intermediate[k - 1](levels[k]), c[k], weights[4 + k])
        return self.heads([context(x) for context, x in zip(self.context, levels)])


class InvertedResidual(nn.Module):
    def __init__(self, channels, expansion, stride):
        super().__init__()
        inner = channels * expansion
        expand = [nn.Conv2d(channels, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.PReLU()] if expansion > 1 else []
        self.adds = stride == 1
        self.body = nn.Sequential(
            *expand,
            nn.Conv2d(inner, inner, 3, stride, 1, groups=inner), nn.BatchNorm2d(inner), nn.PReLU(),
            nn.Conv2d(inner, channels, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return x + self.body(x) if self.adds else self.body(x)


class Extd64(nn.Module):
    """EXTD with 64 channels (arXiv 1906.06579): one backbone passed six times."""

    PARAMETERS = 162_352

    def __init__(self, channels=64):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, channels, 3, 2, 1, bias=False), nn.BatchNorm2d(channels), nn.PReLU(), InvertedResidual(channels, 1, 1))
        self.shared = nn.Sequential(*(InvertedResidual(channels, t, s) for t, s in ((2, 1), (2, 1), (4, 1), (4, 2))))
        self.upfeat = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
                nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True))
            for _ in range(LEVELS - 1))
        self.heads = Heads(channels, 3)

    def forward(self, x):
        x, passes = self.stem(x), []
        for _ in range(LEVELS):
            x = self.shared(x)
            passes.append(x)
        levels = [passes[-1]]
        for up, fine in zip(self.upfeat, reversed(passes[:-1])):
            levels.append(up(F.interpolate(levels[-1], fine.shape[2:], mode="bilinear", align_corners=False)) + fine)
        return self.heads(levels[::-1])


def create(name, device, recorded):
    network = {"eresfd": EResFd, "extd64": Extd64}[name]().to(device)
    count = sum(p.numel() for p in network.parameters())
    if count != network.PARAMETERS:
        raise SystemExit(f"{name} has {count} parameters, expected {network.PARAMETERS}: it is another network than the published one")
    if name == "eresfd":
        return network, torch.optim.Adam(network.parameters(), 1e-3, weight_decay=5e-4, capturable=recorded)
    return network, torch.optim.SGD(network.parameters(), 1e-3, momentum=0.9, weight_decay=5e-4)


def simple_loss(boxes, scores):
    return boxes.abs().mean() + F.cross_entropy(scores, torch.zeros_like(scores[:, 0], dtype=torch.long))


def time_on_processor(args, network, optimizer, images):
    steps = []
    for step in range(args.steps + 1):
        if step == 1:
            processor_time = time.process_time()
        marks = [time.perf_counter()]
        boxes, scores = network(images)
        marks.append(time.perf_counter())
        loss = simple_loss(boxes, scores)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        marks.append(time.perf_counter())
        optimizer.step()
        marks.append(time.perf_counter())
        steps.append(marks)

    processor_time = time.process_time() - processor_time
    steps = steps[1:]
    print(f"PyTorch {torch.__version__}, {args.network}, batch {args.batch} at {args.imgsz} x {args.imgsz}, {args.threads} threads")
    median = statistics.median(s[-1] - s[0] for s in steps)
    print(f"step: median {1000 * median:.1f} ms, {args.batch / statistics.mean(s[-1] - s[0] for s in steps):.2f} images/s")
    print(f"processor time: {1000 * processor_time / args.steps:.1f} ms a step, all threads together")
    for name, at in (("forward", 0), ("loss and backward", 1), ("optimiser", 2)):
        print(f"  {name}: {1000 * statistics.mean(s[at + 1] - s[at] for s in steps):.1f} ms")


def time_on_card(args, network, optimizer, images):
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = args.precision == "tf32"
    layout = torch.contiguous_format if args.precision == "fp32" else torch.channels_last
    network.to(memory_format=layout)
    images = images.cuda().to(memory_format=layout)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.bfloat16, enabled=args.precision == "bf16"):
            boxes, scores = network(images)
        simple_loss(boxes.float(), scores.float()).backward()
        optimizer.step()

    # What cuDNN tries out and the optimiser allocates must not be recorded.
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    run = step
    if args.graph:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        run = graph.replay

    times = []
    for _ in range(args.steps + 1):
        torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    median = statistics.median(times[1:])
    mode = args.precision + (", channels last" if args.precision != "fp32" else "") + (", graph" if args.graph else "")
    print(f"PyTorch {torch.__version__}, {args.network}, batch {args.batch} at {args.imgsz} x {args.imgsz}, {torch.cuda.get_device_name()}, {mode}")
    print(f"step: median {1000 * median:.2f} ms, {args.batch / median:.1f} images/s, peak memory {torch.cuda.max_memory_allocated() / 2**30:.2f} GiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", nargs="?", choices=["eresfd", "extd64"], default="eresfd")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--imgsz", type=int, default=640)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], default="fp32", help="with --device cuda")
    parser.add_argument("--graph", action="store_true", help="with --device cuda: record the step and replay it")
    args = parser.parse_args()

    torch.manual_seed(1)
    torch.set_num_threads(args.threads)
    network, optimizer = create(args.network, args.device, args.graph)
    network.train()
    images = torch.randint(0, 256, (args.batch, 3, args.imgsz, args.imgsz)).float() - MEAN
    (time_on_card if args.device == "cuda" else time_on_processor)(args, network, optimizer, images)


if __name__ == "__main__":
    main()
