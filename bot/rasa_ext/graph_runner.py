"""Overrides how Rasa runs the graph of a loaded model: its nodes one after the other.

Rasa hands the graph to dask (rasa/engine/runner/dask.py), which plans it anew and starts a pool's
worth of machinery for every message and every prediction, to run a few nodes in one thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage


class SequentialRunner(GraphRunner):
    """Runs the nodes that a target needs, each after those it needs itself."""

    def __init__(self, schema: GraphSchema, nodes: Mapping[str, GraphNode]) -> None:
        self._schema = schema
        self._nodes = nodes
        self._plans: dict[tuple[str, ...], list[str]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> SequentialRunner:
        runner = DaskGraphRunner(graph_schema, model_storage, execution_context, hooks)
        return cls(graph_schema, runner._instantiated_nodes)

    def run(
        self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """What the targets return. Raises GraphRunError for an input that is missing."""
        wanted = tuple(targets or self._schema.target_names)
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in self._plan(wanted):
            needs = self._schema.nodes[name].needs.values()
            missing = [need for need in needs if need not in done]
            if missing:
                raise GraphRunError(f"Node {name} needs {', '.join(missing)}.")
            done[name] = self._nodes[name](*(done[need] for need in needs))
        return {name: done[name][1] for name in wanted}

    def _plan(self, targets: tuple[str, ...]) -> list[str]:
        """The nodes to run, in order."""
        if targets not in self._plans:
            order: dict[str, None] = {}
            for target in targets:
                self._add(target, order)
            self._plans[targets] = list(order)
        return self._plans[targets]

    def _add(self, name: str, order: dict[str, None]) -> None:
        if name in order or name not in self._nodes:  # what is no node is an input
            return
        for need in self._schema.nodes[name].needs.values():
            self._add(need, order)
        order[name] = None


def run_sequentially(agent: Any) -> None:
    """Gives `agent`'s processor such a runner of the nodes it has loaded."""
    loaded: DaskGraphRunner = agent.processor.graph_runner
    agent.processor.graph_runner = SequentialRunner(
        loaded._graph_schema, loaded._instantiated_nodes
    )
