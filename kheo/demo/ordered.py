"""The Directive: read from its text, confirmed by a person, handed down to the bodies of 2021."""

from pathlib import Path

from kheo.demo.people import post_of
from kheo.directives import cascade, entering
from kheo.directives.models import Directive

TEXT = Path(__file__).parent / "data" / "chi_thi_05.txt"
SOURCE = (
    "Viết lại bằng lời của Khéo theo bản tin “Ban Thường vụ Tỉnh ủy ban hành Chỉ thị về nâng cao hiệu quả "
    "phong trào 'Dân vận khéo'”, Báo Nghệ An điện tử, 29/5/2021. Bản tin có lược một số đoạn."
)


def directive() -> Directive:
    """Directive 05-CT/TU, entered and confirmed at the provincial board. Twice changes nothing."""
    known = Directive.objects.filter(source=SOURCE).first()
    if known is not None:
        return known
    hoa = post_of("hoa", "specialist")
    entered = entering.enter(hoa, text=TEXT.read_text(encoding="utf-8"), source=SOURCE)
    entered.confirm(by=hoa)
    return entered


def hand_down(directive: Directive) -> int:
    """Its assignments become duties of the bodies that existed on its day. Returns how many were new."""
    return cascade.carry_out(directive, by=post_of("hoa", "specialist"))
