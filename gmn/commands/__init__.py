"""What the command ``gmn`` does with the package alone; stages do it with the settings and networks of a checkout."""

from gmn.mese.settings import SceneSettings

# As the set `test` of scale `laptop`: scenes that no network of the package was trained on.
SCENES = SceneSettings("test", image_size=32, crop_size=32)
