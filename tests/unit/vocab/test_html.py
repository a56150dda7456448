"""HTML of others is made safe, and the artisan's Markdown becomes what pages and other servers show."""

import time

import pytest

from fedi_artisan.vocab.html import _or_as_text, page_html, plain_text, post_html, sanitise
from fedi_artisan.vocab.rewriting import without_quote_line
from tests.conformance.documents import ELEMENTS
from tests.conformance.everybody import elements_of

LINK = 'rel="nofollow noopener ugc" target="_blank"'


@pytest.mark.parametrize(
    ("foreign", "safe"),
    [
        ("", ""),
        ("plain & simple", "plain &amp; simple"),
        ("<p>a<br>b</p>", "<p>a<br>b</p>"),
        ("<p>a<br/>b", "<p>a<br>b</p>"),
        ("<h1>A</h1><h6>B</h6>", "<p><strong>A</strong></p><p><strong>B</strong></p>"),
        ("<h2>A <em>b</em></h2>", "<p><strong>A <em>b</em></strong></p>"),
        ("<div><section>a</section></div>", "a"),
        ("<p>a<!-- b -->c</p>", "<p>ac</p>"),
        ("<p>a<script>b</script><style>c</style><svg><text>d</text></svg><iframe>e</iframe></p>", "<p>a</p>"),
        ("<math><mi>x</mi></math><template>y</template><object>z</object>a", "a"),
        ('<p onclick="x()" style="color:red" id="top">a</p>', "<p>a</p>"),
        ("<p lang='fr' dir='rtl'>a</p>", '<p lang="fr">a</p>'),
        ('<ol start="3" type="I"><li value="9">a</li></ol>', '<ol start="3"><li>a</li></ol>'),
        ("<ruby>土<rp>(</rp><rt>つち</rt></ruby>", "<ruby>土<rp>(</rp><rt>つち</rt></ruby>"),
        ("<img src=x onerror=alert(1)>a<video src=x>b</video>", "ab"),
        ("<form action=/x><input value=y><button>a</button></form>", "a"),
        ("<span class='mention evil invisible'>a</span>", '<span class="mention invisible">a</span>'),
        ("<p class='mention'>a</p>", "<p>a</p>"),
        ("<annotation>a</annotation>b", "b"),
        ("<math><annotation-xml encoding>a", ""),
    ],
)
def test_sanitise(foreign: str, safe: str) -> None:
    """WIRE 10.2 #48: what WIRE 10.4 lists is left, all else goes, its text mostly stays."""
    assert sanitise(foreign) == safe


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "java&#10;script:alert(1)",
        "&#106;avascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "/studio/delete",
        "//evil.example/",
        "studio",
        "#top",
        "https://good.example@evil.example/",
        "mailto:a@b.example",
    ],
)
def test_links_lead_to_plain_addresses(href: str) -> None:
    """WIRE 10.2 #48: a link to anything but an http(s) address of a host loses its address, and keeps its words."""
    assert sanitise(f'<a href="{href}">a</a>') == f"<a {LINK}>a</a>"


def test_links_are_marked_as_foreign() -> None:
    """A link keeps its address and gets our `rel` and `target`, whatever it came with (WIRE 10.4)."""
    foreign = '<a href="https://a.example/?b=c&amp;d" rel="me opener" target="_top" class="u-url x" title="t">a</a>'
    assert sanitise(foreign) == f'<a href="https://a.example/?b=c&amp;d" class="u-url" {LINK}>a</a>'


def test_depth_is_capped() -> None:
    """WIRE 10.4: deeper than 32 elements only the words are left."""
    deep = sanitise("<blockquote>" * 100 + "<b>a</b>" + "</blockquote>" * 100)
    assert deep == "<blockquote>" * 32 + "a" + "</blockquote>" * 32


def test_length_is_capped() -> None:
    """WIRE 10.4: of a text of any length the first 20,000 characters are read."""
    assert sanitise("a" * 1_000_000) == "a" * 20_000
    assert sanitise("a" * 19_990 + '<a href="https://a.example/">b</a>') == "a" * 19_990


