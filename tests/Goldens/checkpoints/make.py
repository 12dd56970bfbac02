#!/usr/bin/env python3
"""Makes the small checkpoints in this folder and what they hold (expected.json), with PyTorch.

    apt-get install python3-torch && /usr/bin/python3 make.py

Made with PyTorch 1.13. The values are made here by rule; no trained weights are in them.
"""

import collections
import json
import pathlib

import torch

HERE = pathlib.Path(__file__).parent
EXPECTED = {}


def save(name, content, tensors=None):
    """Saves in the zip format and in the legacy one; `tensors` is what a reader should find."""
    tensors = content if tensors is None else tensors
    EXPECTED[name] = {
        key: {"shape": list(value.shape), "values": value.detach().double().flatten().tolist()} for key, value in tensors.items()
    }
    torch.save(content, HERE / f"{name}_zip.pth")
    torch.save(content, HERE / f"{name}_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(content, HERE / f"{name}_protocol4.pth", pickle_protocol=4)


def ramp(*shape, dtype=torch.float32):
    count = int(torch.tensor(shape).prod()) if shape else 1
    return ((torch.arange(count, dtype=torch.float64) - 3) / 4).to(dtype).reshape(shape)


def integers(*values, dtype):
    return torch.tensor(values, dtype=dtype)


save("types", collections.OrderedDict(
    float64=ramp(3, dtype=torch.float64),
    float32=ramp(2, 3),
    float16=ramp(5, dtype=torch.float16),
    bfloat16=ramp(5, dtype=torch.bfloat16),
    int64=integers(-(1 << 40), 0, 1 << 62, dtype=torch.int64),
    int32=integers(-(1 << 31), 7, dtype=torch.int32),
    int16=integers(-32768, 32767, dtype=torch.int16),
    int8=integers(-128, 127, dtype=torch.int8),
    uint8=integers(0, 255, dtype=torch.uint8),
    bool=torch.tensor([True, False, True]),
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 4),
))

base = ramp(4, 6)
save("views", {
    "whole": base,
    "again": base,
    "same_view": base.view(4, 6),
    "rows": base[1:3],
    "transposed": base.t(),
    "every_other": base[::2, 1::2],
    "column": base[:, 5],
    "expanded": ramp(3, 1).expand(3, 4),
    "channels_last": ramp(1, 2, 2, 3).contiguous(memory_format=torch.channels_last),
})

model = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.PReLU())
with torch.no_grad():
    for number, parameter in enumerate(model.parameters()):
        parameter.copy_(ramp(*parameter.shape) + number)
save("module", model.state_dict())
save("parameters", dict(model.named_parameters()))
save("nested", {"epoch": 3, "loss": 0.25, "name": "ä", "best": None, "history": [1.0, 2.0], "state_dict": model.state_dict()}, model.state_dict())
save("empty", torch.nn.ReLU().state_dict())

(HERE / "expected.json").write_text(json.dumps(EXPECTED, separators=(",", ":")) + "\n")
