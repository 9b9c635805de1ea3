"""The size of the report's explorer."""

from typing import Annotated

from pydantic import Field

from gmn.arguments import Count
from gmn.section import Section


class Album(Section):
    """Scenes, viewpoints, and samples of z."""

    scenes: Count
    views: Count
    samples: Annotated[int, Field(ge=2)]
