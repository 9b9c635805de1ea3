"""The size of the report's explorer."""

from typing import Annotated

from pydantic import Field

from gmn.arguments import Count, Steps
from gmn.section import Section


class Album(Section):
    """Scenes, viewpoints, samples of z, and steps of gradient ascent by which they are refined."""

    scenes: Count
    views: Count
    samples: Annotated[int, Field(ge=2)]
    refine: Steps
