"""The JSON API: the library's answers, a refusal in one line for everything else, never a 500."""

from __future__ import annotations

import json
import threading

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from balagh.described import describe
from balagh.web.app import create_app
from balagh.web.settings import MAX_SENTENCE, MAX_SENTENCES, MAX_TEXT, Settings

TEXT = "أدان الوزراء بشدة الهجوم الإرهابي على القافلة. وتعهدوا بمواصلة دعم اليمن.\nSource link"
LOCAL = "http://127.0.0.1:8000"


def client_of(tagger, **limits):
    return TestClient(create_app(tagger, Settings("", **limits)), base_url=LOCAL)


@pytest.fixture(scope="module")
def client(tagger):
    with client_of(tagger) as made:
        yield made


def plain(value):
    return json.loads(msgspec.json.encode(value))


def test_tagging_is_that_of_the_library(client, tagger):
    assert client.post("/tag", json={"text": TEXT}).json() == {"sentences": plain(tagger.tag(TEXT))}
    lines = [*TEXT.split("."), "", "😀 أدان"]
    expected = {"sentences": plain(tagger.tag_sentences(lines))}
    assert client.post("/tag", json={"sentences": lines}).json() == expected


def test_explaining_is_that_of_the_library(client, tagger):
    sentence = tagger.tag(TEXT)[0].text
    assert client.post("/explain", json={"text": sentence}).json() == plain(describe(tagger, sentence))
    answer = client.post("/explain", json={"text": sentence, "top": 3, "characters": True}).json()
    assert answer == plain(describe(tagger, sentence, top=3, characters=True))
    assert all(len(label["contributions"]) == len(sentence) for label in answer["explanations"])


def test_labels_and_health(client, tagger):
    found = client.get("/labels").json()["labels"]
    assert [label["name"] for label in found] == list(tagger.labels)
    assert [label["threshold"] for label in found] == tagger.thresholds.tolist()
    assert client.get("/health").json()["model"] == tagger.manifest.digest


def test_every_path_is_described(client, tagger):
    described = client.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    routes = {route.path for route in create_app(tagger, Settings("")).routes}
    assert set(described["paths"]) == routes - {"/", "/openapi.json"}
    text = json.dumps(described)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named == set(described["components"]["schemas"])
    for path in described["paths"].values():
        for operation in path.values():
            assert {"200", "400", "403", "413", "429"} <= set(operation["responses"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"text": 1}', 422),
        (b'{"text": null}', 422),
        (b'{"text": "a", "sentences": ["a"]}', 422),
        (b'{"text": "a", "path": "/etc/passwd"}', 422),
        (b'{"text": "\\ud800"}', 422),
        (b'{"text": "\xff"}', 422),
        (b"[" * 100_000, 422),
        (b'{"text": ' + b"[" * 100_000, 422),
        (b'{"sentences": [1]}', 422),
        (b'{"sentences": []}', 200),
        (b'{"text": ""}', 200),
        (b'{"text": "\\u0000\\n"}', 200),
        (json.dumps({"text": "ا" * (MAX_TEXT + 1)}).encode(), 413),
        (json.dumps({"text": "a" * (MAX_TEXT + 1)}).encode(), 422),
        (json.dumps({"sentences": ["a"] * (MAX_SENTENCES + 1)}).encode(), 422),
        (json.dumps({"sentences": ["a" * (MAX_SENTENCE + 1)]}).encode(), 422),
    ],
)
def test_limits_of_tag(client, body, status):
    answer = client.post("/tag", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    if status != 200:
        assert list(answer.json()) == ["error"]
        assert "\n" not in answer.json()["error"]


@pytest.mark.parametrize(
    "asked", [{}, {"text": 1}, {"text": "a" * (MAX_SENTENCE + 1)}, {"text": "a", "top": -1}, {"text": "a", "top": 1e9}]
)
def test_limits_of_explain(client, asked):
    assert client.post("/explain", json=asked).status_code == 422


def test_longest_texts_are_answered(client, tagger):
    assert client.post("/explain", json={"text": ("أدان " * MAX_SENTENCE)[:MAX_SENTENCE]}).status_code == 200
    text = ("أدان الوزراء. " * MAX_TEXT)[: MAX_TEXT // 2]
    body = json.dumps({"text": text}, ensure_ascii=False).encode()
    answer = client.post("/tag", content=body, headers={"content-type": "application/json"})
    assert len(answer.json()["sentences"]) == len(tagger.tag(text))


def test_other_paths_methods_and_media_types(client):
    assert client.get("/etc/passwd").status_code == 404
    assert client.get("/%2e%2e/%2e%2e/etc/passwd").status_code == 404
    assert client.get("/tag").status_code == 405
    assert client.delete("/labels").status_code == 405
    assert client.post("/tag", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    assert client.post("/read", content=b"a", headers={"content-type": "image/png"}).status_code == 415
    assert all("error" in client.request(method, "/nowhere").json() for method in ("GET", "POST", "PUT"))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "127.0.0.1"}, 200),
        ({"host": "localhost:1234"}, 200),
        ({"host": "LOCALHOST"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"host": "news.example"}, 400),
        ({"host": "127.0.0.1.news.example"}, 400),
        ({"host": ""}, 400),
        ({"host": "[::1"}, 400),
        ({"origin": LOCAL}, 200),
        ({"origin": "null"}, 403),
        ({"origin": "http://news.example"}, 403),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"origin": "http://["}, 403),
        ({"host": "localhost:8000", "origin": LOCAL}, 403),
    ],
)
def test_who_asks(client, headers, status):
    for method, path in (("GET", "/"), ("GET", "/health"), ("POST", "/tag")):
        answer = client.request(method, path, headers=headers, json={"text": "أ"} if method == "POST" else None)
        assert answer.status_code == status


