"use strict";
// A source answers about(), scene(index) and imagine(index, given), all promises: see gmn/explore/explorer.py.
// A live one has shape(index, given, network), too: the address of a mesh.

function storedSource(album) {
  return {
    about: async () => album.about,
    scene: async (index) => album.scenes[index],
    imagine: async (index, given) => album.imagined[index][given.join(",")],
  };
}

function liveSource() {
  const ask = async (path) => {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
    return answer.json();
  };
  return {
    about: () => ask("about"),
    scene: (index) => ask(`scenes/${index}`),
    imagine: (index, given) => ask(`scenes/${index}/imagined?given=${given.join(",")}`),
    shape: (index, given, network) => `scenes/${index}/shape/${network}.ply?given=${given.join(",")}`,
  };
}

const STATE = "#explore?"; // what the address holds after it: scene, given, view
const REVOLUTION = 6000; // ms

async function explore(root, source, names) {
  const part = (selector) => root.querySelector(selector);
  const scenes = part("[name=scene]"), view = part("[name=view]"), turning = part("[name=turn]");
  const about = await source.about();
  let scene = null, shown = null, asked = 0, timer = null;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  function place(tile, sheet, row, rows) {
    const across = about.views > 1 ? (100 * view.value) / (about.views - 1) : 0;
    tile.style.backgroundImage = `url("${sheet}")`;
    tile.style.backgroundSize = `${100 * about.views}% ${100 * rows}%`;
    tile.style.backgroundPosition = `${across}% ${rows > 1 ? (100 * row) / (rows - 1) : 0}%`;
  }

  function tileOf(row, label) {
    const tile = make("div", { className: "tile", role: "img", ariaLabel: label });
    tile.dataset.row = row;
    return tile;
  }

  function line(...children) {
    const row = make("div", { className: "tiles" }, ...children);
    row.style.setProperty("--tiles", children.length);
    return row;
  }

  // Samples and spread of every network, made once, below one line of captions; the truth.
  const captions = [...Array(about.shown).keys()].map((k) => `sample ${k + 1}`).concat("spread");
  const heads = line(...captions.map((caption) => make("span", { textContent: caption })));
  heads.ariaHidden = "true";
  part(".answers").append(heads);
  const truth = tileOf("truth", "truth");
  part(".truth").append(truth, make("span", { textContent: "truth" }));
  const answers = about.networks.map((network) => {
    const tiles = captions.map((caption) => tileOf(caption, `${names[network]}, ${caption}`));
    for (const tile of tiles) tile.dataset.network = network;
    const numbers = make("small");
    const mesh = make("a", { textContent: "mesh (PLY)", title: "metres", hidden: !source.shape });
    part(".answers").append(make("h3", {}, names[network], numbers, mesh), line(...tiles));
    return { network, tiles, numbers, mesh };
  });

  function draw() {
    if (!shown) return;
    const degrees = Math.round((360 * view.value) / about.views);
    part("output").textContent = `${degrees}\u00b0`;
    view.ariaValueText = `${degrees} degrees`;
    place(truth, scene.truth, 0, 1);
    for (const { network, tiles, numbers } of answers) {
      const { sheet, spread, error } = shown[network];
      tiles.forEach((tile, k) => place(tile, sheet, k, tiles.length));
      numbers.textContent = `on the object: spread ${spread.toFixed(3)}, error ${error.toFixed(3)}`;
    }
  }

  const buttons = () => [...part(".observations").children];
  const given = () => buttons().flatMap((button, k) => (button.ariaPressed === "true" ? [k] : []));

  // What the address says, as far as it makes sense here; null if it says nothing.
  function linked() {
    if (!location.hash.startsWith(STATE)) return null;
    const fields = new URLSearchParams(location.hash.slice(STATE.length));
    const among = (name, count) => {
      const said = (fields.get(name) ?? "").split(",");
      return [...Array(count).keys()].filter((k) => said.includes(String(k)));
    };
    return {
      scene: among("scene", about.scenes)[0] ?? 0,
      given: among("given", about.observations),
      view: among("view", about.views)[0] ?? 0,
    };
  }

  function link() {
    if (!scene || timer) return;
    history.replaceState(null, "", `${STATE}scene=${scenes.value}&given=${given().join(",")}&view=${view.value}`);
  }

  // Shows the answer, unless something newer was asked before it came.
  async function ask(question, show) {
    const mine = ++asked;
    root.ariaBusy = "true";
    try {
      const answer = await question();
      if (mine === asked) show(answer);
    } catch (error) {
      if (mine === asked) part(".said").textContent = `No answer: ${error.message}`;
    } finally {
      if (mine === asked) root.ariaBusy = "false";
    }
  }

  function show(imagined, labels, chosen) {
    shown = imagined;
    for (const { network, mesh } of answers) {
      if (source.shape) mesh.href = source.shape(scenes.value, chosen, network);
      mesh.download = `${network}-scene-${scenes.value}.ply`;
    }
    const refined = about.refine && labels.length ? ` Refined in ${about.refine} steps.` : "";
    part(".said").textContent = `Imagined from ${labels.join(", ") || "nothing"}.${refined}`;
    draw();
  }

  function imagine() {
    if (!scene) return; // one is being opened
    link();
    const chosen = given(), labels = chosen.map((k) => scene.observations[k].label);
    return ask(() => source.imagine(scenes.value, chosen), (imagined) => show(imagined, labels, chosen));
  }

  function offer(observation) {
    const picture = make("img", { src: observation.picture, alt: "" });
    const button = make("button", { type: "button", ariaPressed: "false" }, picture, observation.label);
    button.onclick = () => {
      button.ariaPressed = String(button.ariaPressed !== "true");
      return imagine();
    };
    return button;
  }

  function open(first) {
    scene = shown = null;
    part(".observations").replaceChildren();
    const question = () => Promise.all([source.scene(scenes.value), source.imagine(scenes.value, first)]);
    return ask(question, ([opened, imagined]) => {
      scene = opened;
      part(".observations").replaceChildren(...scene.observations.map(offer));
      for (const k of first) buttons()[k].ariaPressed = "true";
      show(imagined, first.map((k) => scene.observations[k].label), first);
    });
  }

  // What the address says, or what every visit begins with: the object turns, unless motion is unwelcome.
  function begin() {
    const state = linked();
    if (!state && !matchMedia("(prefers-reduced-motion: reduce)").matches) turn(true);
    scenes.value = state?.scene ?? 0;
    view.value = state?.view ?? 0;
    if (state) root.scrollIntoView();
    return open(state?.given ?? about.first);
  }

  function turn(on) {
    clearInterval(timer);
    timer = on ? setInterval(step, REVOLUTION / about.views) : null;
    turning.ariaPressed = String(on);
    turning.textContent = on ? "stop" : "turn";
    if (!on) link();
  }

  function step() {
    view.value = (Number(view.value) + 1) % about.views;
    draw();
  }

  turning.onclick = () => turn(!timer);
  for (const [name, pressed] of [["all", "true"], ["forget", "false"]]) {
    part(`[name=${name}]`).onclick = () => {
      for (const button of buttons()) button.ariaPressed = pressed;
      return imagine();
    };
  }
  scenes.append(...[...Array(about.scenes).keys()].map((k) => make("option", { value: k, textContent: k })));
  scenes.onchange = () => open(about.first).then(link);
  view.max = about.views - 1;
  view.oninput = () => {
    turn(false);
    draw();
  };
  part(".observations").classList.toggle("many", about.observations > 12);
  addEventListener("hashchange", () => linked() && begin());
  root.hidden = false;
  await begin();
}
