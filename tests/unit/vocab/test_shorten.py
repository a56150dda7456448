"""Long texts end after a whole paragraph or sentence."""

import pytest

from fedi_artisan.vocab.html import plain_text, post_html

START = "<p>First sentence here. Second <em>one is here. And</em> third.</p>"
TEXT = "First sentence here. Second *one is here. And* third.\n\nNext para.\n\n- item one\n- item two"


@pytest.mark.parametrize(
    ("longest", "html"),
    [
        (0, "<p>…</p>"),
        (3, "<p>F…</p>"),
        (12, "<p>First…</p>"),
        (25, "<p>First sentence here. …</p>"),
        (42, "<p>First sentence here. Second <em>one is here.</em> …</p>"),
        (55, f"{START}<p>…</p>"),
        (75, f"{START}<p>Next para.</p><ul><li>item one</li></ul><p>…</p>"),
        (79, f"{START}<p>Next para.</p><ul><li>item one</li><li>item two</li></ul>"),
    ],
)
def test_where_a_text_ends(longest: int, html: str) -> None:
    """It ends after what fits whole: a paragraph, an item, a sentence; with "…" for the rest."""
    assert post_html(TEXT, longest=longest) == html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("word " * 20, "<p>word word word…</p>"),
        ("w" * 100, f"<p>{'w' * 18}…</p>"),
        ("He said « Oui. » And more words follow", "<p>He said « Oui. …</p>"),
        ("It costs 3.50 and no more than that", "<p>It costs 3.50 and…</p>"),
        ("> **quoted words that go on and on**", "<blockquote><p><strong>quoted words that…</strong></p></blockquote>"),
        ("```\none\ntwo\n" + "three\n" * 9 + "```", "<pre><code>one<br>two<br>three…</code></pre>"),
        ("a\n\n```\n" + "three\n" * 9 + "```", "<p>a</p><p>…</p>"),
        ("|a|b|\n|-|-|\n|" + "c" * 50 + "|d|", "<p>a · b</p><p>…</p>"),
        ("one two  \nthree four  \nfive six", "<p>one two<br>three four…</p>"),
    ],
)
def test_odd_texts_end_well(markdown: str, html: str) -> None:
    """Without a sentence that fits the first words stand, and every element is closed."""
    shortened = post_html(markdown, longest=20)
    assert shortened.replace("…</strong>", "</strong>…") == html.replace("…</strong>", "</strong>…")
    assert len(plain_text(shortened)) <= 22
