#!/usr/bin/env python3
"""Makes the files in this folder: what PyTorch computes for the product's tests to compare with.

    apt-get install python3-torch && /usr/bin/python3 make.py

Made with PyTorch 1.13 in less than a minute. Everything comes from drawn numbers (draws.py): no trained weights, no pictures are in them. Networks run
in float64, so that the files hold the exact values and a test's tolerance is for the product's own rounding; matching runs in float32 as the product
does. Training images are chosen such that nothing hangs on rounding; that is checked here.
"""

import json
import pathlib
import struct
import sys

import numpy as np
import torch

sys.dont_write_bytecode = True

import draws
import multibox
import networks

HERE = pathlib.Path(__file__).parent
MEAN = torch.tensor([123.0, 117.0, 104.0], dtype=torch.float64).reshape(3, 1, 1)
RATE = 1e-3

# Architecture, which drawn images, height, width, faces of each image, steps.
TRAININGS = [
    ("eresfd", 32, 97, 131, (3, 4), 2),
    ("extd64", 14, 97, 131, (4, 3), 2),
    ("extd48", 1, 161, 200, (5,), 1),
    ("extd32", 0, 64, 160, (3, 0, 2), 1),
]

# Loss: height, width, how faces are drawn and how many, for each image. Scores are whole quarters where ties shall decide.
LOSSES = {
    "sizes": (128, 160, [("any", 8), ("any", 5)], False),
    "tiny": (128, 160, [("tiny", 6), ("mixed", 9)], False),
    "ties": (160, 128, [("aligned", 12), ("aligned", 20)], True),
    "crowded": (32, 32, [("aligned", 12), ("any", 1)], True),
    "partly_empty": (64, 96, [("any", 0), ("any", 2)], True),
    "empty": (64, 96, [("any", 0), ("any", 0)], True),
}


def save(name, tensors):
    """The safetensors format, float32."""
    header, data = {}, b""
    for key, values in tensors.items():
        values = np.asarray(values, dtype="<f4")
        header[key] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path = HERE / f"{name}.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    print(f"{path.stat().st_size:8,} bytes  {path.name}", flush=True)


def drawn_image(stream, height, width):
    return torch.from_numpy(draws.image(stream, height, width)) - MEAN


def drawn_faces(stream, kind, count, height, width):
    """Corners relative to the image, [F, 4] float32."""
    u = draws.uniform(stream, 4 * count).reshape(count, 4)
    least, most = {"any": (3, min(height, width)), "tiny": (1, 3), "mixed": (2, 40), "aligned": (4, 64)}[kind]
    side = least * (most / least) ** u[:, 0]
    size = np.stack([side, side * (0.8 + u[:, 3] / 2)], 1)
    low = u[:, 1:3] * [width, height] - size / 2
    if kind == "aligned":
        # Whole cells: many anchors overlap a face alike. The last face lies where the first does.
        size = np.exp2(np.round(np.log2(side)))[:, None].repeat(2, 1)
        low = 4 * np.floor(low / 4)
        size[-1], low[-1] = size[0], low[0]
    return torch.from_numpy(np.concatenate([low, low + size], 1) / [width, height, width, height]).float()


def forward(architecture):
    tensors = {}
    network = networks.create(architecture, trains=False)
    for height, width in ((64, 96), (97, 131)):
        with torch.no_grad():
            maps = network(drawn_image("forward", height, width)[None])
        for name, levels in zip(("loc", "conf"), maps):
            tensors |= {f"{height}x{width}.{name}_{k}": level[0] for k, level in enumerate(levels)}
    save(f"forward_{architecture}", tensors)


def rows(named):
    """The row sums of all tensors one after another, by name."""
    return np.concatenate([draws.row_sums(name, tensor.detach().numpy()) for name, tensor in sorted(named)])


def statistics(network):
    return [(name, tensor) for name, tensor in network.named_buffers() if "running" in name]


class Training:
    """Steps of a network in a given precision; `bends` keeps what went into activations and maxima, relative to where they bend."""

    def __init__(self, architecture, images, faces, dtype):
        self.network = networks.create(architecture, trains=True).to(dtype)
        self.images, self.faces, self.bends = images.to(dtype), faces, []
        for module in self.network.modules():
            if isinstance(module, (torch.nn.PReLU, torch.nn.ReLU)):
                module.register_forward_hook(lambda _, inputs, __: self.bends.append(inputs[0].detach().double()))
        make = torch.optim.Adam if architecture == "eresfd" else lambda p, **o: torch.optim.SGD(p, momentum=0.9, **o)
        self.optimizer = make(self.network.parameters(), lr=RATE, weight_decay=5e-4)

    def step(self):
        self.bends.clear()
        loc, conf = self.network(self.images)
        top = conf[0][:, :3].detach().double().topk(2, 1).values
        self.bends.append(top[:, 0] - top[:, 1])
        height, width = self.images.shape[2:]
        self.boxes = multibox.anchors([tuple(level.shape[2:]) for level in loc], height, width)
        self.outputs = networks.flatten(loc, conf)
        location, confidence, self.positives, self.negatives, self.gap = multibox.loss(*self.outputs, self.faces, self.boxes)
        self.losses = location.item(), confidence.item()
        self.optimizer.zero_grad()
        (location + confidence).backward()
        self.optimizer.step()


