"""The noise workshop: commands spoken by many voices, in the noise of a car, through the whole hearing chain.

voices, spoken      who speaks, and the speech kept on disk
sentences, plan     what is said, with what it means, and by whom
items, conditions   what is heard: spoken sentences or recordings, in which noise
listening, trial    one sound through the chain; one item under one condition, scored
chatter             people who talk among themselves, and what cabin does of it
results, figures    a line for each trial, to go on from; shares with their uncertainty
charts, page        curves
"""
