"""Learns the small network that tells paper from desk (kiosk/imaging/sheet_net.onnx) from drawn scenes alone.

    python scripts/learn_sheet_net.py TEXTURES PAGES --out kiosk/imaging/sheet_net.onnx [--minutes 60]

Needs PyTorch and onnx, which the product does not. TEXTURES is a folder of photographs of surfaces, PAGES one of rendered
pages; see scripts/scenes. Two processes: one draws, one learns.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from pathlib import Path

import numpy as np
import torch
from scenes.material import Material
from scenes.scene import draw_scene
from torch import nn
from torch.nn import functional

SIZES = ((256, 192), (192, 256))
BATCH = 16
KEPT = 3000
CHANNELS = (16, 32, 48, 64, 96)
SHRINK = 4


class Block(nn.Module):
    """Two 3 x 3 convolutions with a short cut."""

    def __init__(self, into: int, out: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(into, out, 3, stride, dilation, dilation, bias=False)
        self.second = nn.Conv2d(out, out, 3, 1, dilation, dilation, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(out), nn.BatchNorm2d(out)])
        self.short = nn.Identity() if into == out and stride == 1 else nn.Conv2d(into, out, 1, stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found = functional.relu(self.norms[0](self.first(x)))
        return functional.relu(self.norms[1](self.second(found)) + self.short(x))


class SheetNet(nn.Module):
    """Picture (n, 3, h, w) in 0..255, h and w multiples of 32, to logits (n, 2, h/4, w/4): inside a sheet, on its rim."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e = CHANNELS
        self.stem = nn.Sequential(
            nn.Conv2d(3, a, 3, 2, 1, bias=False), nn.BatchNorm2d(a), nn.ReLU(),
            nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(), Block(b, b),
        )  # fmt: skip
        self.down = nn.ModuleList([Block(b, c, 2), Block(c, d, 2), Block(d, e, 2)])
        self.deep = nn.Sequential(Block(e, e, dilation=2), Block(e, e))
        self.up = nn.ModuleList([Block(e + d, d), Block(d + c, c), Block(c + b, b)])
        self.head = nn.Conv2d(b, 2, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem((x - 127.5) / 64)
        seen = [x]
        for step in self.down:
            x = step(x)
            seen.append(x)
        x = self.deep(x)
        for step, beside in zip(self.up, seen[-2::-1], strict=True):
            x = functional.interpolate(x, size=beside.shape[2:], mode="bilinear", align_corners=False)
            x = step(torch.cat([x, beside], dim=1))
        return self.head(x)


def draw(textures: Path, pages: Path, seed: int, scenes: multiprocessing.Queue) -> None:
    """The drawing process: scene after scene, for ever."""
    material = Material(textures, pages)
    while True:
        size = SIZES[seed % len(SIZES)]
        scene = draw_scene(material, seed, size)
        labels = np.stack([scene.inside, scene.rim])
        scenes.put((scene.image, (labels * 255).astype(np.uint8)))
        seed += 1


class Store:
    """The newest scenes of each size; each is learned from a few times, turned and mirrored."""

    def __init__(self, scenes: multiprocessing.Queue) -> None:
        self._scenes = scenes
        self._kept: dict[tuple[int, ...], list] = {}
        self.drawn = 0

    def take_in(self, least: int) -> None:
        while least > 0 or not self._scenes.empty():
            image, labels = self._scenes.get()
            kept = self._kept.setdefault(image.shape[:2], [])
            place = self.drawn // len(SIZES) % (KEPT // len(SIZES))
            kept[place : place + 1] = [(image, labels)]
            self.drawn, least = self.drawn + 1, least - 1

    def batch(self, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        kept = self._kept[sorted(self._kept)[rng.integers(len(self._kept))]]
        chosen = [kept[place] for place in rng.integers(0, len(kept), BATCH)]
        images = np.stack([image for image, _ in chosen]).transpose(0, 3, 1, 2)
        labels = np.stack([label for _, label in chosen])
        if rng.random() < 0.5:
            images, labels = images[..., ::-1], labels[..., ::-1]
        if rng.random() < 0.5:
            images, labels = images[:, :, ::-1], labels[:, :, ::-1]
        if rng.random() < 0.15:
            images = images[:, ::-1]
        return torch.from_numpy(images.copy()).float(), torch.from_numpy(labels.copy()).float() / 255


def loss_of(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy on both maps, and the overlap of the whole mask, so that small sheets count too."""
    wanted = functional.avg_pool2d(labels, SHRINK)
    crossed = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none").mean(dim=(2, 3))
    inside = torch.sigmoid(logits[:, 0])
    common = (inside * wanted[:, 0]).sum(dim=(1, 2))
    dice = 1 - (2 * common + 20) / (inside.sum(dim=(1, 2)) + wanted[:, 0].sum(dim=(1, 2)) + 20)
    return (crossed[:, 0] + 1.5 * crossed[:, 1] + 0.5 * dice).mean()


def write(net: nn.Module, path: Path) -> None:
    """Write the network as ONNX with free height and width, the two maps as probabilities."""
    whole = nn.Sequential(net, nn.Sigmoid()).eval()
    torch.onnx.export(
        whole, (torch.zeros(1, 3, 192, 256),), str(path), input_names=["picture"], output_names=["maps"], dynamo=False,
        dynamic_axes={"picture": {2: "height", 3: "width"}, "maps": {2: "height", 3: "width"}},
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("textures", type=Path)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=3e-3, help="the largest step")
    parser.add_argument("--start", type=Path, help="weights to go on from (.pt)")
    options = parser.parse_args()
    scenes: multiprocessing.Queue = multiprocessing.Queue(256)
    seed = int(time.time()) % 100_000 * 1000  # another run, other scenes
    multiprocessing.Process(target=draw, args=(options.textures, options.pages, seed, scenes), daemon=True).start()
    torch.manual_seed(1)
    torch.set_num_threads(1)  # two threads that wait for each other on a busy machine are slower than one
    net = SheetNet().to(memory_format=torch.channels_last)
    if options.start:
        net.load_state_dict(torch.load(options.start))
    print(sum(part.numel() for part in net.parameters()), "weights", flush=True)
    learner = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-4)
    store, rng = Store(scenes), np.random.default_rng(0)
    store.take_in(300)
    started, step, smooth, told = time.time(), 0, None, 0.0
    while (gone := (time.time() - started) / 60 / options.minutes) < 1:
        store.take_in(0)
        for group in learner.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 200) * (0.5 + 0.5 * np.cos(np.pi * gone)) + 1e-5
        images, labels = store.batch(rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = net(images.to(memory_format=torch.channels_last)).float()
        loss = loss_of(logits, labels)
        learner.zero_grad()
        loss.backward()
        learner.step()
        step, smooth = step + 1, loss.item() if smooth is None else smooth * 0.98 + loss.item() * 0.02
        if time.time() - told > 60:
            told = time.time()
            print(f"{gone:.0%} step {step}, {store.drawn} scenes, loss {smooth:.4f}", flush=True)
            torch.save(net.state_dict(), options.out.with_suffix(".pt"))
    torch.save(net.state_dict(), options.out.with_suffix(".pt"))
    write(net.eval(), options.out)


if __name__ == "__main__":
    main()
