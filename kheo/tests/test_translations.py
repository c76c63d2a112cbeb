"""Every word on the screen is Vietnamese: none missing, none guessed, none that two rooms say differently."""

import pytest

from kheo.tests import messages


@pytest.mark.parametrize("room", messages.SPEAKING)
def test_a_room_is_translated(room):
    assert not messages.faults(room)


@pytest.mark.parametrize("room", messages.SPEAKING)
def test_the_compiled_catalogue_is_the_written_one(room):
    assert not messages.stale(room)


def test_no_two_rooms_say_the_same_differently():
    assert not messages.contradictions()


def test_no_room_speaks_of_another_rooms_things():
    assert not messages.borrowed()


def test_who_was_faster_is_said_in_one_sentence():
    rooms = [
        room
        for room in messages.SPEAKING
        for words, _ in messages.messages(messages.translated(room))
        if words.startswith("%(who)s was faster: %(")
    ]
    assert rooms == ["lib"]


def test_words_are_found_in_code_and_templates(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "HOUSE", tmp_path)
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "code.py").write_text(
        "a = gettext_lazy('Lazy')\n"
        "b = ngettext('%(n)s file', '%(n)s files', n)\n"
        "c = pgettext('month', 'May')\n"
    )
    (tmp_path / "ui" / "page.html").write_text(
        "<p>It's {% translate 'Hello' %} {{ x|default:_('Nobody') }}</p>\n"
        "    {% blocktranslate count n=n trimmed %}\n    One row\n    {% plural %}{{ n }} rows\n"
        "    {% endblocktranslate %}\n"
        "  {% if a %}\n    (unclosed [ \"quotes\n{% endif %}\n{% translate 'End' %}"
    )
    found = messages.messages(messages.found_in("ui"))
    assert set(found) == {
        ("Lazy", None),
        ("%(n)s file", None),
        ("May", "month"),
        ("Hello", None),
        ("Nobody", None),
        ("One row", None),
        ("End", None),
    }
    assert messages.faults("ui")

    messages.renew("ui")
    written = messages.catalogue_of("ui").read_text()
    assert len(messages.faults("ui")) == 7
    for english, vietnamese in {
        'msgid "Lazy"\nmsgstr ""': 'msgid "Lazy"\nmsgstr "Lười"',
        'msgid_plural "%(n)s files"\nmsgstr[0] ""': 'msgid_plural "%(n)s files"\nmsgstr[0] "%(n)s tệp"',
        'msgid_plural "%(n)s rows"\nmsgstr[0] ""': 'msgid_plural "%(n)s rows"\nmsgstr[0] "dòng"',
    }.items():
        assert english in written
        written = written.replace(english, vietnamese)
    messages.catalogue_of("ui").write_text(written)
    left = messages.faults("ui")
    assert len(left) == 5
    assert [fault for fault in left if "placeholders" in fault] == [
        "ui/page.html:2: other placeholders in 'dòng' than in 'One row'"
    ]
    messages.renew("ui")
    assert messages.catalogue_of("ui").read_text() == written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%(name)s has %(n)d", {"%(name)", "%(n)"}),
        ("{name} and {n:.1f}", {"{name", "{n"}),
        ("%s rows", {"%s"}),
        ("100 %", set()),
        ("", set()),
    ],
)
def test_placeholders(text, found):
    assert messages.placeholders(text) == found
