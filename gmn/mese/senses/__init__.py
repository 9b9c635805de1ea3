"""The senses of MESE, one object each: a sense of yours is a file beside the others and an entry here."""

from gmn.mese.senses.haptics import Haptics
from gmn.mese.senses.sense import Sense
from gmn.mese.senses.vision import Vision

# In the order in which they observe a scene: what a later one draws changes nothing of those before it.
SENSES: dict[str, Sense] = {sense.name: sense for sense in (Vision(), Haptics())}
