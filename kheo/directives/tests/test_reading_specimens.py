"""The reader on specimens written for it in many forms; all places and bodies in them are made up."""

import json
import re
import textwrap
from pathlib import Path

import pytest

from kheo.directives.reading import read
from kheo.directives.reading.extract import text_of
from kheo.directives.reading.scoring import AIMS, Score, judge, same_body, score

SPECIMENS = Path(__file__).parent / "specimens"
NAMES = sorted(path.name.removesuffix(".expected.json") for path in SPECIMENS.glob("*.expected.json"))


def test_the_specimens_reach_the_aims():
    result = score(SPECIMENS)
    assert len(result.results) >= 12
    for what, aim in AIMS.items():
        assert result.total(what).percent >= aim, [line for one in result.results for line in one.missed]


@pytest.mark.parametrize("name", NAMES)
def test_each_specimen_is_read_well_by_itself(name):
    reading = read(text_of(SPECIMENS / f"{name}.txt").text).as_json()
    result = judge(
        name, reading, json.loads((SPECIMENS / f"{name}.expected.json").read_text(encoding="utf-8"))
    )
    assert result.numbers.percent == 100, result.missed
    assert result.references.percent == 100, result.missed
    assert result.tasks.percent >= 80, result.missed
    assert result.head.percent >= 75, result.missed


@pytest.mark.parametrize("name", NAMES)
def test_every_span_lies_in_the_text_and_quotes_it(name):
    text = text_of(SPECIMENS / f"{name}.txt").text
    reading = read(text)
    for start, end in reading.spans():
        assert 0 <= start <= end <= len(text)
    for assignment in reading.assignments:
        for task in assignment.tasks:
            said = re.sub(r"\*\*|(?<!\S)\*(?=\w)|(?<=\S)\*(?=\s)", "", text[task.span[0] : task.span[1]])
            assert " ".join(said.split()) == task.text


def test_a_table_gives_product_deadline_and_helpers():
    reading = read(text_of(SPECIMENS / "ke_hoach_tinh_uy_bang.txt").text)
    first = reading.assignments[0]
    assert first.cooperates_with == ["Văn phòng Tỉnh ủy"]
    assert (first.tasks[0].deadline_on, first.tasks[0].product) == ("2026-01-20", "Hướng dẫn")


def test_a_clause_of_enforcement_is_a_candidate_not_a_duty():
    reading = read(text_of(SPECIMENS / "quyet_dinh_quy_che.txt").text)
    assert any("chịu trách nhiệm thi hành" in task.text for one in reading.candidates for task in one.tasks)
    assert not any(
        "chịu trách nhiệm thi hành" in task.text for one in reading.assignments for task in one.tasks
    )


def test_purposes_are_never_duties():
    for name in NAMES:
        for assignment in read(text_of(SPECIMENS / f"{name}.txt").text).assignments:
            assert not any(
                "xác định công tác dân vận là nhiệm vụ thường xuyên" in task.text for task in assignment.tasks
            )


def test_bodies_are_compared_by_name_and_not_by_a_common_word():
    assert same_body("UBND các xã, phường", "Ủy ban nhân dân xã, phường")
    assert same_body(
        "Các sở, ban, ngành, đoàn thể cấp tỉnh", "các sở, ban, ngành, đoàn thể cấp tỉnh và UBND các xã"
    )
    assert not same_body("Sở Nội vụ", "Sở Tài chính")
    assert not same_body("các đơn vị", "các cơ quan, đơn vị cấp tỉnh")


def _wrapped(text: str, width: int) -> str:
    return "\n".join(
        "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False))
        for line in text.split("\n")
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: _wrapped(text, 80),
        lambda text: text.replace("“", '"').replace("”", '"').replace("–", "-"),
        lambda text: re.sub(r"(?m)^- ", "• ", text),
        lambda text: re.sub(r"(?m)^(\d{1,2})\. ", r"\1/ ", text),
        lambda text: text.replace("ủy", "uỷ").replace("Ủy", "Uỷ").replace("hòa", "hoà"),
    ],
    ids=["wrapped", "straight quotes", "bullets", "slashes", "old tone marks"],
)
def test_other_ways_of_printing_the_same_reach_the_aims(spoil):
    results = []
    for name in NAMES:
        expected = json.loads((SPECIMENS / f"{name}.expected.json").read_text(encoding="utf-8"))
        text = spoil((SPECIMENS / f"{name}.txt").read_text(encoding="utf-8"))
        results.append(judge(name, read(text).as_json(), expected))
    for what, aim in AIMS.items():
        assert Score(results).total(what).percent >= aim