@pytest.mark.parametrize(
    "bomb",
    [
        "<p>" + "".join(f"<b a{number}>" for number in range(1100)) + "</p>" + "<p>x" * 2400,
        "<p>" + "".join(f"<FONT a{number}>" for number in range(700)) + "</p>" + "<p>x" * 4000,
        "<b>" * 6000,
        "<div>" * 4000,
        "<table>" * 2800,
        "<b>" * 2000 + "<p>" * 2000 + "</b>" * 1500,
        "<a href=//x>" * 1600,
        "&" * 20_000,
        "<" * 20_000,
        "<!--" * 5000,
        "<svg><style>" * 1600,
    ],
    ids=range(11),
)
def test_bombs(bomb: str) -> None:
    """WIRE 10.2 #45: no markup of 20 kB takes long to read or unfolds to much."""
    begin = time.perf_counter()
    safe = sanitise(bomb)
    assert time.perf_counter() - begin < 1
    assert len(safe) < 300_000


def test_half_characters_are_no_trouble() -> None:
    """WIRE 10.2 #49: halves of characters, which JSON can carry, become question marks."""
    assert sanitise("a\ud83db") == "a?b"
    assert plain_text("\udfff") == "?"
    assert page_html("a\ud83d") == "<p>a?</p>\n"
    assert post_html("a\ud83d", longest=10) == "<p>a?</p>"


def test_whatever_fails_becomes_text() -> None:
    """WIRE 10.2 #49: should the parser fail, in Python or in Rust, the text is shown with its tags escaped."""

    class PanicException(BaseException):
        """What a panic in Rust arrives as."""

    def fail(_html: str) -> str:
        raise ValueError

    def panic(_html: str) -> str:
        raise PanicException

    def stop(_html: str) -> str:
        raise KeyboardInterrupt

    assert _or_as_text(fail, "<b>a</b>") == "<p>&lt;b&gt;a&lt;/b&gt;</p>"
    assert _or_as_text(panic, "<b>a</b>") == "<p>&lt;b&gt;a&lt;/b&gt;</p>"
    with pytest.raises(KeyboardInterrupt):
        _or_as_text(stop, "<b>a</b>")


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>a</p><p>b<br>c</p>", "a\nb\nc"),
        ("<p>a\n  b</p>", "a b"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("&lt;b&gt; &amp; &nbsp;c", "<b> & c"),
        ("<script>a</script><p></p>", ""),
    ],
)
def test_plain_text(html: str, words: str) -> None:
    """Of HTML the words remain, a line for each paragraph."""
    assert plain_text(html) == words


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# A\n## B\n### C\n###### D", "<h2>A</h2>\n<h3>B</h3>\n<h4>C</h4>\n<h4>D</h4>\n"),
        ("## A\n##### B\n# C\n### D\n## E", "<h2>A</h2>\n<h3>B</h3>\n<h2>C</h2>\n<h3>D</h3>\n<h3>E</h3>\n"),
        ("*a* **b** ~~c~~", "<p><em>a</em> <strong>b</strong> <s>c</s></p>\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("<b>a</b> <script>b</script>", "<p>&lt;b&gt;a&lt;/b&gt; &lt;script&gt;b&lt;/script&gt;</p>\n"),
        ("<div onclick=x>", "<p>&lt;div onclick=x&gt;</p>\n"),
        ("[a](https://a.example/)", '<p><a href="https://a.example/" rel="noopener">a</a></p>\n'),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n"),
        ("![a <b>](https://a.example/b.jpg)", "<p>a &lt;b&gt;</p>\n"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>\n"),
    ],
)
def test_page_html(markdown: str, html: str) -> None:
    """Markdown becomes our page's HTML, headings below the page's; HTML in it is text, pictures are their words."""
    assert page_html(markdown) == html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("", ""),
        ("a\nb  \nc", "<p>a b<br>c</p>"),
        ("# A\n\nb", "<p><strong>A</strong></p><p>b</p>"),
        ("- a\n- b\n\n1. c", "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>"),
        ("> a\n>\n> b", "<blockquote><p>a</p><p>b</p></blockquote>"),
        ("```py\na\n\tb\n```", "<pre><code>a<br>    b</code></pre>"),
        ("    <a>\n    b", "<pre><code>&lt;a&gt;<br>b</code></pre>"),
        ("`a\tb`", "<p><code>a b</code></p>"),
        ("~~a~~", "<p><del>a</del></p>"),
        ("a\n\n---\n\nb", "<p>a</p><p>b</p>"),
        ("|a|b|\n|-|-|\n|c|*d*|", "<p>a · b</p><p>c · <em>d</em></p>"),
        ("![a](https://a.example/b.jpg) c", "<p>a c</p>"),
        ("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>"),
        (
            '[a](https://a.example/ "b\nc")',
            '<p><a href="https://a.example/" rel="nofollow noopener" target="_blank">a</a></p>',
        ),
        ("[a](/b)", '<p><a rel="nofollow noopener" target="_blank">a</a></p>'),
    ],
)
def test_post_html(markdown: str, html: str) -> None:
    """Markdown for other servers has only what all of them show, without line ends or tabs (WIRE 4.2)."""
    post = post_html(markdown, longest=1000)
    assert post == html
    assert elements_of(post).found <= ELEMENTS
    assert not set(post) & set("\n\r\t")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("https://good.example", True),
        ("good.example", True),
        ("www.good.example/shop", True),
        ("(good.example)", True),
        ("see https://good.example/a now", True),
        ("good.example/a b", True),
        ("<b>good</b>.<i>example</i>", True),
        ('<span class="invisible">https://</span>good.example<span class="invisible">/a</span>', True),
        ("https://evil.example@good.example", True),
        ("https://evil.example.good.example", True),
        ("еvil.example", True),  # noqa: RUF001 - the first letter is Cyrillic
        ("@bank@good.example", True),
        ("https://10.0.0.1", True),
        ("https://evil.example/a/b", False),
        ('<span class="invisible">https://www.</span><span class="ellipsis">evil.example/a…</span>', False),
        ("EVIL.example.", False),
        ("@bob", False),
        ("@bob.smith", False),
        ("My shop, no. 3.5 of it", False),
        ("", False),
    ],
)
def test_links_that_pretend_tell_their_host(words: str, told: bool) -> None:
    """WIRE 10.2 #51: behind words that are an address on another host stands the host that the link leads to."""
    safe = sanitise(f'<a href="https://evil.example/a/b">{words}</a>')
    assert safe.endswith(" (evil.example)</a>") is told
    assert sanitise(safe) == safe