def test_a_name_can_be_allowed(tagger):
    with client_of(tagger, hosts=("balagh.internal",)) as named:
        assert named.get("/health", headers={"host": "balagh.internal:80"}).status_code == 200
        assert named.get("/health").status_code == 400


def test_large_bodies_are_refused_however_they_come(tagger):
    with client_of(tagger, max_body=2000) as small_client:
        json_type = {"content-type": "application/json"}
        body = json.dumps({"text": "a" * 3000}).encode()
        assert small_client.post("/tag", content=body, headers=json_type).status_code == 413
        pieces = (body[i : i + 100] for i in range(0, len(body), 100))
        assert small_client.post("/tag", content=pieces, headers=json_type).status_code == 413
        assert small_client.post("/tag", json={"text": "a"}).status_code == 200


def test_too_many_requests_at_once(tagger, monkeypatch):
    began, go_on = threading.Event(), threading.Event()

    def wait(text):
        began.set()
        go_on.wait(20)
        return []

    with client_of(tagger, in_flight=1) as busy:
        monkeypatch.setattr(tagger, "tag", wait, raising=False)
        answers = []
        first = threading.Thread(target=lambda: answers.append(busy.post("/tag", json={"text": "أ"})))
        first.start()
        assert began.wait(20)
        refused = busy.get("/health")
        go_on.set()
        first.join(20)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert answers[0].status_code == 200
        assert busy.get("/health").status_code == 200


def test_too_long_an_answer(tagger, monkeypatch):
    go_on = threading.Event()
    with client_of(tagger, work_seconds=0.05) as slow:
        monkeypatch.setattr(tagger, "tag", lambda text: go_on.wait(20) and [], raising=False)
        assert slow.post("/tag", json={"text": "أ"}).status_code == 503
        go_on.set()


def test_headers_keep_the_page_to_itself(client):
    answer = client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    for path in ("/", "/health", "/nowhere"):
        assert client.get(path).headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in client.get(path).headers
    # The policy that the page holds itself is the one that is sent, but for what only a header can say.
    assert f'content="{policy.removesuffix("; frame-ancestors " + repr("none"))}"'.replace("'", "&#39;") in answer.text


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.sampled_from(["/tag", "/explain", "/read"]),
    st.dictionaries(st.sampled_from(["text", "sentences", "top", "characters", "x"]), VALUES, max_size=3).map(
        lambda value: json.dumps(value).encode()
    )
    | st.binary(max_size=200),
    st.sampled_from(["application/json", "text/plain", "text/html", "image/png", ""]),
)
@example("/read", b"", "text/html")
def test_whatever_is_sent_is_answered_or_refused(client, path, body, kind):
    answer = client.post(path, content=body, headers={"content-type": kind})
    assert answer.status_code in {200, 415, 422}
    answer.json()
