"""HTML of others, and Markdown of the artisan: what becomes of them is safe, and stays as it is."""

from fedi_artisan.domain.posts import Mention
from fedi_artisan.vocab import html, said
from fedi_artisan.vocab.rewriting import without_quote_line
from tests.fuzz.judge import FOREIGN, PAGE, assert_safe, same
from tests.fuzz.reading import text_of
from tests.fuzz.target import Shape, Target

_LONGEST_POST = 400
_HTML_WORDS = (
    *(
        "<p>",
        "</p>",
        "<br>",
        "<br/>",
        '<a href="',
        '">',
        "</a>",
        "<b>",
        "<i>",
        "<u>",
        "<span class=",
        "<ul><li>",
        "<h1>",
    ),
    *("<script>", "</script>", "<style>", "</style>", "<svg>", "<math>", "<mtext>", "<mglyph>", "<annotation-xml>"),
    *("<template>", "<iframe srcdoc=", "<object>", "<noscript>", "<textarea>", "<title>", "<plaintext>", "<table><td>"),
    *("<select>", "<form>", "<img src=x onerror=alert(1)>", " onclick=x", " style=", ' href="javascript:alert(1)"'),
    *(
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE",
        "<?xml",
        "&lt;",
        "&#x3C;",
        "&#0;",
        "&colon;",
        "&NewLine;",
        "&Tab;",
    ),
    *(
        "jAvAsCrIpT:",
        "data:text/html,",
        "https://",
        "http://[::1]/",
        "//evil.example",
        'class="mention u-url"',
        "<ruby>",
    ),
    *('class="quote-inline"', "RE: ", 'lang="ar"', 'start="9"', "<blockquote>", "<pre><code>", "<base href=", "<meta "),
)
_HTML = (
    '<p><span class="h-card"><a href="https://a.example/@bob" class="u-url mention">@<span>bob</span></a></span> a</p>',
    '<p>x</p><p class="quote-inline">RE: <a href="https://a.example/1">https://a.example/1</a></p>',
    '<h1>A</h1><blockquote><p>a</p><ul><li>b<ol start="3"><li>c</li></ol></ul></blockquote><pre><code>d</code></pre>',
    '<a href="https://a.example/b"><span class="invisible">https://</span><span class="ellipsis">a.example</span></a>',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<svg><desc><a href='javascript:alert(1)'>x</a></desc></svg><ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><textarea><path id='</textarea><img onerror=alert(1) src=1>'>",
)
_MARKDOWN_WORDS = (
    *(
        "# ",
        "## ",
        "###### ",
        "* ",
        "- ",
        "1. ",
        "> ",
        "    ",
        "```",
        "~~~",
        "~~",
        "**",
        "__",
        "`",
        "---",
        "| a | b |\n|---|---|\n",
    ),
    *(
        "[a](",
        "](https://a.example/)",
        "![a](",
        "<https://a.example/>",
        "[a]: https://a.example/\n",
        "[a][a]",
        "\\",
        "  \n",
    ),
    *("[a](javascript:alert(1))", "[a](data:text/html,x)", "[a](mailto:a@b.example)", "<script>", "&amp;", "&#35;"),
    *("@bob@mastodon.example", "#clay", "#été", "https://a.example/b?c=d", "http://x", "www.a.example", "@lea", "##"),
)
_MARKDOWN = (
    "# Bowl\n\nThrown *slowly* in **two** halves, see [here](https://a.example/b) and ~~there~~.\n\n- a\n- b\n  1. c\n",
    "Hello @bob@mastodon.example, look: #clay https://a.example/b?c=d (and #grès).\nNext line  \nthird\n\n> said\n",
    "| a | b |\n|---|:-:|\n| 1 | `2` |\n\n```\ncode <b>\n```\n\n![picture](https://a.example/x.jpg)\n\n---\n\n[x]: https://a.example\n",
)
_BOB = Mention(handle="@bob@mastodon.example", uri="https://mastodon.example/users/bob")


def clean_html(data: bytes) -> None:
    """Nothing but what WIRE 10.4 lists is left, and it says the same when it is cleaned again."""
    clean = html.sanitise(text_of(data))
    assert_safe(clean, FOREIGN)
    # What was cut off at 20,000 characters grows by the ends of its elements, and is cut off again.
    if len(clean) < html.LONGEST_HTML:
        again = html.sanitise(clean)
        assert same(again, clean), "it changes when it is cleaned again"
        assert html.plain_text(again) == html.plain_text(clean)
    assert_safe(without_quote_line(clean), FOREIGN)
    html.plain_text(clean).encode()


def write_markdown(data: bytes) -> None:
    """Whatever the artisan writes, pages and posts made of it are safe."""
    markdown = text_of(data)
    # On her own page she may lead to another one of hers, by its path alone.
    assert_safe(html.page_html(markdown), PAGE, schemes=("http", "https", "mailto", ""))
    post = html.post_html(markdown, longest=_LONGEST_POST)
    assert_safe(post, FOREIGN)
    assert "\n" not in post, "a post of several lines"


def write_post(data: bytes) -> None:
    """What she says is safe with all its links."""
    told = said.read(text_of(data), [_BOB], lambda tag: f"https://atelier.example/tags/{tag}")
    assert_safe(told.html, FOREIGN)
    for tag in told.hashtags:
        assert tag.isprintable(), "a tag that cannot be seen"


TARGETS = (
    Target(
        name="html",
        run=clean_html,
        seeds=lambda: [one.encode() for one in _HTML],
        shape=Shape.TEXT,
        words=_HTML_WORDS,
        weight=2,
    ),
    Target(
        name="markdown",
        run=write_markdown,
        seeds=lambda: [one.encode() for one in _MARKDOWN],
        shape=Shape.TEXT,
        words=_MARKDOWN_WORDS,
    ),
    Target(
        name="post",
        run=write_post,
        seeds=lambda: [one.encode() for one in _MARKDOWN],
        shape=Shape.TEXT,
        words=_MARKDOWN_WORDS,
    ),
)