def test_handles_may_name_a_domain_above() -> None:
    """Who has a handle of example.org on social.example.org does not pretend (WIRE 1.3); a stranger's host is told."""
    link = '<a href="https://social.{}/@bob">@bob@good.example</a>'
    assert "(" not in sanitise(link.format("good.example"))
    assert "(social.evil.example)" in sanitise(link.format("evil.example"))


def test_true_hosts_are_told_in_ascii() -> None:
    """WIRE 10.2 #26, #51: letters that only look alike cannot hide behind themselves."""
    assert "(xn--b-zfa.example)" in sanitise('<a href="https://\u00e4b.example/">ab.example</a>')


@pytest.mark.parametrize(
    "inside", ["", " ", '<img src="https://a.example/1.jpg" alt="x">', "<span></span><br>", "\u00a0"]
)
def test_links_without_words_are_no_links(inside: str) -> None:
    """A link whose picture is gone would lead nobody knows where: it goes as well (WCAG 2.4.4)."""
    assert "<a" not in sanitise(f'<p>a<a href="https://a.example/">{inside}</a>b</p>')
    assert sanitise(f'<a href="https://a.example/">x{inside}</a>').startswith("<a href")


def test_an_attribute_does_not_hide_a_link() -> None:
    """WIRE 10.2 #51: a ">" inside an attribute ends no tag, so nothing is overlooked behind it."""
    safe = sanitise('<a lang="x>y" href="https://evil.example/">good.example</a>')
    assert safe.endswith("good.example (evil.example)</a>")


@pytest.mark.parametrize(
    "quote",
    [
        '<p class="quote-inline">RE: <a href="https://a.example/1">https://<b>a</b>.example/1</a></p>',
        '<p>x</p><p><span class="quote-inline"><br><br>RE: <a href="https://a.example/1">a</a></span></p>',
    ],
)
def test_the_line_of_a_quote_can_be_left_out(quote: str) -> None:
    """Where the quoted post itself is shown, the words that stand for it go, whichever element they are in."""
    safe = sanitise(f"<p>before</p>{quote}<p>after &amp; all</p>")
    assert "RE:" in safe
    cut = without_quote_line(safe)
    assert "RE:" not in cut
    assert (cut[:13], cut[-22:]) == ("<p>before</p>", "<p>after &amp; all</p>")
    assert without_quote_line("<p>RE: x</p>") == "<p>RE: x</p>"
