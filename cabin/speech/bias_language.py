"""A compiled language while it is walked word by word: made deterministic where it is visited, and kept.

A state is the set of places in the word graph that the words so far lead to (subset construction, done lazily). A
class is entered where a state meets its label; what is known at run time (contacts, stations, places) is a small graph
of its own beside the compiled one, so that adding it rebuilds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cabin.speech.bias_graph import END_NODE, GraphBuilder, WordGraph

__all__ = ["ANY_WORD", "Language", "WordState"]

ANY_WORD = -1
"""Stands among the words that may come next where any word may."""

_FREE = -1
"""The place inside an open slot, where any word leads on."""
_MOST_STATES = 4000
"""Kept at most; over that, the next utterance begins with none."""

Inside = tuple[int, frozenset[int]]
"""A node inside a class, and the nodes that come after the class."""


@dataclass(eq=False)
class WordState:
    """Where a walk may be. One object for each set of places, so that identity is equality."""

    nodes: frozenset[int]
    inside: frozenset[Inside]
    is_final: bool
    """A sentence may end here."""
    next_words: dict[int, list[int | Inside]] | None = None
    """Word -> places after it; None: not looked at yet."""
    followed: dict[int, WordState] = field(default_factory=dict)
    notes: dict[object, object] = field(default_factory=dict)
    """For whoever walks, to keep what it derived of the state."""


class Language:
    """What may be said. Not thread-safe."""

    def __init__(self, graph: WordGraph) -> None:
        self._graph = graph
        self.words: list[str] = list(graph.words)
        """Word number -> word; grows when words are added."""
        self._numbers: dict[str, int] = {word: number for number, word in enumerate(self.words)}
        self._added: dict[str, WordGraph] = {}
        """Class name -> its phrases of run time; their nodes are numbered from `_offsets` on."""
        self._offsets: dict[str, int] = {}
        self._arcs: list[list[tuple[int, int]]] = []
        """Arcs of the nodes added."""
        self._ends: list[bool] = []
        self._states: dict[tuple[frozenset[int], frozenset[Inside]], WordState] = {}

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names that `extend` takes."""
        return tuple(dict.fromkeys(each.name for each in self._graph.classes))

    @property
    def states(self) -> int:
        """How many states are kept."""
        return len(self._states)

    def extend(self, class_name: str, phrases: Iterable[str]) -> None:
        """Let a class also say `phrases` (normalized); a second call replaces those of the first.

        Raises KeyError when no sentence of the catalog has such a list.
        """
        if class_name not in self.class_names:
            raise KeyError(class_name)
        builder = GraphBuilder(words=self._numbers)
        builder.add_class(class_name, phrases)
        self._added[class_name] = builder.build()
        self.words = list(self._numbers)
        self._arcs.clear()
        self._ends.clear()
        base = len(self._graph.final)
        for name, graph in self._added.items():
            offset = self._offsets[name] = base + len(self._arcs)
            for node in range(len(graph.final)):
                own = range(graph.first[node], graph.first[node + 1])
                self._arcs.append([(int(graph.labels[arc]), int(graph.targets[arc]) + offset) for arc in own])
                self._ends.append(bool(graph.final[node]))
        self._states.clear()

    def start(self) -> WordState:
        """Return the state before the first word."""
        if len(self._states) > _MOST_STATES:
            self._states.clear()
        return self._state({self._graph.start}, ())

    def next_words(self, state: WordState) -> dict[int, list[int | Inside]]:
        """Return the words that may come next; where any word may, ANY_WORD is among them."""
        if state.next_words is None:
            found: dict[int, list[int | Inside]] = {}
            entered: dict[int, set[int]] = {}
            for node in state.nodes:
                for label, target in self._arcs_of(node):
                    if label < 0:
                        entered.setdefault(-1 - label, set()).add(target)
                    else:
                        found.setdefault(label, []).append(target)
            places = {*state.inside}
            for number, targets in entered.items():
                places.update(self._entry(number, frozenset(targets)))
            for node, back in places:
                if node == _FREE:
                    found.setdefault(ANY_WORD, []).extend([(_FREE, back), *back])
                    continue
                for label, target in self._arcs_of(node):
                    following = found.setdefault(label, [])
                    following.append((target, back))
                    if self._is_end(target):
                        following.extend(back)
            state.next_words = found
        return state.next_words

    def is_free(self, state: WordState) -> bool:
        """Whether any word may come next."""
        return ANY_WORD in self.next_words(state)

    def follow(self, state: WordState, word: int) -> WordState | None:
        """Return the state after a word, or None when it may not be said here; ANY_WORD is any word unknown here."""
        known = state.followed.get(word)
        if known is not None:
            return known
        following = self.next_words(state)
        places = [*following.get(word, ()), *(following.get(ANY_WORD, ()) if word != ANY_WORD else ())]
        if not places:
            return None
        nodes = {place for place in places if not isinstance(place, tuple)}
        result = self._state(nodes, [place for place in places if isinstance(place, tuple)])
        state.followed[word] = result
        return result

    def number(self, word: str) -> int:
        """Return the number of a word, ANY_WORD when the language does not have it."""
        return self._numbers.get(word, ANY_WORD)

    def accepts(self, words: Sequence[str]) -> bool:
        """Whether the words are a whole sentence."""
        state: WordState | None = self.start()
        for word in words:
            if state is not None:
                state = self.follow(state, self.number(word))
        return state is not None and state.is_final

    def _state(self, nodes: Iterable[int], inside: Iterable[Inside]) -> WordState:
        key = (frozenset(nodes), frozenset(place for place in inside if not self._is_dead(place)))
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = WordState(*key, any(self._is_end(node) for node in key[0]))
        return state

    def _entry(self, number: int, back: frozenset[int]) -> list[Inside]:
        """Return the places at the beginning of a class."""
        entered = self._graph.classes[number]
        places: list[Inside] = []
        if entered.start != END_NODE:
            places.append((entered.start, back))
        if entered.name in self._added:
            places.append((self._added[entered.name].classes[0].start + self._offsets[entered.name], back))
        if entered.is_free:
            places.append((_FREE, back))
        return places

    def _is_dead(self, place: Inside) -> bool:
        return place[0] != _FREE and not list(self._arcs_of(place[0]))

    def _arcs_of(self, node: int) -> Iterable[tuple[int, int]]:
        base = len(self._graph.final)
        if node >= base:
            return self._arcs[node - base]
        first, last = self._graph.first[node], self._graph.first[node + 1]
        return zip(self._graph.labels[first:last].tolist(), self._graph.targets[first:last].tolist(), strict=True)

    def _is_end(self, node: int) -> bool:
        base = len(self._graph.final)
        return bool(self._ends[node - base] if node >= base else self._graph.final[node])
