"""`balagh serve` under load: several workers and threads give the library's answers, byte for byte."""

from __future__ import annotations

import http.client

from benchmarks.web_load import ask, cases, load, serving


def test_every_answer_is_that_of_the_library(small, tagger):
    chosen = cases(tagger, [sentence.text for sentence in small.sentences[:60]])
    assert {case.path for case in chosen} == {"/tag", "/explain"}
    with serving(small.safetensors, workers=2) as port:
        found = load(port, chosen, requests=300, threads=8)
        assert (found.requests, found.wrong) == (300, 0)
        changed = [case._replace(answer=b"{}") for case in chosen[:1]]
        assert load(port, changed, requests=8, threads=2).wrong == 8
        status, body = ask(http.client.HTTPConnection("127.0.0.1", port), "POST", "/tag", b"{" * 1000)
        assert status == 422
        assert b"error" in body
