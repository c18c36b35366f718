"""Files dropped on the page: their text, and one line for what cannot be read."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balagh.errors import DataError
from balagh.web import uploads
from balagh.web.uploads import DOCX_TYPE, read_upload

ARABIC = "أدان الوزراء الهجوم"


def word_document():
    document = docx.Document()
    document.add_heading("بيان", level=1)
    document.add_paragraph(ARABIC)
    document.add_paragraph("")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "اليمن", "العراق"
    document.add_paragraph("وتعهدوا بدعم اليمن.")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (ARABIC.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + ARABIC.encode(), "utf-8"),
        (ARABIC.encode("utf-16"), "utf-16"),
        (ARABIC.encode("cp1256"), "windows-1256"),
    ],
)
def test_plain_text_in_the_encodings_of_arabic_files(data, encoding):
    assert read_upload(data, "text/plain") == (ARABIC, encoding)


def test_word_document_in_its_order():
    assert read_upload(word_document(), DOCX_TYPE).text.split("\n") == [
        "بيان",
        ARABIC,
        "اليمن",
        "العراق",
        "وتعهدوا بدعم اليمن.",
    ]


def test_html_as_a_reader_sees_it():
    page = f"""<!DOCTYPE html><html><head><title>no</title><style>p{{}}</style></head><body>
    <nav>القائمة</nav><script>alert("no")</script><!-- no --><p>{ARABIC}
    <b>الإرهابي</b>&nbsp;&amp; غيره<br>سطر</p><div>وتعهدوا<p>بدعم اليمن</div><template>no</template>ذيل</body></html>"""
    assert read_upload(page.encode(), "text/html").text.split("\n") == [
        "القائمة",
        f"{ARABIC} الإرهابي & غيره",
        "سطر",
        "وتعهدوا",
        "بدعم اليمن",
        "ذيل",
    ]


@pytest.mark.parametrize("page", ["", " ", "<!-- -->", "<script>a</script>", "\0", "<html></html>"])
def test_html_without_text(page):
    assert read_upload(page.encode(), "text/html").text == ""


def test_deeply_nested_html_is_read():
    assert ARABIC in read_upload(("<div>" * 200 + ARABIC + "</div>" * 200).encode(), "text/html").text
    read_upload(("<div>" * 100_000 + ARABIC).encode(), "text/html")


def archive(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("data", [b"", b"PK", ARABIC.encode(), archive(a=b"a"), word_document()[:-200]])
def test_what_is_no_word_document(data):
    with pytest.raises(DataError, match="no Word document"):
        read_upload(data, DOCX_TYPE)


def test_bombs_are_not_unpacked(monkeypatch):
    bomb = archive(**{"word/document.xml": b" " * (uploads.MAX_UNPACKED + 1)})
    assert len(bomb) < 100_000
    monkeypatch.setattr(docx, "Document", None)
    with pytest.raises(DataError, match="unpacks to more than 64 MiB"):
        read_upload(bomb, DOCX_TYPE)


def test_entities_are_not_expanded():
    data = io.BytesIO(word_document())
    out = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "word/document.xml":
                declared = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "BOOM">]>'
                content = content.replace(b"?>", b"?>" + declared, 1).replace("بيان".encode(), b"&a;&b;")
            new.writestr(part.filename, content)
    assert "BOOM" not in read_upload(out.getvalue(), DOCX_TYPE).text


def test_binary_files_are_no_text():
    with pytest.raises(DataError, match="this is no text"):
        read_upload(b"\x89PNG\0\0\xff", "text/plain")


@given(st.binary(), st.sampled_from(uploads.TYPES))
def test_any_bytes_are_read_or_refused(data, kind):
    try:
        assert isinstance(read_upload(data, kind).text, str)
    except DataError as error:
        line = str(error)
        assert "\n" not in line
