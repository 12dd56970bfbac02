"""Anchors, matching, hard negatives and loss of S3FD (ICCV 2017) and SSD (ECCV 2016), written from the papers."""

import torch
from torch.nn import functional

STRIDES = [4, 8, 16, 32, 64, 128]


def anchors(sizes, height, width):
    """Centre x and y, width and height of one square a cell, [A, 4] float32, relative to the input; `sizes` has rows and columns of each level."""
    boxes = []
    for stride, (rows, columns) in zip(STRIDES, sizes):
        y, x = torch.meshgrid(torch.arange(rows).double(), torch.arange(columns).double(), indexing="ij")
        side = torch.full_like(x, 4 * stride)
        boxes.append(torch.stack([(x + 0.5) * stride / width, (y + 0.5) * stride / height, side / width, side / height], 2).flatten(0, 1))
    return torch.cat(boxes).float()


def overlaps(faces, boxes):
    """Intersection over union, [F, A]: float32, because faces inside of anchors overlap many of them alike, and then rounding decides."""
    low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    shared = (torch.minimum(faces[:, None, 2:], high) - torch.maximum(faces[:, None, :2], low)).clamp(min=0).prod(2)
    face_area, area = (faces[:, 2:] - faces[:, :2]).prod(1), (high - low).prod(1)
    return shared / (face_area[:, None] + area - shared)


def match(faces, boxes):
    """Whether each anchor learns a face, and the face that it overlaps most."""
    if len(faces) == 0:
        return torch.zeros(len(boxes), dtype=torch.bool), torch.zeros(len(boxes), dtype=torch.long)
    table = overlaps(faces, boxes)
    best, face = table.max(0)
    best_of_face, anchor = table.max(1)
    for f in range(len(faces)):
        best[anchor[f]], face[anchor[f]] = 2, f
    positive = best >= 0.35
    count = int((best_of_face >= 0.35).sum() + (best_of_face >= 0.5).sum()) // 2
    candidates = ((best > 0.1) & (best < 0.35)).nonzero()[:, 0]
    order = best[candidates].sort(descending=True, stable=True).indices
    positive[candidates[order[:count]]] = True
    return positive, face


def encode(faces, boxes):
    """Regression targets of anchors, each for the face beside it."""
    faces, boxes = faces.double(), boxes.double()
    centre, size = (faces[:, :2] + faces[:, 2:]) / 2, faces[:, 2:] - faces[:, :2]
    return torch.cat([(centre - boxes[:, :2]) / (0.1 * boxes[:, 2:]), torch.log(size / boxes[:, 2:]) / 0.2], 1)


def hard_negatives(scores, positive):
    """Three negatives a positive, those with the largest loss, of equal ones the first. The loss rises with face minus background."""
    count = min(3 * int(positive.sum()), int((~positive).sum()))
    margin = (scores[:, 1] - scores[:, 0]).masked_fill(positive, -torch.inf)
    order = margin.sort(descending=True, stable=True)
    chosen = torch.zeros_like(positive)
    chosen[order.indices[:count]] = True
    gap = order.values[count - 1] - order.values[count] if 0 < count < int((~positive).sum()) else torch.inf
    return chosen, float(gap)


def loss(locations, scores, faces, boxes):
    """Both parts, and what was chosen: rows (image, anchor) of positives and negatives, and the least gap between a chosen negative and the next."""
    location, confidence, positives, negatives, gaps = 0, 0, [], [], []
    for n, image_faces in enumerate(faces):
        positive, face = match(image_faces, boxes)
        negative, gap = hard_negatives(scores[n].detach(), positive)
        if positive.any():
            target = encode(image_faces[face[positive]], boxes[positive]).to(locations.dtype)
            location = location + functional.smooth_l1_loss(locations[n][positive], target, reduction="sum")
        chosen = positive | negative
        confidence = confidence + functional.cross_entropy(scores[n][chosen], positive[chosen].long(), reduction="sum")
        for flags, rows in ((positive, positives), (negative, negatives)):
            rows += [(n, int(a)) for a in flags.nonzero()]
        gaps.append(gap)
    divisor = len(positives) or len(faces)
    return location / divisor, confidence / divisor, positives, negatives, min(gaps)
