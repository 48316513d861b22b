"""Sound inside a car, made from the laws of its sources: one source a file, all in pascals, all from a seed.

level                                      A-weighting, sound pressure levels, the active level of speech
spectrum fourier                           noise with given octave-band levels, slow wander; filters
tyres wind engine ventilator rain wipers indicator window music babble       the sources
reverberation microphone                   the way from a mouth to the samples
scene                                      a car in a situation: which sources, how loud
mixing                                     speech and scene at a stated ratio

A model, not a recording: no sound of anybody is in it, and the same seed gives the same samples. What it lacks is told
in docs/noise.md.
"""
