"""Hostile text adds no element, no attribute and no behaviour to any page."""

from __future__ import annotations

from itertools import product

from playwright.sync_api import expect

from balagh.html.document import document

SHAPES = (
    "<script>{0}</script>",
    "</script><script>{0}</script>",
    "</textarea><script>{0}</script>",
    "</title><script>{0}</script>",
    "<img src=x onerror={0}>",
    "<img/src/onerror={0}>",
    '"><svg onload={0}>',
    "' onfocus={0} autofocus='",
    '" onmouseover="{0}" x="',
    "<iframe srcdoc='<script>{0}</script>'>",
    "<a href='javascript:{0}'>x</a>",
    "<body onload={0}>",
    "<details open ontoggle={0}>",
    "<math><mtext><style><img src=x onerror={0}></style>",
    "<template><script>{0}</script></template>",
    "<!--><img src=x onerror={0}>-->",
    "<style>@import 'http://news.example/{0}';</style>",
    "<base href='http://news.example/'>{0}",
    "<form action='javascript:{0}'><button id=example>",
    "<input id=source name=doc value={0}>",
    "{{{{constructor.constructor('{0}')()}}}}",
    "${{{0}}}",
    "{{% raw %}}{0}",
    "\\u003cscript\\u003e{0}\\u003c/script\\u003e",
    "&lt;script&gt;{0}&lt;/script&gt;",
)
CALLS = (
    "alert(1)",
    "window.hit=1",
    "fetch('http://news.example')",
    "document.body.innerHTML=''",
    "eval('window.hit=1')",
    "\u202ewindow.hit=1\u2066",
    "window['hit']=1//\x00",
    "top.location='http://news.example'",
)
PAYLOADS = [shape.format(call) for shape, call in product(SHAPES, CALLS)]
LINES = [f"أدان الوزراء {payload} الهجوم الإرهابي" for payload in PAYLOADS]

SHAPE = """() => {
  const found = new Set();
  for (const one of document.querySelectorAll("*")) {
    found.add(one.localName);
    for (const { name } of one.attributes) found.add(`${one.localName} ${name}`);
  }
  return [...found].sort();
}"""


def test_payloads_are_many():
    assert len(set(PAYLOADS)) == 200


def visited(page):
    """Open some sentences, and return what elements and attributes the page has then."""
    for number in range(1, page.locator(".sentence").count() + 1, 25):
        page.click(f"#s{number} .words")
        expect(page.locator("#detail h2")).to_have_text(f"Sentence {number}")
    assert page.evaluate("window.hit === undefined")
    return page.evaluate(SHAPE)


def test_tagged_document(visit, tagger, tmp_path):
    shapes = []
    for name, lines in (("plain", ["أدان الوزراء كلمة الهجوم الإرهابي"] * 3), ("hostile", LINES)):
        text = "\n".join(lines)
        path = tmp_path / f"{name}.html"
        path.write_text(document(lines[0], text, tagger.tag(text), tagger), encoding="utf-8")
        page = visit(path.as_uri())
        shapes.append(visited(page))
        assert page.locator(".sentence").count() >= len(lines)
    assert set(shapes[1]) <= set(shapes[0])


def test_local_page(ask):
    page = ask("\n".join(["أدان الوزراء كلمة الهجوم الإرهابي"] * 3))
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    plain = visited(page)
    page.fill("#source", "\n".join(LINES))
    page.click("button.primary")
    page.wait_for_selector("#s200")
    assert set(visited(page)) <= set(plain)
    assert dialogs == []
