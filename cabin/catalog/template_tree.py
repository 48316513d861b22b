"""Templates parsed by hassil, and what one tells without a catalog: its {lists}, letters, whether it can be empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hassil.expression import Expression, Sentence

__all__ = [
    "MAX_CHARACTERS",
    "Reference",
    "Shape",
    "TemplateSyntaxError",
    "count_references",
    "parse_template",
    "shape_of",
]

_NOT_NORMAL = re.compile(r"[^\w\s'.]|[A-Z]|_")
"""What never stands in a normalized utterance (cabin.slm.text.normalize)."""


MAX_CHARACTERS = 2000
"""Longer templates are a mistake: they hold one sentence, with alternatives. It also bounds the nesting."""


class TemplateSyntaxError(ValueError):
    """A template that hassil cannot read, or with what catalogs do not use. Stays inside this package."""


@dataclass(frozen=True)
class Reference:
    """{list} or {list:slot}."""

    list_name: str
    slot_name: str
    """The list's name when the template does not say."""

    def __str__(self) -> str:
        return f"{{{self.list_name}}}" if self.list_name == self.slot_name else f"{{{self.list_name}:{self.slot_name}}}"


@dataclass(frozen=True)
class Shape:
    """What a template is made of."""

    counts: Mapping[Reference, tuple[int, int]]
    """Reference -> how often it stands in an expansion at least and at most."""
    can_be_empty: bool
    not_normal: str = ""
    """A character of its literal text that no normalized utterance has; empty when all is well."""


@cache
def parse_template(template: str) -> Sentence:
    """Return hassil's tree of a template. Raises TemplateSyntaxError."""
    from hassil.parse_expression import parse_sentence
    from hassil.parser import ParseError

    if not template.strip():
        raise TemplateSyntaxError("the sentence is empty")
    if len(template) > MAX_CHARACTERS:
        raise TemplateSyntaxError(f"longer than {MAX_CHARACTERS} characters")
    try:
        return parse_sentence(template)
    except ParseError as error:
        raise TemplateSyntaxError(str(error) or "not a template") from error
    except (AssertionError, IndexError) as error:  # hassil asserts on "()", "[]" and "{}"
        raise TemplateSyntaxError("empty brackets") from error
    except RecursionError as error:
        raise TemplateSyntaxError("the brackets are nested too deeply") from error


@cache
def shape_of(template: str) -> Shape:
    """Return the shape of a template. Raises TemplateSyntaxError."""
    return _shape(parse_template(template).expression)


def _shape(expression: Expression) -> Shape:
    from hassil import expression as tree

    if isinstance(expression, tree.TextChunk):
        text = expression.original_text
        wrong = _NOT_NORMAL.search(text)
        return Shape({}, not text.strip(), wrong.group() if wrong else "")
    if isinstance(expression, tree.ListReference):
        if expression.is_inline_range or ".." in expression.list_name:
            raise TemplateSyntaxError(f"{{{expression.list_name}}}: ranges stand at the slot; write {{value}}")
        if not expression.list_name or expression.is_capture:
            raise TemplateSyntaxError("empty braces or a capture")
        return Shape({Reference(expression.list_name, expression.slot_name): (1, 1)}, False)
    if isinstance(expression, tree.RuleReference):
        raise TemplateSyntaxError(f"<{expression.rule_name}>: catalogs have no expansion rules; write the words out")
    if not isinstance(expression, tree.Group):
        raise TemplateSyntaxError(f"unknown part {type(expression).__name__}")
    parts = [_shape(item) for item in expression.items]
    wrong_char = next((part.not_normal for part in parts if part.not_normal), "")
    references = dict.fromkeys(reference for part in parts for reference in part.counts)
    if isinstance(expression, tree.Alternative):
        counts = {
            reference: (
                min(part.counts.get(reference, (0, 0))[0] for part in parts),
                max(part.counts.get(reference, (0, 0))[1] for part in parts),
            )
            for reference in references
        }
        return Shape(counts, any(part.can_be_empty for part in parts), wrong_char)
    counts = {
        reference: (
            sum(part.counts.get(reference, (0, 0))[0] for part in parts),
            sum(part.counts.get(reference, (0, 0))[1] for part in parts),
        )
        for reference in references
    }
    return Shape(counts, all(part.can_be_empty for part in parts), wrong_char)


def count_references(template: str, wanted: frozenset[Reference]) -> tuple[int, int]:
    """Return how many of some references an expansion holds at least and at most. Raises TemplateSyntaxError."""
    return _count(parse_template(template).expression, wanted) if wanted else (0, 0)


def _count(expression: Expression, wanted: frozenset[Reference]) -> tuple[int, int]:
    from hassil import expression as tree

    if isinstance(expression, tree.ListReference):
        number = int(Reference(expression.list_name, expression.slot_name) in wanted)
        return number, number
    if not isinstance(expression, tree.Group) or not expression.items:
        return 0, 0
    parts = [_count(item, wanted) for item in expression.items]
    if isinstance(expression, tree.Alternative):
        return min(least for least, _ in parts), max(most for _, most in parts)
    return sum(least for least, _ in parts), sum(most for _, most in parts)
