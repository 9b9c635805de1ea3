"""The report in a real browser: Debian's chromium and chromium-driver, where they are installed."""

import io

import pytest
from PIL import Image, ImageColor

from gmn.explore.explorer import STORED
from gmn.figures import dark
from gmn.figures.all import BEYOND, PUBLISHED
from tests.pipeline.conftest import wait


@pytest.fixture(params=[360, 1440])
def page(request, browser, repro):
    """The page at a phone's and at a desk's width."""
    size = {"width": request.param, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get((repro[0] / "reports/smoke/index.html").as_uri())
    assert browser.execute_script("return innerWidth") == request.param
    wait(browser, "document.querySelector('.said').textContent")  # the explorer is ready
    return browser


def test_every_picture_loads_without_an_error(page):
    wait(page, "[...document.images].every(i => i.complete)")
    widths = page.execute_script("return [...document.images].map(i => i.naturalWidth)")
    assert len(widths) == 2 * (len(PUBLISHED + BEYOND) - 1) + len(STORED) + 2 and all(widths)  # 2: turntables
    assert page.get_log("browser") == []


def test_a_phone_gets_its_own_layout_of_every_figure(page):
    """Drawn for its width, so that the smallest letters (6 pt) are 10 pixels high; a desk gets the paper's."""
    shown = page.execute_script("""
        return [...document.querySelectorAll('figure img')].filter(i => i.checkVisibility())
            .map(i => [i.className.split(' ')[0], i.clientWidth / i.naturalWidth])
    """)
    phone = page.execute_script("return innerWidth") == 360
    assert {kind for kind, _ in shown} == {"phone" if phone else "page"}
    assert len(shown) == len(PUBLISHED + BEYOND) - 1
    assert min(scale for _, scale in shown) * 6 * 96 / 72 > (9.5 if phone else 8)


@pytest.mark.parametrize("scheme, corner", [("light", "#ffffff"), ("dark", dark.PAGE)])
def test_figures_are_as_dark_as_the_page(page, scheme, corner):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    shown = [each for each in page.find_elements("css selector", "figure img") if each.is_displayed()]
    for figure in (shown[0], shown[-1]):  # of pictures, and of curves
        with Image.open(io.BytesIO(figure.screenshot_as_png)) as image:
            assert image.convert("RGB").getpixel((12, image.height - 3)) == ImageColor.getrgb(corner)
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("scheme, ink", [("light", "rgb(0, 0, 0)"), ("dark", "rgb(237, 237, 237)")])
def test_marks_on_pictures_keep_their_colours(browser, repro, scheme, ink):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get((repro[0] / "reports/smoke/figures/fig1.svg").as_uri())
    strokes, text = browser.execute_script(f"""
        const style = (selector, name) => [...document.querySelectorAll(selector)].map(e => getComputedStyle(e)[name]);
        return [style('[id^="{dark.ON_PICTURE}"] path', 'stroke'), style('[id^="text_"]', 'fill')];
    """)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert set(strokes) == {"rgb(0, 0, 0)"} and ink in text


def test_nothing_overflows(page):
    page.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    cut = page.execute_script("""
        return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, details')
            && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != 'inline')
            .map(e => e.outerHTML.slice(0, 99))
    """)
    assert cut == []


def test_a_keyboard_reaches_links_and_parts_of_claims(page):
    from selenium.webdriver import ActionChains, Keys

    ActionChains(page).send_keys(Keys.TAB, Keys.TAB).perform()  # the first is the paper
    assert page.execute_script("return document.activeElement.getAttribute('href')") == "#explore"
    page.execute_script("document.querySelector('#C3 summary').focus()")
    ActionChains(page).send_keys(Keys.ENTER).perform()
    assert page.execute_script("return document.querySelector('#C3').open")


def test_a_link_opens_the_details_that_it_leads_to(page):
    for part in ("C5", "numbers"):
        page.execute_script(f"document.querySelector('a[href=\"#{part}\"]').click()")
        assert page.execute_script(f"return document.querySelector('#{part}').open")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_both_schemes(page, scheme):
    """Contrast of body, links and verdicts with the page, as WCAG counts it: at least 4.5."""
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    ratios = page.execute_script("""
        const linear = v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
        const light = c => {
            const [r, g, b] = c.match(/[\\d.]+/g).map(v => linear(v / 255));
            return .2126 * r + .7152 * g + .0722 * b;
        };
        const canvas = document.createElement('div');
        canvas.style.backgroundColor = 'Canvas';
        document.body.append(canvas);
        const page = light(getComputedStyle(canvas).backgroundColor);
        return [...document.querySelectorAll('body, a, .verdict')].map(e => light(getComputedStyle(e).color))
            .map(own => (Math.max(own, page) + .05) / (Math.min(own, page) + .05));
    """)
    assert min(ratios) >= 4.5