def check_rounding(exact, rough, step):
    """The same steps in float32 must choose alike and bend alike; in the first one nothing may come so near a bend that another order of sums could."""
    assert exact.positives == rough.positives and exact.negatives == rough.negatives
    assert exact.gap > 5e-4, f"the hardest negatives left out are only {exact.gap:.1g} away"
    assert all(((a > 0) == (b > 0)).all() for a, b in zip(exact.bends, rough.bends)), "float32 falls on the other side of a bend"
    near = sum(int((a.abs() <= (a - b).abs().max()).sum()) for a, b in zip(exact.bends, rough.bends) if (a != b).any())
    assert step > 1 or near == 0, f"{near} values lie where an activation bends"
    changes = [(a - b.double()).abs().max().item() for a, b in zip(exact.network.parameters(), rough.network.parameters())]
    assert max(changes) < 5e-7, f"a parameter hangs on rounding: {max(changes):.1g}"


def training(architecture, drawn, height, width, face_counts, steps):
    stream = f"training/{drawn}"
    images = torch.stack([drawn_image(f"{stream}/{n}", height, width) for n in range(len(face_counts))])
    faces = [drawn_faces(f"{stream}/{n}/faces", "any", count, height, width) for n, count in enumerate(face_counts)]
    tensors = {f"faces_{n}": values for n, values in enumerate(faces)}
    exact, rough = (Training(architecture, images, faces, dtype) for dtype in (torch.float64, torch.float32))
    for step in range(1, steps + 1):
        exact.step()
        rough.step()
        check_rounding(exact, rough, step)
        if step == 1:
            loc, conf = (output.detach().flatten(0, 1) for output in exact.outputs)
            tensors |= {"locations": draws.row_sums("locations", loc.numpy()), "scores": draws.row_sums("scores", conf.numpy())}
        tensors[f"losses_{step}"] = exact.losses
        tensors[f"gradients_{step}"] = rows((name, p.grad) for name, p in exact.network.named_parameters())
        tensors[f"statistics_{step}"] = rows(statistics(exact.network))
        tensors[f"parameters_{step}"] = rows(exact.network.named_parameters())
    save(f"training_{architecture}", tensors)


def losses():
    tensors = {}
    for case, (height, width, images, has_ties) in LOSSES.items():
        faces = [drawn_faces(f"{case}/{n}/faces", kind, count, height, width) for n, (kind, count) in enumerate(images)]
        sizes = [(-(-height // stride), -(-width // stride)) for stride in multibox.STRIDES]
        boxes = multibox.anchors(sizes, height, width)
        locations = 8 * draws.uniform(f"{case}/locations", 4 * len(faces) * len(boxes)) - 4
        scores = 8 * draws.uniform(f"{case}/scores", 2 * len(faces) * len(boxes)) - 4
        if has_ties:
            scores = np.floor(4 * scores) / 4
        locations = torch.from_numpy(draws.rounded(locations)).reshape(len(faces), -1, 4).requires_grad_()
        scores = torch.from_numpy(draws.rounded(scores)).reshape(len(faces), -1, 2).requires_grad_()
        location, confidence, positives, negatives, gap = multibox.loss(locations, scores, faces, boxes)
        (location + confidence).backward()
        if not has_ties:
            assert gap > 1e-5
        tensors |= {f"{case}.faces_{n}": values for n, values in enumerate(faces)}
        tensors[f"{case}.losses"] = [float(location), float(confidence)]
        for n, image_faces in enumerate(faces):
            positive = [a for image, a in positives if image == n]
            negative = [a for image, a in negatives if image == n]
            face = multibox.match(image_faces, boxes)[1][positive]
            tensors |= {
                f"{case}.positives_{n}": positive,
                f"{case}.matches_{n}": face,
                f"{case}.targets_{n}": multibox.encode(image_faces[face], boxes[positive]),
                f"{case}.negatives_{n}": negative,
                f"{case}.location_gradients_{n}": locations.grad[n][positive] if locations.grad is not None else np.zeros((0, 4)),
                f"{case}.score_gradients_{n}": scores.grad[n][sorted(positive + negative)],
            }
    save("loss", tensors)


def optimizers():
    count, tensors = 256, {}
    start = draws.rounded(2 * draws.uniform("weights", count) - 1)
    # Some weights are zero, and gradients reach from 1 to below Adam's epsilon and to zero.
    start[::8] = 0
    for name, make in (("sgd", lambda p, **o: torch.optim.SGD(p, momentum=0.9, **o)), ("adam", torch.optim.Adam)):
        weights = torch.nn.Parameter(torch.from_numpy(start.copy()))
        optimizer = make([weights], lr=RATE, weight_decay=5e-4)
        for step, rate in enumerate((RATE, RATE, RATE / 10), 1):
            sizes = np.exp2(-4 * np.floor(9 * draws.uniform(f"sizes_{step}", count)))
            gradients = (2 * draws.uniform(f"gradients_{step}", count) - 1) * sizes
            gradients[::16] = 0
            weights.grad = torch.from_numpy(draws.rounded(gradients))
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
            tensors[f"{name}_{step}"] = weights.detach().numpy().copy()
    save("optimizers", tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    losses()
    optimizers()
    for each in ("eresfd", "extd64", "extd48", "extd32"):
        forward(each)
    for case in TRAININGS:
        training(*case)
    print(f"{sum(path.stat().st_size for path in HERE.iterdir() if path.is_file()):8,} bytes  in all")
