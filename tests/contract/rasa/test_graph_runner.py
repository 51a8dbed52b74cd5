"""Our runner does with a graph what Rasa's does."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from rasa.engine.exceptions import GraphComponentException, GraphRunError
    from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    from bot.rasa_ext.graph_runner import SequentialRunner, run_sequentially

pytestmark = pytest.mark.filterwarnings("ignore")


class Sum(GraphComponent):
    """Adds what it is given, and remembers how often."""

    def __init__(self) -> None:
        self.runs = 0

    @classmethod
    def create(cls, *_: Any, **__: Any) -> Sum:
        return cls()

    def add(self, left: int, right: int) -> int:
        self.runs += 1
        if left < 0:
            raise ValueError("negative")
        return left + right


def node(left: str, right: str) -> SchemaNode:
    return SchemaNode(
        needs={"left": left, "right": right},
        uses=Sum,
        constructor_name="create",
        fn="add",
        config={},
        eager=True,
    )


SCHEMA = GraphSchema(
    {
        "total": node("first", "second"),
        "second": node("first", "b"),
        "first": node("a", "b"),
        "other": node("a", "absent"),
    }
)


@pytest.fixture(params=[DaskGraphRunner, SequentialRunner])
def runner(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    storage = LocalModelStorage.create(tmp_path)
    return request.param.create(SCHEMA, storage, ExecutionContext(SCHEMA))


def test_a_target_is_made_of_what_it_needs(runner: Any) -> None:
    assert runner.run({"a": 1, "b": 2}, ["total"]) == {"total": 8}
    assert runner.run({"a": 1, "b": 2}, ["second", "first"]) == {"second": 5, "first": 3}
    assert runner.run({"a": 2, "b": 2}, ["total"]) == {"total": 10}, "nothing is kept of a run"


def test_each_node_runs_once(runner: Any) -> None:
    runner.run({"a": 1, "b": 2}, ["total", "second"])
    nodes = getattr(runner, "_nodes", None) or runner._instantiated_nodes
    assert [nodes[name]._component.runs for name in SCHEMA.nodes] == [1, 1, 1, 0]


def test_a_missing_input_is_an_error(runner: Any) -> None:
    with pytest.raises(GraphRunError):
        runner.run({"a": 1}, ["other"])


def test_what_goes_wrong_in_a_node_is_known_by_its_name(runner: Any) -> None:
    with pytest.raises(GraphComponentException, match="first"):
        runner.run({"a": -1, "b": 2}, ["total"])


def test_an_agent_goes_on_with_the_components_it_has_loaded(tmp_path: Path) -> None:
    storage = LocalModelStorage.create(tmp_path)
    loaded = DaskGraphRunner.create(SCHEMA, storage, ExecutionContext(SCHEMA))
    agent = SimpleNamespace(processor=SimpleNamespace(graph_runner=loaded))
    run_sequentially(agent)
    assert isinstance(agent.processor.graph_runner, SequentialRunner)
    agent.processor.graph_runner.run({"a": 1, "b": 2}, ["first"])
    assert loaded._instantiated_nodes["first"]._component.runs == 1
