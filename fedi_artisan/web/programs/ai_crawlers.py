"""Which programs gather pages and pictures for artificial intelligence, by the names they read in robots.txt.

The names are facts, taken on 2026-11-25 from the list of the project ai.robots.txt
(https://github.com/ai-robots-txt/ai.robots.txt), which says for each where its operator describes it, among them:
OpenAI (https://platform.openai.com/docs/bots), Anthropic (https://support.anthropic.com/en/articles/8896518), Google
(https://developers.google.com/crawling/docs/crawlers-fetchers/google-common-crawlers), Meta
(https://developers.facebook.com/docs/sharing/webmasters/web-crawlers), Apple (https://support.apple.com/en-us/119829),
Common Crawl (https://commoncrawl.org/ccbot), Ai2 (https://allenai.org/crawler), Perplexity
(https://docs.perplexity.ai/guides/bots).

Left out on purpose: ordinary search engines (Googlebot, bingbot, Applebot, DuckDuckBot, Bravebot, PetalBot), what makes
previews of links (facebookexternalhit), what a person works with herself (browsers, agents that write programs), and
names with spaces or dots, which no robots.txt can hold (RFC 9309 2.2.1).
"""

from enum import StrEnum
from typing import Final, NamedTuple

LISTED_ON: Final = "2026-11-25"


class Purpose(StrEnum):
    """What a crawler gathers for."""

    TRAINING = "training"  # models learn from it
    ANSWERING = "answering"  # an assistant answers with it
    SELLING = "selling"  # it goes to others, for both


class Crawler(NamedTuple):
    """One crawler: the name it obeys, who runs it, and for what."""

    name: str
    operator: str
    purpose: Purpose


_T, _A, _S = Purpose.TRAINING, Purpose.ANSWERING, Purpose.SELLING

