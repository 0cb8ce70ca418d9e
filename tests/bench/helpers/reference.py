"""What the benchmarks hold Graft against. Reads {"name", "given"} a line, answers {"value"}: a number.

Networks have random weights, as on the other side: speed does not depend on them.
"""

import json
import sys
import time
import types
from pathlib import Path

# torchvision's compiled operators are not needed, and may not fit this PyTorch.
sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
import torchvision  # noqa: E402
from PIL import Image  # noqa: E402
from torch import nn  # noqa: E402
from torch.utils.data import DataLoader, Dataset  # noqa: E402

from learns import learned  # noqa: E402

LAYOUTS = {"default": torch.contiguous_format, "channels_last": torch.channels_last}
CLASSES = 10


def network(name: str, layout: str) -> nn.Module:
    net = getattr(torchvision.models, name)(weights=None)
    return net.eval().to(memory_format=LAYOUTS[layout])


class Pictures(Dataset):
    """Shorter side to 224, the middle of the longer, as Graft has it."""

    def __init__(self, folder: str):
        self.files = sorted(Path(folder).iterdir())
        self.transform = torchvision.transforms.Compose(
            [
                torchvision.transforms.Resize(224, torchvision.transforms.InterpolationMode.LANCZOS),
                torchvision.transforms.CenterCrop(224),
                torchvision.transforms.ToTensor(),
                torchvision.transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
            ]
        )

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, at: int) -> torch.Tensor:
        picture = Image.open(self.files[at])
        picture.draft("RGB", (224, 224))  # libjpeg's scaled decoding, where it can
        return self.transform(picture.convert("RGB"))


def extraction(model: str, folder: str, layout: str, workers: int) -> float:
    net = network(model, layout)
    if model == "vgg16":
        net.classifier = net.classifier[:-1]
    else:
        setattr(net, "fc" if model.startswith("resnet") else "classifier", nn.Identity())
    pictures = Pictures(folder)
    loader = DataLoader(pictures, batch_size=16, num_workers=workers)
    start = time.perf_counter()
    with torch.inference_mode():
        for batch in loader:
            net(batch.to(memory_format=LAYOUTS[layout]))
    return len(pictures) / (time.perf_counter() - start)


def steps(net: nn.Module, x: torch.Tensor, count: int, optimizer: str) -> float:
    """Examples a second over `count` steps, after one to warm up."""
    labels = torch.arange(len(x)) % CLASSES
    trained = [p for p in net.parameters() if p.requires_grad]
    step = (
        torch.optim.SGD(trained, lr=1e-4, momentum=0.9, weight_decay=0.01)
        if optimizer == "sgd"
        else torch.optim.AdamW(trained, lr=1e-4)
    )
    for i in range(count + 1):
        if i == 1:
            start = time.perf_counter()
        step.zero_grad()
        F.cross_entropy(net(x), labels).backward()
        step.step()
    return count * len(x) / (time.perf_counter() - start)


class ResNetTail(nn.Module):
    """ResNet18 from its last stage on."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.stage, self.pool, self.head = net.layer4, net.avgpool, nn.Linear(512, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.flatten(self.pool(self.stage(x)), 1))


def resnet_tail(batch: int, count: int, optimizer: str, layout: str) -> float:
    tail = ResNetTail(network("resnet18", layout)).to(memory_format=LAYOUTS[layout])
    x = torch.rand(batch, 256, 14, 14).contiguous(memory_format=LAYOUTS[layout])
    return steps(tail, x, count, optimizer)


def training(model: str, frozen: int | None, batch: int, count: int, optimizer: str, layout: str) -> float:
    """The usual script: the whole network in every step, gradients for what is not frozen.

    frozen: how many of the network's parts, from the input, stay as they are; None trains all.
    """
    net = network(model, layout)
    if model.startswith("resnet"):
        net.fc = nn.Linear(512, CLASSES)
        parts = [net.conv1, net.bn1, net.layer1, net.layer2, net.layer3, net.layer4]
    else:
        net.classifier = nn.Linear(1280, CLASSES)
        parts = list(net.features)
    for part in parts[: frozen or 0]:
        part.requires_grad_(False)
    x = torch.rand(batch, 3, 224, 224).contiguous(memory_format=LAYOUTS[layout])
    return steps(net, x, count, optimizer)


WORKS = {f.__name__: f for f in (extraction, resnet_tail, training, learned)}

if __name__ == "__main__":
    print(json.dumps({"version": torch.__version__}))
    for line in sys.stdin:
        request = json.loads(line)
        given = request["given"]
        torch.set_num_threads(given.pop("threads"))
        try:
            answer = {"value": WORKS[request["name"]](**given)}
        except Exception as problem:  # noqa: BLE001 - said on the other side
            answer = {"problem": repr(problem)}
        print(json.dumps(answer))
