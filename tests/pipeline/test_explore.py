"""The explorer as a user meets it: stored in the report, and served by live networks."""

import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from tests.pipeline.conftest import ENVIRONMENT, wait


@pytest.fixture(scope="module")
def server(repro):
    """Address of a running `python -m stages explore`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "stages", "explore", "--port", str(port), "--refine", "2"]
    process = subprocess.Popen(command, cwd=repro[0], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    try:
        said = iter(process.stdout.readline, "")
        assert any(f"http://127.0.0.1:{port}" in line for line in said)  # after a line a network
        address = f"http://127.0.0.1:{port}/"
        for _ in range(100):
            try:
                urlopen(address).close()
                break
            except URLError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def ask(address: str) -> dict:
    with urlopen(address) as answer:
        return json.load(answer)


def test_live_networks_answer(server):
    about = ask(f"{server}about")
    assert about["networks"] == ["apoe", "baseline", "poe", "apoe_map"] and about["scenes"] == 12
    scene = ask(f"{server}scenes/3")
    assert [each["sense"] for each in scene["observations"]] == 15 * ["look"] + 15 * ["touch"]
    nothing, some = (ask(f"{server}scenes/3/imagined?given={given}") for given in ("", "20,2"))
    assert set(nothing) == {"apoe", "baseline", "poe", "apoe_map"} and nothing != some
    assert ask(f"{server}scenes/3/imagined?given=2,20") == some


@pytest.mark.parametrize(
    "path, status, word",
    [
        ("scenes/12", 404, "there are 12"),
        ("scenes/x", 422, "use a number"),
        ("scenes/-1", 422, "use a number"),
        ("scenes/" + "9" * 5000, 422, "at most 6 digits"),
        ("scenes/0/imagined?given=30", 404, "there are 30"),
        ("scenes/0/imagined?given=1;2", 422, "use a number"),
        ("scenes/0/imagined?given=" + "1," * 20_000, 422, "30 observations"),
        ("scenes/0/shape/pose.ply", 404, "network: got 'pose'; there are apoe, baseline, poe"),
        ("scenes/0/shape/apoe.ply?given=30", 404, "there are 30"),
        ("../params.yaml", 404, "Not Found"),
    ],
)
def test_a_wrong_question_is_explained(server, path, status, word):
    with pytest.raises(HTTPError) as error:
        urlopen(server + path)
    assert error.value.code == status and word in error.value.read().decode()


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_another_site_is_refused(server, headers):
    with pytest.raises(HTTPError) as error:
        urlopen(Request(f"{server}about", headers=headers))
    assert error.value.code in (400, 403)


def test_many_questions_at_once_and_a_slow_client(server):
    """The page is answered while others wait, and somebody who says nothing keeps nobody."""
    host, port = server.removeprefix("http://").rstrip("/").split(":")
    paths = [f"scenes/{k}/imagined?given={k}" for k in range(12)] + [f"scenes/{k}" for k in range(12)] + ["about"] * 476
    with socket.create_connection((host, int(port))) as slow, ThreadPoolExecutor(200) as pool:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127")
        questions = [pool.submit(ask, server + path) for path in paths]
        began = time.monotonic()
        assert ask(f"{server}about")["scenes"] == 12
        assert time.monotonic() - began < 10
        assert all(question.result() for question in questions)


@pytest.fixture(params=["stored", "live"])
def explorer(request, browser, repro):
    """The page, open in a browser by a link that gives one look."""
    stored = (repro[0] / "reports/smoke/index.html").as_uri()
    address = stored if request.param == "stored" else request.getfixturevalue("server")
    browser.get("about:blank")  # else a link to the page that is open would not load it
    resize(browser, 800, 900)
    browser.get(address + "#explore?scene=0&given=0&view=0")
    wait(browser, said("look 1"))
    yield browser
    assert browser.get_log("browser") == []


def resize(browser, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def said(given: str) -> str:
    """The page says what it imagined from."""
    return f"document.querySelector('.said').textContent.startsWith('Imagined from {given}.')"


def address(browser) -> str:
    return browser.execute_script("return location.hash")


def degrees(browser) -> str:
    return browser.find_element("css selector", ".explorer output").text


def pictures(browser) -> dict[str, list[str]]:
    """Sheet and place in it of every tile of APoE, by caption."""
    return browser.execute_script("""
        return Object.fromEntries([...document.querySelectorAll('[data-network=apoe], [data-row=truth]')].map(
            t => [t.dataset.row, [t.style.backgroundImage, t.style.backgroundPosition]]))
    """)


def click(browser, label: str) -> None:
    (button,) = [b for b in browser.find_elements("css selector", ".observations button") if b.text == label]
    button.click()


def test_looks_and_touches_are_given_and_taken_back_one_by_one(explorer):
    click(explorer, "look 1")
    wait(explorer, said("nothing"))
    nothing = pictures(explorer)
    click(explorer, "look 2")
    wait(explorer, said("look 2"))
    one = pictures(explorer)
    click(explorer, "touch 1")
    wait(explorer, said("look 2, touch 1"))
    both = pictures(explorer)
    assert len({nothing["sample 1"][0], one["sample 1"][0], both["sample 1"][0]}) > 1
    click(explorer, "look 2")
    wait(explorer, said("touch 1"))
    explorer.find_element("css selector", "[name=forget]").click()
    wait(explorer, said("nothing"))
    assert pictures(explorer) == nothing
    explorer.find_element("css selector", "[name=all]").click()
    wait(explorer, "!document.querySelector('.observations [aria-pressed=false]')")


def test_it_says_how_samples_were_refined(explorer):
    says = explorer.find_element("css selector", ".said")
    assert says.text == "Imagined from look 1. Refined in 2 steps."
    click(explorer, "look 1")
    wait(explorer, said("nothing"))
    assert says.text == "Imagined from nothing."


def test_a_keyboard_turns_the_viewpoint_of_every_tile(explorer):
    before = pictures(explorer)
    view = explorer.find_element("css selector", "[name=view]")
    view.send_keys("\ue014")  # right arrow
    after = pictures(explorer)
    assert after.keys() == before.keys()
    for caption, (sheet, place) in after.items():
        assert sheet == before[caption][0] and place != before[caption][1]
    assert degrees(explorer) != "0°"


def test_a_visit_begins_with_a_look_and_every_touch(explorer):
    here = explorer.current_url.partition("#")[0]
    explorer.get("about:blank")
    explorer.get(here)
    wait(explorer, "document.querySelector('.said').textContent")
    pressed = [b.text for b in explorer.find_elements("css selector", ".observations [aria-pressed=true]")]
    offered = [b.text for b in explorer.find_elements("css selector", ".observations button")]
    assert pressed == ["look 1"] + [label for label in offered if label.startswith("touch")]
    assert address(explorer) == ""  # nobody chose anything yet
    wait(explorer, "document.querySelector('.explorer output').textContent !== '0°'")  # it turns


def test_a_link_holds_what_is_seen(explorer):
    click(explorer, "touch 1")
    wait(explorer, said("look 1, touch 1"))
    explorer.find_element("css selector", "[name=view]").send_keys("\ue014")
    before, link = pictures(explorer), explorer.current_url
    explorer.get("about:blank")
    explorer.get(link)
    wait(explorer, said("look 1, touch 1"))
    assert pictures(explorer) == before


def test_a_link_that_makes_no_sense_opens_what_does(explorer):
    here = explorer.current_url.partition("#")[0]
    for broken in ("scene=99&given=1,999,x&view=-1", "given=1&scene=%F0&view"):
        explorer.get("about:blank")
        explorer.get(f"{here}#explore?{broken}")
        wait(explorer, said("look 2"))
        assert degrees(explorer) == "0°"


def test_it_turns_until_it_is_stopped(explorer):
    turn = explorer.find_element("css selector", "[name=turn]")
    turn.click()
    wait(explorer, "document.querySelector('.explorer output').textContent !== '0°'")
    turn.click()
    stopped = degrees(explorer)
    time.sleep(1)
    assert degrees(explorer) == stopped and "view=0" not in address(explorer)


@pytest.mark.parametrize("width, height", [(1440, 900), (390, 844)])
def test_the_explorer_fits_on_a_screen(explorer, width, height):
    resize(explorer, width, height)
    box = "document.querySelector('.explorer').getBoundingClientRect()"
    assert explorer.execute_script(f"return {box}.height <= innerHeight && {box}.width <= innerWidth")
    assert explorer.find_element("css selector", "[data-network=poe][data-row=spread]").is_displayed()


def test_samples_lie_in_rows_of_one_sheet_that_loads(explorer):
    shown = pictures(explorer)
    samples = [caption for caption in shown if caption.startswith("sample")]
    assert len(samples) >= 2 and len({shown[caption][1] for caption in samples}) == len(samples)
    loaded = explorer.execute_async_script(
        "const done = arguments[1], i = new Image(); i.onload = i.onerror = () => done(i.naturalWidth);"
        "i.src = arguments[0].slice(5, -2)",
        shown["sample 1"][0],
    )
    assert loaded > 0


def test_another_scene_can_be_chosen(explorer):
    from selenium.webdriver.support.ui import Select

    choice = Select(explorer.find_element("css selector", "[name=scene]"))
    before = pictures(explorer)
    choice.select_by_index(len(choice.options) - 1)
    wait(explorer, "document.querySelector('.explorer').ariaBusy === 'false'")
    if len(choice.options) > 1:
        wait(explorer, f"document.querySelector('[data-row=truth]').style.backgroundImage !== {before['truth'][0]!r}")
