"""
The built-in networks as PyTorch has them, for the scripts that make golden numbers and for the benchmarks.

The nets are torchvision's own; EfficientNet-Lite0 and the Keras variant of MobileNetV2 pad like TensorFlow, which is
written here anew, from TensorFlow's definition of `same`.
"""

import json
import math
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

# torchvision without its compiled operators is enough, but for this module, which registers them.
sys.modules.setdefault(
    "torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations")
)
from torchvision import models  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))
from seeded import uniform  # noqa: E402


def fill(net: nn.Module, name: str) -> nn.Module:
    """Weights as drawn-weights.ts draws them: He's uniform for matrices, small for the rest."""
    state = net.state_dict()
    for key, value in state.items():
        if key.endswith("num_batches_tracked"):
            continue
        if value.dim() > 1:
            bound = math.sqrt(6 / math.prod(value.shape[1:]))
            low, high = -bound, bound
        elif key.endswith(".running_var") or (key.endswith(".weight")):
            low, high = 0.5, 1.5
        else:
            low, high = -0.1, 0.1
        drawn = uniform(f"{name}/{key}", value.numel(), low, high)
        state[key] = torch.from_numpy(drawn).reshape(value.shape)
    net.load_state_dict(state)
    return net.eval()


def same(x: torch.Tensor, kernel: int, stride: int) -> torch.Tensor:
    """TensorFlow's `same` padding: ceil(size / stride) outputs, the odd zero at the bottom right."""
    pads = []
    for size in (x.shape[3], x.shape[2]):
        total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


class SameConv(nn.Conv2d):
    def forward(self, x):
        x = same(x, self.kernel_size[0], self.stride[0])
        return F.conv2d(x, self.weight, None, self.stride, 0, 1, self.groups)


class LiteBlock(nn.Module):
    def __init__(self, channels, kernel, stride, expansion, out):
        super().__init__()
        wide = channels * expansion
        if expansion != 1:
            self._expand_conv = SameConv(channels, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, eps=1e-3)
        self._depthwise_conv = SameConv(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=1e-3)
        self._project_conv = SameConv(wide, out, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(out, eps=1e-3)
        self.shortcut = stride == 1 and channels == out

    def forward(self, x):
        y = F.relu6(self._bn0(self._expand_conv(x))) if hasattr(self, "_bn0") else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.shortcut else y


class Lite0(nn.Module):
    # kernel, stride, expansion, output channels
    table = (
        [(3, 1, 1, 16)]
        + [(3, 2, 6, 24), (3, 1, 6, 24)]
        + [(5, 2, 6, 40), (5, 1, 6, 40)]
        + [(3, 2, 6, 80)] + [(3, 1, 6, 80)] * 2
        + [(5, 1, 6, 112)] * 3
        + [(5, 2, 6, 192)] + [(5, 1, 6, 192)] * 3
        + [(3, 1, 6, 320)]
    )  # fmt: skip

    def __init__(self):
        super().__init__()
        self._conv_stem = SameConv(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks, channels = [], 32
        for kernel, stride, expansion, out in self.table:
            blocks.append(LiteBlock(channels, kernel, stride, expansion, out))
            channels = out
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SameConv(320, 1280, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(1280, eps=1e-3)

    def forward(self, x):
        for stage in self.stages():
            x = stage(x)
        return x

    def stages(self) -> "list[Stage]":
        return [
            lambda x: F.relu6(self._bn0(self._conv_stem(x))),
            *self._blocks,
            lambda x: F.relu6(self._bn1(self._conv_head(x))).mean((2, 3)),
        ]


def keras_mobilenet() -> nn.Module:
    """torchvision's net with Keras's padding and epsilon, up to the widened map of block 14."""
    net = models.mobilenet_v2()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-3
        if isinstance(module, nn.Conv2d) and module.kernel_size[0] > 1:
            module.padding = (0, 0)
            module.register_forward_pre_hook(
                lambda conv, args: (same(args[0], conv.kernel_size[0], conv.stride[0]),)
            )
    return net


Stage = Callable[[torch.Tensor], torch.Tensor]


def chain(stages: list[Stage]) -> Stage:
    def run(x: torch.Tensor) -> torch.Tensor:
        for stage in stages:
            x = stage(x)
        return x

    return run


def mean(x: torch.Tensor) -> torch.Tensor:
    return x.mean((2, 3))


def stages_of(net: nn.Module, name: str) -> list[Stage]:
    """From picture to features, divided where Graft's blocks end; `name` as Graft calls the network."""
    if name == "efficientnet_lite0":
        return net.stages()
    if name == "resnet18":
        stem = chain([net.conv1, net.bn1, net.relu, net.maxpool])
        blocks = [block for layer in (net.layer1, net.layer2, net.layer3, net.layer4) for block in layer]
        return [stem, *blocks[:-1], chain([blocks[-1], mean])]
    if name == "mobilenet_v2":
        return [*net.features[:-1], chain([net.features[-1], mean])]
    if name == "mobilenet_v2 keras":
        return [*net.features[:14], chain([net.features[14].conv[0], mean])]
    pools = [at for at, layer in enumerate(net.features) if isinstance(layer, nn.MaxPool2d)]
    groups = [net.features[start:end] for start, end in zip([0, *[p + 1 for p in pools]], [p + 1 for p in pools])]
    if name == "vgg16_conv":
        return [*groups[:-1], chain([groups[-1], mean])]
    if name == "vgg16":
        # What a picture of 224 pixels has is 7 x 7, which torchvision's adaptive pooling leaves as it is.
        first = chain([lambda x: torch.flatten(x, 1), net.classifier[0], net.classifier[1]])
        return [*groups, first, chain([net.classifier[3], net.classifier[4]])]
    raise KeyError(name)


def read_safetensors(file: str) -> dict[str, torch.Tensor]:
    """All of its float32 tensors."""
    data = Path(file).read_bytes()
    length = int.from_bytes(data[:8], "little")
    blob = memoryview(data)[8 + length :]
    tensors = {}
    for name, about in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        start, end = about["data_offsets"]
        values = np.frombuffer(blob[start:end], np.float32).copy()
        tensors[name] = torch.from_numpy(values).reshape(about["shape"])
    return tensors
