"""The training examples with their labels: what stands there word for word is never misunderstood.

Only digests are kept: 10 bytes an example instead of 200, nothing to build at the start. Of 2⁶⁴
digests a text that is no example meets one of a hundred thousand by chance once in 10¹⁴ messages.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.errors import ConfigurationError

_BYTES = 8
_DAMAGED = "模型里的问法清单内容异常，已拒绝加载。请删除 models/ 后重新训练。"


class KnownTexts:
    """Labels of normalised texts."""

    def __init__(
        self, digests: NDArray[np.uint64], numbers: NDArray[np.uint16], labels: NDArray[np.str_]
    ) -> None:
        """`digests` ascend; `numbers` says where in `labels` the label of each stands."""
        self._digests = digests
        self._numbers = numbers
        self._labels = labels

    @classmethod
    def of(cls, labels: Mapping[str, str]) -> KnownTexts:
        """`labels`: text → its label."""
        digests = np.array([_digest(text) for text in labels], np.uint64)
        names, numbers = np.unique(np.array(list(labels.values()), np.str_), return_inverse=True)
        order = np.argsort(digests)
        return cls(digests[order], numbers[order].astype(np.uint16), names)

    @classmethod
    def load(cls, path: Path) -> KnownTexts:
        """Raises ConfigurationError when the file is not one that `save` has written."""
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                return cls(file["digests"], file["numbers"], file["labels"])
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as exc:
            raise ConfigurationError(_DAMAGED) from exc

    def save(self, path: Path) -> None:
        np.savez(path, digests=self._digests, numbers=self._numbers, labels=self._labels)

    def label_of(self, text: str) -> str | None:
        """The label of a training example; None for any other text."""
        digest = np.uint64(_digest(text))
        at = int(np.searchsorted(self._digests, digest))
        if at == len(self._digests) or self._digests[at] != digest:
            return None
        return str(self._labels[self._numbers[at]])


def _digest(text: str) -> int:
    found = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()
    return int.from_bytes(found, "big")
