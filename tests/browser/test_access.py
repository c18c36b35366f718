"""What a screen reader and weak eyes need, as axe-core checks it."""

from __future__ import annotations

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from balagh.described import describe
from balagh.html.explanation import explanation_page


def findings(page):
    # The script of axe is put in by the driver, which the page's policy does not bind.
    found = Axe().run(page)
    assert len(found["passes"]) > 10
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1600])
class TestPages:
    def test_local_page(self, ask, seed, scheme, width):
        page = ask(seed, scheme=scheme, width=width)
        assert findings(page) == []
        page.click("#s3 .words")
        expect(page.locator("#detail")).to_contain_text("Right labels")
        for summary in page.locator("#detail summary").all():
            summary.click()
        page.uncheck("#filters input[value='0']")
        assert findings(page) == []

    def test_tagged_document(self, visit, seed_file, scheme, width):
        page = visit(seed_file, scheme=scheme, width=width)
        assert findings(page) == []
        page.click("#s3 .words")
        page.uncheck("#filters input[value='0']")
        assert findings(page) == []

    def test_explanation(self, visit, tagger, tmp_path, scheme, width):
        described = describe(tagger, "وأكد الوزراء التزامهم بدعم العراق، وأدانوا بشدة الهجمات الإرهابية.")
        path = tmp_path / "why.html"
        page = explanation_page(described, described.explanations, tagger.manifest.labels)
        path.write_text(page, encoding="utf-8")
        assert findings(visit(path.as_uri(), scheme=scheme, width=width)) == []