def test_a_number_told_without_its_symbol_is_kept_as_unsure():
    reading = read(
        "Tỉnh An Sơn ban hành Chỉ thị về phòng cháy rừng\n12/03/2026 10:20\n"
        "(ASO) - Ngày 10/3, Chủ tịch UBND tỉnh An Sơn ban hành Chỉ thị số 17 về tăng cường phòng cháy rừng.\n"
        "Theo đó, Chủ tịch UBND tỉnh yêu cầu Công an tỉnh tăng cường tuần tra khu vực trọng điểm.\n"
    )
    assert (reading.number.value, reading.doc_type.value) == ("17", "Chỉ thị")
    assert reading.number.confidence < 0.5
    assert reading.issuer.value == "Chủ tịch UBND tỉnh An Sơn"
    assert [body.name for one in reading.assignments for body in one.bodies] == ["Công an tỉnh"]


def test_a_row_of_hyphens_ends_the_title():
    reading = read(
        "TỈNH ỦY AN SƠN\n*\nSố 12-CT/TU\nĐẢNG CỘNG SẢN VIỆT NAM\nAn Sơn, ngày 05 tháng 3 năm 2026\nCHỈ THỊ\n"
        "về tăng cường công tác dân vận\n-----\ncông tác dân vận những năm qua có nhiều chuyển biến.\n"
        "Ban Thường vụ Tỉnh ủy yêu cầu:\n1. Các cấp ủy tổ chức quán triệt Chỉ thị này.\n"
    )
    assert reading.title.value == "về tăng cường công tác dân vận"


def test_who_issues_is_no_part_of_the_title_and_a_ward_is_no_plan():
    reading = read(
        "ỦY BAN MTTQ VIỆT NAM\nPHƯỜNG AN HẢI\nBAN THƯỜNG TRỰC\nSố: 77/MTTQ-BTT\nV/v đăng ký mô hình\n"
        "An Hải, ngày 19 tháng 4 năm 2024\nKính gửi: Ban Công tác Mặt trận các khu dân cư.\n"
    )
    assert reading.doc_type.value == "Công văn"
    assert reading.issuer.value == "Ban Thường trực Ủy ban MTTQ Việt Nam phường An Hải"
    party = read((SPECIMENS / "kl_btv_tinh.txt").read_text(encoding="utf-8"))
    assert party.title.value.startswith("về tiếp tục đẩy mạnh")


def test_a_deadline_in_a_document_without_a_date_is_not_its_date():
    reading = read(
        "UBND XÃ PHÚ LỘC\nSố: 12/KH-UBND\nKẾ HOẠCH\nVề việc diễn tập\nUBND xã ban hành Kế hoạch như sau:\n"
        "I. PHÂN CÔNG\n1. Công an xã hoàn thiện hồ sơ trước ngày 30/4/2026.\n2. Trạm Y tế xã trực cấp cứu.\n"
    )
    assert reading.issued_on.value is None
    assert reading.assignments[0].bodies[0].name == "Công an xã"


def test_departments_listed_after_a_colon_are_named_each():
    reading = read(
        "UBND XÃ PHÚ LỘC\nSố: 12/KH-UBND\nKẾ HOẠCH\nVề việc diễn tập\nUBND xã ban hành Kế hoạch như sau:\n"
        "I. PHÂN CÔNG\n1. Các Sở: Nội vụ, Văn hóa, Thể thao và Du lịch tham mưu thực hiện Kế hoạch.\n"
    )
    assert [body.name for body in reading.assignments[0].bodies] == [
        "Sở Nội vụ",
        "Sở Văn hóa, Thể thao và Du lịch",
    ]


def test_points_and_a_title_run_together_with_the_body_are_told_apart():
    reading = read(
        "UBND TỈNH AN SƠN\nSố: 7/TB-UBND\nAn Sơn, ngày 06 tháng 4 năm 2026\nTHÔNG BÁO\n"
        "Kết luận của Phó Chủ tịch UBND tỉnh tại cuộc họp về tiến độ xóa nhà tạm Ngày 23/3/2026, "
        "Phó Chủ tịch UBND tỉnh chủ trì cuộc họp nghe báo cáo tiến độ và kết luận như sau: "
        "1. Ghi nhận kết quả đã đạt được. "
        "2. Giao Sở Xây dựng rà soát danh sách hộ còn lại. 3. Công an tỉnh tăng cường kiểm tra.\n"
    )
    assert reading.title.value.endswith("xóa nhà tạm")
    assert [one.written for one in reading.assignments] == ["Sở Xây dựng", "Công an tỉnh"]
