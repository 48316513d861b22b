"""A language as a small word graph: nodes, arcs with a word or a class on them, and where a sentence may end.

The graph is acyclic and may have several arcs with one label out of a node; cabin.speech.bias_language makes it
deterministic while it is walked. It is built from the end of a sentence to its beginning: nodes with equal arcs become
one as they are made (hash-consing as in Daciuk et al., "Incremental Construction of Minimal Acyclic Finite-State
Automata", 2000), so that all sentences share their endings and no sentence is ever listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cabin.catalog.template_tree import Reference, parse_template

if TYPE_CHECKING:
    from hassil.expression import Expression
    from numpy.typing import NDArray

__all__ = ["END_NODE", "GraphBuilder", "WordClass", "WordGraph"]

END_NODE = 0
"""The node without arcs, at which sentences and the phrases of classes end."""

Arc = tuple[int, int]
"""(label, target): a label below zero is the class -1 - label, any other the word of that number."""

Frontier = dict[str, int]
"""What must still be added to the word that ends here -> the node that comes after it."""


@dataclass(frozen=True)
class WordClass:
    """What may stand at one place of a template: the entries of a list, numbers, or any words."""

    name: str
    """The list's name; "value" for numbers. What is known at run time is added by this name."""
    start: int
    """The node at which its phrases begin; END_NODE: it has none."""
    is_free: bool = False
    """Any words may stand here: an open slot."""


