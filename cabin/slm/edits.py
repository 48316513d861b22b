"""A sample's text changed in one place: what its slots copy moves, or changes, with it."""

from __future__ import annotations

from dataclasses import replace

from cabin.catalog.sampling import Sample, SampledCall

__all__ = ["edit"]


def edit(sample: Sample, start: int, end: int, words: str) -> Sample:
    """Return the sample with text[start:end] replaced by `words`.

    Spans behind the place move; a slot whose span holds the place copies the new words. Raises ValueError when the
    place reaches over one end of a span, or into a span whose slot does not hold words.
    """
    shift = len(words) - (end - start)
    text = sample.text[:start] + words + sample.text[end:]
    return replace(sample, text=text, calls=tuple(_edited(call, start, end, shift, text) for call in sample.calls))


def _edited(call: SampledCall, start: int, end: int, shift: int, text: str) -> SampledCall:
    slots, spans = dict(call.slots), dict(call.spans)
    for name, (first, last) in call.spans.items():
        if end <= first:
            spans[name] = (first + shift, last + shift)
        elif start < last:
            if not (first <= start and end <= last and isinstance(slots[name], str)):
                raise ValueError(f"characters {start} to {end} cannot change: slot {name} copies {first} to {last}")
            spans[name] = (first, last + shift)
            slots[name] = text[first : last + shift]
    return replace(call, slots=slots, spans=spans)
