"""A report in both families, our own words: what the tests of the layout write and look at."""

from datetime import date
from typing import Any

from kheo.papers.composing import Signing, compose
from kheo.papers.issuers import Issuer
from kheo.papers.layouts import layout_called
from kheo.papers.sheet import Annex, Article, Content, Grid, Points, Sheet, Text, Title
from kheo.papers.wording import BOTH, DEPUTY

DAY = date(2026, 7, 5)
UBND = Issuer(
    "state", "", "Ủy ban nhân dân\nxã Khe Mẫu", "UBND", "Ủy ban nhân dân", "Chủ tịch", "Phó Chủ tịch"
)
BCD = Issuer(
    "party",
    "Đảng ủy xã Khe Mẫu",
    "Ban Chỉ đạo phong trào thi đua “Dân vận khéo”",
    "BCĐ",
    "Ban Chỉ đạo",
    "BÍ THƯ\nkiêm\nTRƯỞNG BAN CHỈ ĐẠO",
    "Phó Trưởng ban",
)


def report(**changes: Any) -> Content:
    long = "Xã có 12 bản, 1.240 hộ; các mô hình được chi bộ bản bàn bạc trước khi làm. " * 12
    given: dict[str, Any] = {
        "type_code": "BC",
        "type_name": "Báo cáo",
        "subject": "kết quả thực hiện phong trào thi đua “Dân vận khéo”\n6 tháng đầu năm 2026",
        "bases": ("Căn cứ Kế hoạch số 12-KH/BCĐ ngày 15/01/2026", "Căn cứ tình hình của xã;"),
        "blocks": (
            Title("I. TÌNH HÌNH CHUNG"),
            *(Text(long) for _each in range(4)),
            Title("II. KẾT QUẢ"),
            Title("1. Các mô hình đang duy trì", 2),
            Grid(
                ("TT", "Mô hình", "Số hộ"),
                (("1", "Tiếng kẻng học bài", "86"), ("2", "Đường hoa biên giới", "40")),
                (8, 100, 20),
                (2,),
                ("", "Cộng", "126"),
            ),
            Points(("hiến đất;", "làm đường;", "trồng hoa;", "mở lớp;", "lập tổ tự quản.")),
            Text("Đề nghị cấp trên hỗ trợ xi măng."),
        ),
        "addressees": ("Ban Tuyên giáo và Dân vận Tỉnh ủy",),
        "recipients": ("Như trên", "Các đồng chí ủy viên"),
    }
    return Content(**{**given, **changes})


def decision() -> Content:
    return report(
        type_code="QĐ",
        type_name="Quyết định",
        subject="phê duyệt danh mục mô hình “Dân vận khéo” năm 2026",
        decides="QUYẾT ĐỊNH:",
        addressees=(),
        blocks=(
            Article(1, "Phê duyệt danh mục 2 mô hình kèm theo Quyết định này."),
            Article(2, "Quyết định này có hiệu lực từ ngày ký."),
            Annex("DANH MỤC\nmô hình “Dân vận khéo” năm 2026"),
            Grid(("TT", "Mô hình"), (("1", "Tiếng kẻng học bài"),), (10, 90)),
        ),
    )


def sheet(key: str, content: Content | None = None, *, number: bool = True) -> Sheet:
    """The specimen in the rules of that name, signed by a deputy (State) or a secretary who is also head."""
    layout = layout_called(key)
    assert layout is not None
    content = content or report()
    state = layout.family == "state"
    symbol = f"/{content.type_code}-UBND" if state else f"-{content.type_code}/BCĐ"
    return compose(
        content,
        layout=layout,
        issuer=UBND if state else BCD,
        place="Khe Mẫu",
        symbol=symbol,
        signing=Signing(DEPUTY, UBND.deputy, "Lô Văn Mẫu")
        if state
        else Signing(BOTH, BCD.position, "Vi Thị Mẫu"),
        number=f"05{symbol}" if number else "",
        issued_on=DAY if number else None,
    )