@dataclass(frozen=True)
class WordGraph:
    """A compiled language. The arcs of node n are those from first[n] to first[n + 1]."""

    words: tuple[str, ...]
    classes: tuple[WordClass, ...]
    start: int
    first: NDArray[np.int32]
    """Shape (nodes + 1,)."""
    labels: NDArray[np.int32]
    """Shape (arcs,): see Arc."""
    targets: NDArray[np.int32]
    """Shape (arcs,)."""
    final: NDArray[np.bool_]
    """Shape (nodes,): a sentence may end here."""

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays and words."""
        arrays = self.first.nbytes + self.labels.nbytes + self.targets.nbytes + self.final.nbytes
        return arrays + sum(len(word.encode()) for word in self.words)


@dataclass
class GraphBuilder:
    """Collects sentences and classes; `build` gives the graph."""

    words: dict[str, int] = field(default_factory=dict)
    classes: list[WordClass] = field(default_factory=list)
    _nodes: list[frozenset[Arc]] = field(default_factory=lambda: [frozenset()])
    _ends: list[bool] = field(default_factory=lambda: [True])
    _known: dict[tuple[frozenset[Arc], bool], int] = field(default_factory=lambda: {(frozenset(), True): END_NODE})
    _root: set[Arc] = field(default_factory=set)
    _listed_twins: dict[int, int] = field(default_factory=dict)
    _chunks: dict[tuple[str, tuple[tuple[str, int], ...]], Frontier] = field(default_factory=dict)

    def add_template(self, template: str, classes: Mapping[Reference, int], after: int | None = None) -> None:
        """Add the sentences of a template; `classes` holds the number of the class that each {list} stands for.

        `after` is a class that may follow the sentence. Raises TemplateSyntaxError for what hassil cannot read.
        """
        end = END_NODE if after is None else self._node({(-1 - after, END_NODE)}, True)
        frontier = self._before(parse_template(template).expression, {"": end}, classes)
        arcs, _ = self._closed(frontier)
        self._root |= {(self._listed(label), target) for label, target in arcs}

    def add_class(self, name: str, phrases: Iterable[str], *, then: Iterable[str] = (), is_free: bool = False) -> int:
        """Add a class and return its number; each phrase may be followed by one of `then`."""
        followed: set[Arc] = set()
        for phrase in then:
            followed |= self._phrase(phrase, END_NODE)
        end = self._node(followed, True) if followed else END_NODE
        arcs: set[Arc] = set()
        for phrase in phrases:
            arcs |= self._phrase(phrase, end)
        self.classes.append(WordClass(name, self._node(arcs, False) if arcs else END_NODE, is_free))
        return len(self.classes) - 1

    def _listed(self, label: int) -> int:
        """Return the label to use at the beginning of a sentence: an open slot there may only say what its list has,
        or every sentence of all would be one of the language.
        """
        if label >= 0 or not self.classes[-1 - label].is_free:
            return label
        number = self._listed_twins.get(label)
        if number is None:
            number = self._listed_twins[label] = len(self.classes)
            self.classes.append(replace(self.classes[-1 - label], is_free=False))
        return -1 - number

    def build(self, before: int | None = None) -> WordGraph:
        """Return the graph; `before` is a class that may stand before every sentence."""
        start = self._node(self._root, False)
        if before is not None:
            start = self._node({*self._root, (-1 - before, start)}, False)
        counts = [len(arcs) for arcs in self._nodes]
        flat = [arc for arcs in self._nodes for arc in sorted(arcs)]
        table = np.array(flat, np.int32).reshape(-1, 2)
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        ends = np.array(self._ends, np.bool_)
        return WordGraph(
            tuple(self.words), tuple(self.classes), start, first, table[:, 0].copy(), table[:, 1].copy(), ends
        )

    def _node(self, arcs: Iterable[Arc], ends: bool) -> int:
        key = (frozenset(arcs), ends)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._nodes)
            self._nodes.append(key[0])
            self._ends.append(ends)
        return number

    def _word(self, word: str) -> int:
        return self.words.setdefault(word, len(self.words))

    def _phrase(self, phrase: str, end: int) -> frozenset[Arc]:
        """Return the arcs at the beginning of a phrase."""
        words = phrase.split()
        for word in reversed(words[1:]):
            end = self._node({(self._word(word), end)}, False)
        return frozenset({(self._word(words[0]), end)}) if words else frozenset()

    def _closed(self, frontier: Frontier) -> tuple[frozenset[Arc], bool]:
        """Return arcs and ending of a place where a word begins."""
        arcs: set[Arc] = set()
        ends = False
        for rest, node in frontier.items():
            if rest:
                arcs.add((self._word(rest), node))
            else:
                arcs |= self._nodes[node]
                ends = ends or self._ends[node]
        return frozenset(arcs), ends

    def _space(self, frontier: Frontier) -> Frontier:
        if len(frontier) == 1 and "" in frontier:
            return frontier
        arcs, ends = self._closed(frontier)
        return {"": self._node(arcs, ends)}

    def _before(self, expression: Expression, after: Frontier, classes: Mapping[Reference, int]) -> Frontier:
        """Return the frontier before an expression, given that after it."""
        from hassil import expression as tree

        if isinstance(expression, tree.TextChunk):
            return self._before_text(expression.original_text, after)
        if isinstance(expression, tree.ListReference):
            label = -1 - classes[Reference(expression.list_name, expression.slot_name)]
            return {"": self._node({(label, self._space(after)[""])}, False)}
        assert isinstance(expression, tree.Group)
        if isinstance(expression, tree.Alternative):
            return self._union([self._before(item, after, classes) for item in expression.items])
        if isinstance(expression, tree.Permutation):
            return self._permuted(tuple(expression.items), after, classes)
        for item in reversed(expression.items):
            after = self._before(item, after, classes)
        return after

    def _permuted(self, items: tuple[Expression, ...], after: Frontier, classes: Mapping[Reference, int]) -> Frontier:
        """All orders: each item may be the last one."""
        if len(items) <= 1:
            return self._before(items[0], after, classes) if items else after
        return self._union(
            [
                self._permuted(items[:last] + items[last + 1 :], self._before(items[last], after, classes), classes)
                for last in range(len(items))
            ]
        )

    def _before_text(self, text: str, after: Frontier) -> Frontier:
        key = (text, tuple(sorted(after.items())))
        known = self._chunks.get(key)
        if known is not None:
            return known
        frontier = after
        pieces = text.split(" ")
        for number, piece in enumerate(reversed(pieces)):
            if number:
                frontier = self._space(frontier)
            if piece:
                frontier = {piece + rest: node for rest, node in frontier.items()}
        self._chunks[key] = frontier
        return frontier

    def _union(self, frontiers: list[Frontier]) -> Frontier:
        merged: dict[str, list[int]] = {}
        for frontier in frontiers:
            for rest, node in frontier.items():
                nodes = merged.setdefault(rest, [])
                if node not in nodes:
                    nodes.append(node)
        result: Frontier = {}
        for rest, nodes in merged.items():
            if len(nodes) > 1:
                arcs = frozenset[Arc]().union(*(self._nodes[node] for node in nodes))
                result[rest] = self._node(arcs, any(self._ends[node] for node in nodes))
            else:
                result[rest] = nodes[0]
        return result
