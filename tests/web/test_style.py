"""The design system keeps its promises: size, contrast, policy-safe markup, no shape missing."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from integrity.web import statuses

ROOT = Path(__file__).resolve().parents[2]
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = (ROOT / "static" / "icons" / "sprite.svg").read_text()
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))

TONES = ["quiet", "open", "wait", "stop", "good", "appeal"]
GROUNDS = ["ground", "wash", "wash-2", "accent-wash"]


def _tokens() -> dict[str, tuple[str, str]]:
    css = (ROOT / "static" / "css" / "tokens.css").read_text()
    pairs = re.findall(r"--([\w-]+):light-dark\((#\w+),(#\w+)\)", css)
    return {name: (light, dark) for name, light, dark in pairs}


def _luminance(colour: str) -> float:
    digits = colour[1:]
    if len(digits) == 3:
        digits = "".join(c * 2 for c in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _ratio(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [("ink", g) for g in [*GROUNDS, *(f"{t}-wash" for t in TONES), "mark"]]
TEXT += [("ink-2", g) for g in GROUNDS] + [("on-accent", "accent"), ("on-accent", "accent-2")]
TEXT += [(tone, g) for tone in TONES for g in [*GROUNDS, f"{tone}-wash"]]
EDGES = [(name, g) for name in ("edge-ink", "focus") for g in GROUNDS]
EDGES += [("rule-ink", "ground"), ("accent", "ground")]


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [(a, b, 4.5) for a, b in TEXT] + [(a, b, 3.0) for a, b in EDGES],
    ids=lambda value: str(value),
)
def test_contrast_is_enough_in_light_and_dark(one: str, other: str, least: float) -> None:
    tokens = _tokens()
    for theme in (0, 1):
        assert _ratio(tokens[one][theme], tokens[other][theme]) >= least


def test_the_light_fallback_has_the_same_colours() -> None:
    css = (ROOT / "static" / "css" / "tokens.css").read_text()
    fallback = css.partition("@supports")[0]
    plain = dict(re.findall(r"--([\w-]+):(#\w+)", fallback))
    assert plain == {name: light for name, (light, _dark) in _tokens().items()}


def test_styles_stay_below_fifteen_kilobytes() -> None:
    sizes = {style.name: len(gzip.compress(style.read_bytes(), 9)) for style in STYLES}
    assert sum(sizes.values()) <= 15 * 1024, sizes


def test_every_style_is_linked() -> None:
    text = "".join(template.read_text() for template in TEMPLATES)
    linked = set(re.findall(r"css/([\w-]+\.css)", text))
    assert linked == {style.name for style in STYLES}


def test_colours_are_named_in_the_tokens_only() -> None:
    for style in STYLES:
        if style.name != "tokens.css":
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", style.read_text()), style.name


def test_no_style_knows_left_from_right() -> None:
    physical = re.compile(
        r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right)|left|right|text-align:(?:left|right))"
        r"\s*:(?!\s*0\s*[;}])"
    )
    for style in STYLES:
        assert not physical.findall(style.read_text()), style.name


def test_every_variable_used_is_a_token_or_set_here() -> None:
    css = "\n".join(style.read_text() for style in STYLES)
    defined = set(re.findall(r"(--[\w-]+)\s*:", css))
    assert set(re.findall(r"var\((--[\w-]+)", css)) <= defined


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_templates_hold_nothing_the_content_policy_refuses(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<[^>]*\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text)
    assert "javascript:" not in text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_icon_and_status_of_a_template_has_a_shape(template: Path) -> None:
    text = template.read_text()
    for name in re.findall(r'{% icon "([^"]+)"', text):
        assert f"i-{name}" in SYMBOLS, name
    for name in re.findall(r'{% (?:status|shape) "([^"]+)"', text):
        assert f"s-{statuses.look_up(name).shape}" in SYMBOLS, name


def test_every_known_status_has_its_shape_tone_and_word() -> None:
    for name in statuses.names():
        look = statuses.look_up(name)
        assert f"s-{look.shape}" in SYMBOLS, name
        assert look.tone in statuses.TONES
        assert str(look.word)


def test_an_unknown_status_is_an_error_that_says_where_to_add_it() -> None:
    with pytest.raises(LookupError, match=r"statuses\.py"):
        statuses.look_up("on holiday")


def test_a_status_cannot_be_registered_with_another_look() -> None:
    with pytest.raises(ValueError, match="otherwise"):
        statuses.register("triage", shape="over", tone="stop", word="Triage")
    with pytest.raises(ValueError, match="tone"):
        statuses.register("something", shape="over", tone="pink", word="Something")


def test_what_others_made_carries_its_licence() -> None:
    assert (
        "SIL OPEN FONT LICENSE" in (ROOT / "static/fonts/PUBLIC-SANS-OFL.txt").read_text().upper()
    )
    assert "ISC License" in (ROOT / "static/icons/LUCIDE-LICENSE.txt").read_text()
    tokens = (ROOT / "static/css/tokens.css").read_text()
    for font in re.findall(r"url\(\.\./fonts/([^)]+)\)", tokens):
        assert (ROOT / "static/fonts" / font).exists()


def test_nothing_is_loaded_from_another_host() -> None:
    for path in [*STYLES, ROOT / "static/js/app.js", *TEMPLATES]:
        text = path.read_text()
        assert not re.search(r"(?:src|url\(|@import)\s*=?\s*[\"'(]?(?:https?:)?//", text), path
