"""A run of Graft as PyTorch would train it: same network, weights, split, settings and schedule; its own pixels and luck.

Pictures are read by Pillow and changed by torchvision's transforms; docs/training.md says what is computed.
"""

import copy
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2] / "helpers"))
from networks import Lite0, Stage, chain, keras_mobilenet, read_safetensors, stages_of  # noqa: E402
from torchvision.transforms import v2  # noqa: E402

NETWORKS = {
    "efficientnet_lite0": (Lite0, "efficientnet_lite0"),
    "mobilenet_v2": (keras_mobilenet, "mobilenet_v2 keras"),
}


class Pictures:
    """Normalised pictures, plain or as an epoch sees them."""

    def __init__(self, examples: list[dict], preprocessing: dict, settings: dict):
        self.files = [example["path"] for example in examples]
        self.size = preprocessing["size"]
        self.mean = torch.tensor(preprocessing["mean"]).reshape(3, 1, 1)
        self.std = torch.tensor(preprocessing["std"]).reshape(3, 1, 1)
        self.base = math.ceil(self.size / math.sqrt(settings["cropScale"]))
        jitter = settings["colourJitter"]
        self.augment = v2.Compose(
            [
                v2.RandomResizedCrop(
                    self.size,
                    scale=(settings["cropScale"], 1),
                    interpolation=v2.InterpolationMode.LANCZOS,
                ),
                v2.RandomHorizontalFlip(0.5 if settings["flips"] != "none" else 0),
                v2.ColorJitter(jitter, jitter, jitter),
            ]
        )

    def _read(self, at: int, side: int) -> Image.Image:
        return Image.open(self.files[at]).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)

    def _tensor(self, pictures: list[Image.Image]) -> torch.Tensor:
        planes = torch.stack([v2.functional.pil_to_tensor(picture) for picture in pictures])
        return (planes / 255 - self.mean) / self.std

    def plain(self, examples: list[int]) -> torch.Tensor:
        return self._tensor([self._read(at, self.size) for at in examples])

    def seen(self, examples: list[int]) -> torch.Tensor:
        return self._tensor([self.augment(self._read(at, self.base)) for at in examples])


class Head(nn.Module):
    """The new last layer, on features of mean 0 and size 1."""

    def __init__(self, features: torch.Tensor | None, width: int, classes: int, dropout: float):
        super().__init__()
        mean, scale = torch.zeros(width), 1.0
        if features is not None:
            mean = features.mean(0)
            scale = (features - mean).square().mean().sqrt().item() or 1.0
        self.register_buffer("mean", mean)
        self.scale, self.dropout = scale, nn.Dropout(dropout)
        self.linear = nn.Linear(width, classes)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(self.dropout((x - self.mean) / self.scale))


def rate_factor(step: int, steps: int, warmup: int) -> float:
    if step < warmup:
        return (step + 1) / warmup
    return (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2


def batched(examples: list[int], size: int) -> list[list[int]]:
    return [examples[at : at + size] for at in range(0, len(examples), size)]


def logits_of(net: nn.Module, inputs, examples: list[int]) -> torch.Tensor:
    net.eval()
    with torch.inference_mode():
        return torch.cat([net(inputs(batch)) for batch in batched(examples, 16)])


def fit(net: nn.Module, head: Head, inputs, seen, labels, train, validation, settings, trains) -> int:
    """Ends with the best weights; answers how many epochs there were.

    inputs, seen: what examples are, plain and in training. trains: puts the net into training.
    """
    inside = {id(p) for p in head.parameters()}
    groups = [
        {"params": chosen, "lr": rate, "top": rate, "weight_decay": settings["weightDecay"] if decays else 0}
        for of_head, rate in ((True, settings["learningRate"]), (False, settings["backboneLearningRate"]))
        for decays in (True, False)
        if (
            chosen := [
                p
                for p in net.parameters()
                if (id(p) in inside) == of_head and (p.dim() > 1) == decays
            ]
        )
    ]
    optimizer = torch.optim.AdamW(groups)
    # What is frozen has no gradient, and is left alone by all of them.
    parameters = [p for group in groups for p in group["params"]]
    size = settings["batchSize"]
    per_epoch = math.ceil(len(train) / size)
    steps, warmup = per_epoch * settings["epochs"], per_epoch * settings["warmup"]
    best, best_loss, best_epoch, step = None, math.inf, 0, 0
    for epoch in range(1, settings["epochs"] + 1):
        trains()
        order = [train[at] for at in torch.randperm(len(train)).tolist()]
        for batch in batched(order, size):
            for group in optimizer.param_groups:
                group["lr"] = group["top"] * rate_factor(step, steps, warmup)
            step += 1
            optimizer.zero_grad()
            loss = F.cross_entropy(net(seen(batch)), labels[batch], label_smoothing=settings["labelSmoothing"])
            loss.backward()
            if settings["clipNorm"] > 0:
                nn.utils.clip_grad_norm_(parameters, settings["clipNorm"])
            optimizer.step()
        reached = F.cross_entropy(logits_of(net, inputs, validation), labels[validation]).item()
        if reached < best_loss:
            best, best_loss, best_epoch = copy.deepcopy(net.state_dict()), reached, epoch
        if epoch - best_epoch >= settings["patience"]:
            break
    net.load_state_dict(best)
    return epoch


def head_on(features: torch.Tensor, labels, classes, train, validation, settings) -> Head:
    """A last layer alone, on features that are known."""
    head = Head(features[train], features.shape[1], classes, settings["dropout"])
    known = lambda examples: features[examples]  # noqa: E731
    fit(head, head, known, known, labels, train, validation, settings, head.train)
    return head


def folds_of(examples: list[int], labels: torch.Tensor, count: int) -> list[list[int]]:
    """Stratified, dealt at random."""
    shuffled = [examples[at] for at in torch.randperm(len(examples)).tolist()]
    by_class = sorted(shuffled, key=lambda at: int(labels[at]))
    return [by_class[fold::count] for fold in range(count)]


def best_layer(layers: list[torch.Tensor], labels, classes, train, settings) -> torch.Tensor:
    """The features on which a linear classifier does best, cross-validated on the training pictures."""
    folds = folds_of(train, labels, min(5, len(train)))
    found = []
    for features in layers:
        right, loss = 0, 0.0
        for at, test in enumerate(folds):
            validation = folds[(at + 1) % len(folds)]
            rest = [e for fold in folds if fold is not test and fold is not validation for e in fold]
            head = head_on(features, labels, classes, rest, validation, settings)
            logits = logits_of(head, lambda batch: features[batch], test)
            right += int((logits.argmax(1) == labels[test]).sum())
            loss += F.cross_entropy(logits, labels[test], reduction="sum").item()
        found.append((right, -loss))
    return layers[max(range(len(layers)), key=lambda at: found[at])]


def start_anew(net: nn.Module) -> None:
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
            module.reset_running_stats()


class Network(nn.Module):
    """From what examples are to logits."""

    def __init__(self, owner: nn.Module, stages: list[Stage], head: Head):
        super().__init__()
        self.owner, self.run, self.head = owner, chain(stages), head

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.run(x))


