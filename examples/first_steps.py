"""First steps with a trained network: look, touch, imagine, doubt, decide.

Cells begin with `# %%`: run it whole (some twenty seconds), or cell by cell in VS Code or Spyder; first_steps.ipynb is
the same for Jupyter. No data and no training are needed. Pictures go to a temporary folder, whose name is printed.
"""

# %% A scene nobody has seen: five painted cubes, 15 looks at them and 15 grasps
import tempfile
from pathlib import Path

import numpy as np
import torch

from gmn.explore.scene import SensedScene, imagine, orbit
from gmn.figures.imagined import draw
from gmn.figures.scene import draw as draw_scene
from gmn.figures.style import save_picture
from gmn.mese.pose import query
from gmn.mese.settings import SceneSettings
from gmn.trained import TrainedGMN

torch.set_num_threads(1)  # networks this small gain little from more, and other work keeps its cores
out = Path(tempfile.mkdtemp(prefix="first-steps-"))
print(f"pictures: {out}")
settings = SceneSettings(name="first-steps", image_size=32, crop_size=32)
scene = SensedScene.make(settings, 0)
save_picture(draw_scene(scene.arrays, "A new scene"), out / "scene.png")

# %% A network that was trained on thousands of others
model = TrainedGMN.from_pretrained("laptop/m2/apoe")
print(f"{model.config.network}: {sum(p.numel() for p in model.parameters()):,} weights, senses:")
for modality in model.modalities:
    print(f"  {modality.name}: {modality.shape}")

# %% What it believes after three touches and one look: four samples, which are surer than they should be
angles = orbit(8)
known = {"vision": [0], "haptics": [0, 1, 2]}
belief = model.infer(scene.contexts(known), refine=10)  # ten steps of gradient ascent for this scene
imagined = imagine(belief, angles, samples=4)
picture = draw(scene.pictures(known), {"APoE": imagined}, scene.truth(angles), "From one look and three touches", "")
save_picture(picture, out / "imagined.png")

# %% The other way round: what will the hand feel there?
felt, wrists = scene.arrays["haptics"], query(scene.arrays["hand"])
belief = model.infer(scene.contexts({"vision": range(5)}))
expected = belief.imagine({"haptics": wrists[10:]}, samples=8)["haptics"].mean(0).numpy()  # (5, 132), SI units
blind = model.infer({}).imagine({"haptics": wrists[10:]}, samples=8)["haptics"].mean(0).numpy()
joints = slice(0, 22)  # angles, rad
for name, guess in (("five looks", expected), ("nothing", blind)):
    error = np.sqrt(np.mean((guess - felt[10:])[:, joints] ** 2))
    print(f"joint angles expected from {name}: off by {error:.3f} rad")

# %% How much does each touch tell? The error of five pictures that nobody has seen, imagined from touches alone
unseen, cameras = scene.contexts({"vision": range(10, 15)})["vision"]  # (5, 3, 32, 32)
for touches in (0, 1, 5, 15):
    guess = model.infer(scene.contexts({"haptics": range(touches)}), refine=10).imagine({"vision": cameras}, samples=16)
    off = guess["vision"].mean(0).mean(1).numpy() - unseen.mean(1) / 255  # of grey: touch tells no colours
    print(f"given {touches:2d} touches: grey is off by {np.sqrt(np.mean(off**2)):.3f}")

# %% Which of ten objects was touched? Ask how likely the pictures of each are
scenes = [SensedScene.make(settings, k) for k in range(10)]
seen = [each.contexts({"vision": range(10, 15)}) for each in scenes]
ranks = []
for k, each in enumerate(scenes):
    touched = model.infer(each.contexts({"haptics": range(15)}))
    scores = [touched.log_likelihood(pictures, samples=5) for pictures in seen]
    ranks.append(np.argsort(scores)[::-1].tolist().index(k) + 1)
first, mean = ranks.count(1), np.mean(ranks)
print(f"the touched object's pictures rank first {first} times of 10 (chance: 1), {mean:.1f} on average (5.5)")
