"""Figures for readers who prefer dark pages: an SVG says itself how its colours change, pictures keep theirs."""

import colorsys
import re

PAGE, INK = "#121212", "#ededed"  # what white and black become
STYLE = re.compile(r"(<style[^>]*>)([^<]*)")
PAINT = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")
ON_PICTURE = "on-picture"  # begins the gid of what is drawn on a picture: it keeps its colours, too
VIVID = 0.25  # saturation from which a colour of middling lightness is read on either page


def adaptive(svg: str) -> str:
    """An SVG of matplotlib's that is dark where the reader prefers that: lightness turned round, hues kept."""
    kept = f'[id^="{ON_PICTURE}"]'
    rules = [f"svg {{fill: {INK}}}", f"{kept} {{fill: black}}"]  # what has no colour of its own is black
    for kind, colour in sorted(set(PAINT.findall(svg))):
        if (other := on_dark(colour)) != colour:
            rules.append(f'[style*="{kind}: {colour}"]:not({kept} *) {{{kind}: {other} !important}}')
    dark = "\n@media screen and (prefers-color-scheme: dark) {\n" + "\n".join(rules) + "\n}\n"
    return STYLE.sub(lambda found: found.group() + dark, svg, count=1)


def on_dark(colour: str) -> str:
    """``colour``, #rrggbb, as a dark page has it; what is vivid and neither light nor dark stays."""
    hue, light, saturation = colorsys.rgb_to_hls(*(int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)))
    if saturation >= VIVID and 0.2 < light < 0.8:
        return colour
    low, high = (int(end[1:3], 16) / 255 for end in (PAGE, INK))
    rgb = colorsys.hls_to_rgb(hue, high - (high - low) * light, min(saturation, 0.5))
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)
