"""What the command ``gmn`` does with the package alone; stages do it with the settings and networks of a checkout."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy is imported; networks this small gain little from more

from gmn.mese.settings import SceneSettings  # noqa: E402

# As the set `test` of scale `laptop`: scenes that no network of the package was trained on.
SCENES = SceneSettings(name="test", image_size=32, crop_size=32)
