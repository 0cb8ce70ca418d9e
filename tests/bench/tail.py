"""How fast PyTorch trains ResNet18's layer4 and a new head on cached features: compare tail.ts.

    python tests/bench/tail.py [batch] [steps] [optimizer]
"""

import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "fixtures"))
from training import Tail, drawn, fill  # noqa: E402

batch = int(sys.argv[1]) if len(sys.argv) > 1 else 32
steps = int(sys.argv[2]) if len(sys.argv) > 2 else 8
optimizer = sys.argv[3] if len(sys.argv) > 3 else "sgd"
torch.set_num_threads(2)

for name, layout in [("default", torch.contiguous_format), ("channels_last", torch.channels_last)]:
    net = Tail(10)
    fill(net)
    net.eval().to(memory_format=layout)
    x = drawn("features", (batch, 256, 14, 14), 0, 1).contiguous(memory_format=layout)
    labels = torch.arange(batch) % 10
    step = (
        torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9, weight_decay=0.01)
        if optimizer == "sgd"
        else torch.optim.AdamW(net.parameters(), lr=1e-4)
    )
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step.zero_grad()
        F.cross_entropy(net(x), labels).backward()
        step.step()
        times.append(time.perf_counter() - start)
    best = min(times[1:])
    print(f"{name}: {optimizer}, batch {batch}: {1000 * best:.0f} ms a step, {batch / best:.1f} images/s")
