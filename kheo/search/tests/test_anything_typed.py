"""Whatever is typed or indexed, no database complains."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kheo.search import index
from kheo.search.finding import MACHINE, find

from .things import Thing, only_things

LANGUAGE_OF_DATABASES = st.text(alphabet="\"'*()-:^&|!<>\\+{}№ aĐ0đạ,;/\0\n", max_size=40)
TEXT = st.text(max_size=60)
SYLLABLES = ["đường", "kẻng", "bình", "yên", "Tam-Hợp", "05-CT/TU", "hoà", "ủy", "ĐẢNG", "ỷ"]


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=LANGUAGE_OF_DATABASES | TEXT)
@example(typed='"')
@example(typed="*")
@example(typed="(")
@example(typed="-")
@example(typed="đường -kẻng")
@example(typed="title:x NOT y")
@example(typed="NEAR(a b) AND OR")
@example(typed="a' & !b | <-> c:*")
@example(typed="🎉")
@example(typed="🎉 hội 🎉")
@example(typed="\ud800 nửa chữ")
@example(typed="x" * 5000)
@example(typed="ờ" * 5000)
@example(typed="từ " * 5000)
@example(typed="1-" * 2000)
@example(typed="12/34/" + "5" * 400)
@example(typed="𞤀𞤁 ① ௧ ʰ")
@example(typed="İstanbul ß ﬁ")
def test_no_question_breaks_the_database(typed):
    with only_things([]):
        index.update(Thing(1, "Đường hoa", "Một dòng"))
        find(typed, who=MACHINE)


@pytest.mark.django_db
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TEXT | LANGUAGE_OF_DATABASES, number=TEXT | LANGUAGE_OF_DATABASES)
@example(title="e\u0302\u0323" * 9000, number="05-CT/TU")
@example(title="a" * 9000, number="1" * 9000)
@example(title="chữ\0rỗng", number="\0")
def test_no_text_breaks_the_index(title, number):
    title = title.encode("utf-8", "ignore").decode()
    number = number.encode("utf-8", "ignore").decode()
    with only_things([]):
        index.update(Thing(1, f"{title} kẻng", title * 3, numbers=(number,)))
        find(title, who=MACHINE)
        find(number, who=MACHINE)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=6))
def test_each_title_is_found_by_itself(words):
    title = " ".join(words)
    with only_things([]):
        index.update(Thing(1, title))
        assert [hit.title for hit in find(title, who=MACHINE)] == [title]