def learned(
    network: str, weights: str, preprocessing: dict, recipe: str, settings: dict, classes: int, examples: list[dict]
) -> float:
    """Share of the test examples that it gets right."""
    torch.manual_seed(settings["seed"])
    make, name = NETWORKS[network]
    net = make()
    missing, _ = net.load_state_dict(read_safetensors(weights), strict=False)
    net.eval()
    stages = stages_of(net, name)
    pictures = Pictures(examples, preprocessing, settings)
    labels = torch.tensor([example["label"] for example in examples])
    splits = {
        split: [at for at, example in enumerate(examples) if example["split"] == split]
        for split in ("train", "validation", "test")
    }
    train, validation, test = splits["train"], splits["validation"], splits["test"]
    everything = list(range(len(examples)))

    def cached(run: Stage) -> torch.Tensor:
        with torch.no_grad():
            return torch.cat([run(pictures.plain(batch)) for batch in batched(everything, 16)])

    def accuracy(logits: torch.Tensor) -> float:
        return (logits.argmax(1) == labels[test]).float().mean().item()

    if recipe == "feature-extraction":
        features = cached(chain(stages))
        head = head_on(features, labels, classes, train, validation, settings)
        return accuracy(logits_of(head, lambda batch: features[batch], test))

    if recipe == "early-features":
        lower = stages[: math.ceil(len(stages) / 2)]

        def pooled(x: torch.Tensor) -> torch.Tensor:
            means = []
            for stage in lower:
                x = stage(x)
                means.append(x.mean((2, 3)))
            return torch.cat(means, 1)

        with torch.no_grad():
            x, widths = pictures.plain([0]), []
            for stage in lower:
                x = stage(x)
                widths.append(x.shape[1])
        layers = list(cached(pooled).split(widths, 1))
        features = best_layer(layers, labels, classes, train, settings)
        head = head_on(features, labels, classes, train, validation, settings)
        return accuracy(logits_of(head, lambda batch: features[batch], test))

    if recipe == "from-scratch":
        start_anew(net)
        with torch.no_grad():
            width = chain(stages)(pictures.plain([0])).shape[1]
        head = Head(None, width, classes, settings["dropout"])
        settings = {**settings, "backboneLearningRate": settings["learningRate"]}
        whole = Network(net, stages, head)
        plain, seen, trains = pictures.plain, pictures.seen, whole.train
    else:
        frozen = max(1, len(stages) - settings["blocks"]) if recipe == "fine-tune-top" else 0
        tail = stages[frozen:]
        if frozen:
            below = cached(chain(stages[:frozen]))
            plain = seen = lambda batch: below[batch]  # noqa: E731
        else:
            plain, seen = pictures.plain, pictures.seen
        known = [*train, *validation]
        with torch.no_grad():
            rows = torch.cat([chain(tail)(plain(batch)) for batch in batched(known, 16)])
        ends = torch.zeros(len(examples), rows.shape[1])
        ends[known] = rows
        first = {
            **settings,
            "epochs": settings["headEpochs"],
            "patience": settings["headEpochs"],
            "learningRate": settings["headLearningRate"],
            "warmup": 0,
        }
        head = head_on(ends, labels, classes, train, validation, first)
        whole = Network(net, tail, head)
        trains = head.train  # the statistics of normalisations stay as they are
    fit(whole, head, plain, seen, labels, train, validation, settings, trains)
    return accuracy(logits_of(whole, plain, test))
