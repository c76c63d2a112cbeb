"""Names of bodies: where one ends, what it is, and where a list of them falls apart."""

import pytest

from kheo.directives.reading.bodies import classify, scan_list
from kheo.lib.aligned_text import Aligned

NAMES = [
    ("Ban Tuyên giáo và Dân vận Tỉnh ủy", "ban_tuyen_giao", "province"),
    ("Ban Dân vận Huyện uỷ", "ban_dan_van", "district"),
    ("Ban Thường vụ các đảng ủy xã, phường", "ban_thuong_vu", "commune"),
    ("Uỷ ban Kiểm tra Tỉnh uỷ", "uy_ban_kiem_tra", "province"),
    ("Văn phòng Tỉnh ủy", "van_phong_cap_uy", "province"),
    ("Ban cán sự đảng UBND tỉnh", "ban_can_su_dang", "province"),
    ("Khối dân vận xã", "khoi_dan_van", "commune"),
    ("Ban Xây dựng Đảng Đảng ủy phường", "ban_xay_dung_dang", "commune"),
    ("Ban Chỉ đạo phong trào thi đua “Dân vận khéo” các cấp", "ban_chi_dao", "all_levels"),
    ("Hội đồng nhân dân tỉnh", "hdnd", "province"),
    ("UBND các xã, phường, đặc khu", "ubnd", "commune"),
    ("Chủ tịch UBND cấp xã", "ubnd", "commune"),
    ("Sở Nội vụ", "so_noi_vu", "province"),
    ("Sở Văn hóa, Thể thao và Du lịch", "so_nganh", "province"),
    ("chính quyền các cấp", "chinh_quyen", "all_levels"),
    ("Ủy ban MTTQ Việt Nam tỉnh", "mttq", "province"),
    ("các tổ chức chính trị - xã hội", "to_chuc_chinh_tri_xa_hoi", ""),
    ("Hội Liên hiệp Phụ nữ tỉnh", "phu_nu", "province"),
    ("Hội Nông dân xã", "nong_dan", "commune"),
    ("Hội Cựu chiến binh tỉnh", "cuu_chien_binh", "province"),
    ("Tỉnh đoàn", "thanh_nien", "province"),
    ("Liên đoàn Lao động tỉnh", "cong_doan", "province"),
    ("các đơn vị lực lượng vũ trang", "luc_luong_vu_trang", ""),
    ("Bộ Chỉ huy Quân sự tỉnh", "quan_su", "province"),
    ("Công an xã", "cong_an", "commune"),
    ("Bộ Chỉ huy Bộ đội Biên phòng tỉnh", "bien_phong", "province"),
    ("Báo và Phát thanh, Truyền hình Nghệ An", "bao_chi", ""),
    ("Ban công tác Mặt trận các khu dân cư", "mttq", "hamlet"),
    ("Trường Chính trị tỉnh", "truong_hoc", "province"),
]


@pytest.mark.parametrize(("name", "function", "level"), NAMES)
def test_a_name_has_a_function_and_a_level(name, function, level):
    text = Aligned(name + " chủ trì thực hiện")
    found = scan_list(text, 0, len(text))
    assert found is not None
    assert found.end == len(Aligned(name))
    assert classify(name) == (function, level)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        (
            "Các cơ quan Nhà nước và chính quyền các cấp tiếp tục",
            ["Các cơ quan Nhà nước", "chính quyền các cấp"],
        ),
        ("Cấp ủy, tổ chức đảng các cấp lãnh đạo", ["Cấp ủy, tổ chức đảng các cấp"]),
        (
            "Thủ trưởng các sở, ban, ngành; Chủ tịch UBND các xã, phường tổ chức",
            ["Thủ trưởng các sở, ban, ngành", "Chủ tịch UBND các xã, phường"],
        ),
        (
            "Sở Tài chính, Sở Xây dựng và Công an tỉnh phối hợp",
            ["Sở Tài chính", "Sở Xây dựng", "Công an tỉnh"],
        ),
        (
            "Các sở, ban, ngành, đoàn thể cấp tỉnh và UBND các xã, phường: xây dựng",
            ["Các sở, ban, ngành, đoàn thể cấp tỉnh", "UBND các xã, phường"],
        ),
    ],
)
def test_a_list_falls_into_its_bodies(written, parts):
    text = Aligned(written)
    found = scan_list(text, 0, len(text))
    assert [part.name for part in found.parts] == parts


@pytest.mark.parametrize(
    "words",
    [
        "sở hữu toàn dân",
        "ban hành kế hoạch",
        "báo cáo kết quả",
        "trường hợp khác",
        "hội nghị tổng kết",
        "phòng ngừa tội phạm",
    ],
)
def test_words_that_only_begin_alike_are_no_bodies(words):
    assert scan_list(Aligned(words), 0, len(words)) is None


def test_a_badly_scanned_name_is_known_without_its_accents():
    text = Aligned("Sỡ Nội vu chủ trì")
    assert scan_list(text, 0, len(text), blind=True).parts[0].function == "so_noi_vu"
