"""Overrides what `import tensorflow` means while Rasa is imported: nothing is loaded.

Rasa imports every component it ships, and with them TensorFlow, whatever config.yml names
(rasa/engine/recipes/default_recipe.py, rasa/utils/tensorflow). That is most of a start and half of
the memory of a process that never computes a tensor (docs/adr/0014-without-tensorflow.md). Here
TensorFlow and what belongs to it are modules whose names all exist, as classes fit to be inherited
from and to be written in annotations, and that refuse to be used.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

from bot.errors import ConfigurationError

PACKAGES = ("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras")
LIGHT = ("bot.", "RulePolicy", "MemoizationPolicy")
"""Beginnings of the names of components that need no TensorFlow."""
ENCODER = "encoder"
"""The option of our classifier that does (`bot.nlu.encoder`)."""


def needs_tensorflow(recipe: dict[str, Any]) -> bool:
    """Whether a config.yml names anything that may need it."""
    steps = [*(recipe.get("pipeline") or []), *(recipe.get("policies") or [])]
    return any(step.get(ENCODER) or not str(step.get("name")).startswith(LIGHT) for step in steps)


def leave_out_tensorflow(recipe: dict[str, Any]) -> None:
    """From now on an import of TensorFlow loads nothing, unless `recipe` needs it."""
    if not needs_tensorflow(recipe) and "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Finder())


class _Name(type):
    """A class that stands for one of TensorFlow's names, and has every attribute."""

    def __getattr__(cls, name: str) -> _Name:
        return _stand_in(f"{cls.__qualname__}.{name}", name)

    def __call__(cls, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise ConfigurationError(
            f"这里用到了没有加载的 TensorFlow（{cls.__qualname__}）。config.yml 里的组件都不需要它时，"
            "启动就不加载它；请检查 config.yml 是不是加了新的组件。"
        )


class _Module(ModuleType):
    def __getattr__(self, name: str) -> _Name:
        return _stand_in(f"{self.__name__}.{name}", name)


def _stand_in(path: str, name: str) -> _Name:
    """Raises AttributeError for the names by which Python asks what an object can do."""
    if name.startswith("__"):
        raise AttributeError(path)
    return _Name(path, (), {})


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: Any = None
    ) -> ModuleSpec | None:
        known = fullname.partition(".")[0] in PACKAGES
        return ModuleSpec(fullname, self, is_package=True) if known else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, _module: ModuleType) -> None:
        """There is nothing to run."""