AI_CRAWLERS: Final = (
    Crawler("AI2Bot", "Ai2", _T),
    Crawler("Ai2Bot-Dolma", "Ai2", _T),
    Crawler("AI2Bot-DeepResearchEval", "Ai2", _A),
    Crawler("aiHitBot", "aiHit", _S),
    Crawler("Amazonbot", "Amazon", _T),
    Crawler("amazon-kendra", "Amazon", _A),
    Crawler("AmazonBuyForMe", "Amazon", _A),
    Crawler("Amzn-SearchBot", "Amazon", _A),
    Crawler("Amzn-User", "Amazon", _A),
    Crawler("bedrockbot", "Amazon", _T),
    Crawler("NovaAct", "Amazon", _A),
    Crawler("Andibot", "Andi", _A),
    Crawler("Anomura", "Direqt", _A),
    Crawler("anthropic-ai", "Anthropic", _T),
    Crawler("ClaudeBot", "Anthropic", _T),
    Crawler("Claude-SearchBot", "Anthropic", _A),
    Crawler("Claude-User", "Anthropic", _A),
    Crawler("Claude-Web", "Anthropic", _A),
    Crawler("ApifyBot", "Apify", _S),
    Crawler("ApifyWebsiteContentCrawler", "Apify", _S),
    Crawler("Applebot-Extended", "Apple", _T),
    Crawler("AzureAI-SearchBot", "Microsoft", _A),
    Crawler("Brightbot", "Bright Data", _S),
    Crawler("Bytespider", "ByteDance", _T),
    Crawler("TikTokSpider", "ByteDance", _T),
    Crawler("CCBot", "Common Crawl", _S),
    Crawler("ChatGLM-Spider", "Zhipu AI", _T),
    Crawler("Cloudflare-AutoRAG", "Cloudflare", _A),
    Crawler("cohere-ai", "Cohere", _A),
    Crawler("cohere-training-data-crawler", "Cohere", _T),
    Crawler("Cotoyogi", "ROIS", _T),
    Crawler("Crawl4AI", "Crawl4AI", _S),
    Crawler("Crawlspace", "Crawlspace", _S),
    Crawler("DeepSeekBot", "DeepSeek", _T),
    Crawler("Diffbot", "Diffbot", _S),
    Crawler("DuckAssistBot", "DuckDuckGo", _A),
    Crawler("EchoboxBot", "Echobox", _S),
    Crawler("ExaBot", "Exa", _S),
    Crawler("ExaSearchBot", "Exa", _A),
    Crawler("FacebookBot", "Meta", _T),
    Crawler("meta-externalagent", "Meta", _T),
    Crawler("meta-externalfetcher", "Meta", _A),
    Crawler("meta-webindexer", "Meta", _A),
    Crawler("Factset_spyderbot", "FactSet", _T),
    Crawler("FirecrawlAgent", "Firecrawl", _S),
    Crawler("FriendlyCrawler", "unknown", _T),
    Crawler("CloudVertexBot", "Google", _T),
    Crawler("Gemini-Deep-Research", "Google", _A),
    Crawler("Google-CloudVertexBot", "Google", _T),
    Crawler("Google-Extended", "Google", _T),
    Crawler("Google-NotebookLM", "Google", _A),
    Crawler("GoogleAgent-Mariner", "Google", _A),
    Crawler("GoogleAgent-URLContext", "Google", _A),
    Crawler("GoogleOther", "Google", _T),
    Crawler("GoogleOther-Image", "Google", _T),
    Crawler("GoogleOther-Video", "Google", _T),
    Crawler("GPTBot", "OpenAI", _T),
    Crawler("ChatGPT-User", "OpenAI", _A),
    Crawler("OAI-SearchBot", "OpenAI", _A),
    Crawler("HenkBot", "Valyu", _S),
    Crawler("iAskBot", "iAsk", _A),
    Crawler("iaskspider", "iAsk", _A),
    Crawler("ICC-Crawler", "NICT", _T),
    Crawler("ImagesiftBot", "ImageSift", _S),
    Crawler("img2dataset", "img2dataset", _T),
    Crawler("kagi-fetcher", "Kagi", _A),
    Crawler("Kimi-User", "Moonshot AI", _A),
    Crawler("laion-huggingface-processor", "LAION", _T),
    Crawler("LAIONDownloader", "LAION", _T),
    Crawler("LinerBot", "Liner", _A),
    Crawler("LinkupBot", "Linkup", _A),
    Crawler("Manus-User", "Butterfly Effect", _A),
    Crawler("MistralAI-User", "Mistral AI", _A),
    Crawler("NagetBot", "Naget", _S),
    Crawler("omgili", "Webz.io", _S),
    Crawler("omgilibot", "Webz.io", _S),
    Crawler("Webzio-Extended", "Webz.io", _S),
    Crawler("PanguBot", "Huawei", _T),
    Crawler("PerplexityBot", "Perplexity", _A),
    Crawler("Perplexity-User", "Perplexity", _A),
    Crawler("PhindBot", "Phind", _A),
    Crawler("QueritBot", "Querit", _S),
    Crawler("Querit-SearchBot", "Querit", _S),
    Crawler("QuillBot", "QuillBot", _T),
    Crawler("SBIntuitionsBot", "SB Intuitions", _T),
    Crawler("SemrushBot-OCOB", "Semrush", _A),
    Crawler("ShapBot", "Parallel", _S),
    Crawler("TavilyBot", "Tavily", _S),
    Crawler("TerraCotta", "Ceramic", _S),
    Crawler("Timpibot", "Timpi", _T),
    Crawler("TongyiBot", "Alibaba", _A),
    Crawler("VelenPublicWebCrawler", "Velen", _T),
    Crawler("YandexAdditional", "Yandex", _T),
    Crawler("YandexAdditionalBot", "Yandex", _T),
    Crawler("YiyanBot", "Baidu", _A),
    Crawler("YouBot", "You.com", _A),
)
