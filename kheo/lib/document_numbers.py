"""Numbers of Vietnamese official documents: what family, type, issuer and unit a printed number names.

    LAW     06/2022/QH15            number / year / legislature
    QPPL    98/2023/NĐ-CP           number / year / type - issuer          (normative: it has a year)
    ADMIN   163/QĐ-UBND             number / type - issuer
            12/UBND-VX              number / issuer - unit                 (an official letter has no type
            code)
    PARTY   05-CT/TU                number - type / issuer
    REVIEW  90/TBMTTQ-BTT           looks like a number, but a person has to say what it is

The separator right after the number tells Party from State. Bodies choose their abbreviations themselves,
so the tables
below are dated seeds, never a closed list: an unknown group lowers the confidence, it is never refused.
"""
# ruff: noqa: E501 - tables and patterns stay on one line each

import re
from dataclasses import dataclass, field, replace
from datetime import date

from kheo.lib.aligned_text import Aligned
from kheo.lib.periods import BEGINNING, FOREVER

LAW, QPPL, PARTY, ADMIN, REVIEW = "LAW", "QPPL", "PARTY", "ADMIN", "REVIEW"


@dataclass(frozen=True)
class TypeRow:
    """One abbreviation of a type of document. The same code may mean several types (QĐ, TT)."""

    code: str
    name: str
    system: str  # party | state | both
    basis: str
    valid_from: date = BEGINNING
    valid_to: date = FOREVER
    joint: bool = False


_ND30 = "Nghị định 30/2020/NĐ-CP, Phụ lục III"
_PARTY = "Hướng dẫn 36-HD/VPTW and its practice"
_LAW2015 = "Luật Ban hành văn bản quy phạm pháp luật"
_SEEN = "observed in issued documents"

TYPES: tuple[TypeRow, ...] = (
    TypeRow("NQ", "Nghị quyết", "both", _ND30),
    TypeRow("QĐ", "Quyết định", "both", _ND30),
    TypeRow("QĐ", "Quy định", "party", _PARTY),
    TypeRow("QyĐ", "Quy định", "both", _ND30),
    TypeRow("QĐi", "Quy định", "party", _SEEN),
    TypeRow("QĐNS", "Quyết định nhân sự", "party", _SEEN),
    TypeRow("CT", "Chỉ thị", "both", _ND30),
    TypeRow("KL", "Kết luận", "both", _PARTY),
    TypeRow("QC", "Quy chế", "both", _ND30),
    TypeRow("QCPH", "Quy chế phối hợp", "both", _SEEN, joint=True),
    TypeRow("QCLN", "Quy chế liên ngành", "state", _SEEN, joint=True),
    TypeRow("TT", "Thông tri", "party", _PARTY),
    TypeRow("TT", "Thông tư", "state", _LAW2015),
    TypeRow("TTLT", "Thông tư liên tịch", "state", _LAW2015, joint=True),
    TypeRow("TTLB", "Thông tư liên bộ", "state", _SEEN, valid_to=date(1997, 1, 1), joint=True),
    TypeRow("NQLT", "Nghị quyết liên tịch", "both", _LAW2015, joint=True),
    TypeRow("TC", "Thông cáo", "both", _ND30),
    TypeRow("TB", "Thông báo", "both", _ND30),
    TypeRow("TBKL", "Thông báo kết luận", "both", _SEEN),
    TypeRow("HD", "Hướng dẫn", "both", _ND30),
    TypeRow("HDLT", "Hướng dẫn liên tịch", "both", _SEEN, joint=True),
    TypeRow("HDLN", "Hướng dẫn liên ngành", "both", _SEEN, joint=True),
    TypeRow("CTr", "Chương trình", "both", _ND30),
    TypeRow("CTHĐ", "Chương trình hành động", "both", _SEEN),
    TypeRow("CTrHĐ", "Chương trình hành động", "both", _SEEN),
    TypeRow("CTPH", "Chương trình phối hợp", "both", _SEEN, joint=True),
    TypeRow("CTrPH", "Chương trình phối hợp", "both", _SEEN, joint=True),
    TypeRow("KH", "Kế hoạch", "both", _ND30),
    TypeRow("KHLT", "Kế hoạch liên tịch", "both", _SEEN, joint=True),
    TypeRow("KHLN", "Kế hoạch liên ngành", "both", _SEEN, joint=True),
    TypeRow("KHPH", "Kế hoạch phối hợp", "both", _SEEN, joint=True),
    TypeRow("PA", "Phương án", "both", _ND30),
    TypeRow("ĐA", "Đề án", "both", _ND30),
    TypeRow("DA", "Dự án", "both", _ND30),
    TypeRow("ĐC", "Đề cương", "both", _SEEN),
    TypeRow("BC", "Báo cáo", "both", _ND30),
    TypeRow("BB", "Biên bản", "both", _ND30),
    TypeRow("TTr", "Tờ trình", "both", _ND30),
    TypeRow("CV", "Công văn", "both", _PARTY),
    TypeRow("CĐ", "Công điện", "state", _ND30),
    TypeRow("HĐ", "Hợp đồng", "state", _ND30),
    TypeRow("BGN", "Bản ghi nhớ", "state", _ND30),
    TypeRow("BTT", "Bản thỏa thuận", "state", _ND30),
    TypeRow("GUQ", "Giấy ủy quyền", "state", _ND30),
    TypeRow("GM", "Giấy mời", "both", _ND30),
    TypeRow("GGT", "Giấy giới thiệu", "both", _ND30),
    TypeRow("GNP", "Giấy nghỉ phép", "both", _ND30),
    TypeRow("PG", "Phiếu gửi", "both", _ND30),
    TypeRow("PC", "Phiếu chuyển", "both", _ND30),
    TypeRow("PB", "Phiếu báo", "state", _ND30),
    TypeRow("SY", "Bản sao y", "state", _ND30),
    TypeRow("TrS", "Bản trích sao", "state", _ND30),
    TypeRow("SL", "Bản sao lục", "state", _ND30),
    TypeRow("BS", "Bản sao", "party", _PARTY),
    TypeRow("NĐ", "Nghị định", "state", _LAW2015),
    TypeRow("PL", "Pháp lệnh", "state", _LAW2015),
    TypeRow("L", "Lệnh", "state", _LAW2015),
    TypeRow("VBHN", "Văn bản hợp nhất", "state", "Pháp lệnh hợp nhất văn bản quy phạm pháp luật"),
    TypeRow("TL", "Thể lệ", "both", _SEEN),
    TypeRow("TLK", "Thư kêu gọi", "both", _SEEN),
)


@dataclass(frozen=True)
class IssuerRow:
    """One abbreviation of an issuing body; `system` says in which kind of number it is at home."""

    code: str
    name: str
    system: str  # party | state | front | law
    level: str = ""
    valid_from: date = BEGINNING
    valid_to: date = FOREVER


_TWO_LEVELS = date(2025, 7, 1)
_MERGED = date(2025, 2, 3)

ISSUERS: tuple[IssuerRow, ...] = (
    IssuerRow("TW", "Trung ương Đảng", "party", "central"),
    IssuerRow("VPTW", "Văn phòng Trung ương Đảng", "party", "central"),
    IssuerRow("BTCTW", "Ban Tổ chức Trung ương", "party", "central"),
    IssuerRow("UBKTTW", "Ủy ban Kiểm tra Trung ương", "party", "central"),
    IssuerRow("BNCTW", "Ban Nội chính Trung ương", "party", "central"),
    IssuerRow("BKTTW", "Ban Kinh tế Trung ương", "party", "central", valid_to=_MERGED),
    IssuerRow("BCSCLTW", "Ban Chính sách, chiến lược Trung ương", "party", "central", _MERGED),
    IssuerRow("BTGTW", "Ban Tuyên giáo Trung ương", "party", "central", valid_to=_MERGED),
    IssuerRow("BDVTW", "Ban Dân vận Trung ương", "party", "central", valid_to=_MERGED),
    IssuerRow("BTGDVTW", "Ban Tuyên giáo và Dân vận Trung ương", "party", "central", _MERGED),
    IssuerRow("QUTW", "Quân ủy Trung ương", "party", "central"),
    IssuerRow("ĐUCA", "Đảng ủy Công an", "party"),
    IssuerRow("ĐUCATW", "Đảng ủy Công an Trung ương", "party", "central"),
    IssuerRow("TU", "Tỉnh ủy, Thành ủy", "party", "province"),
    IssuerRow("BTCTU", "Ban Tổ chức Tỉnh ủy", "party", "province"),
    IssuerRow("VPTU", "Văn phòng Tỉnh ủy", "party", "province"),
    IssuerRow("UBKTTU", "Ủy ban Kiểm tra Tỉnh ủy", "party", "province"),
    IssuerRow("BNCTU", "Ban Nội chính Tỉnh ủy", "party", "province"),
    IssuerRow("BTGTU", "Ban Tuyên giáo Tỉnh ủy", "party", "province", valid_to=_MERGED),
    IssuerRow("BDVTU", "Ban Dân vận Tỉnh ủy", "party", "province", valid_to=_MERGED),
    IssuerRow("BTGDVTU", "Ban Tuyên giáo và Dân vận Tỉnh ủy", "party", "province", _MERGED),
    IssuerRow("BTGDV", "Ban Tuyên giáo và Dân vận", "party", "", _MERGED),
    IssuerRow("BDV", "Ban Dân vận", "party"),
    IssuerRow("BTG", "Ban Tuyên giáo", "party"),
    IssuerRow("BTC", "Ban Tổ chức", "party"),
    IssuerRow("UBKT", "Ủy ban Kiểm tra", "party"),
    IssuerRow("KDV", "Khối dân vận", "party", "commune"),
    IssuerRow("HU", "Huyện ủy", "party", "district", valid_to=_TWO_LEVELS),
    IssuerRow("QU", "Quận ủy", "party", "district", valid_to=_TWO_LEVELS),
    IssuerRow("ThU", "Thị ủy", "party", "district", valid_to=_TWO_LEVELS),
    IssuerRow("BDVHU", "Ban Dân vận Huyện ủy", "party", "district", valid_to=_TWO_LEVELS),
    IssuerRow("BTGHU", "Ban Tuyên giáo Huyện ủy", "party", "district", valid_to=_TWO_LEVELS),
    IssuerRow("BTCHU", "Ban Tổ chức Huyện ủy", "party", "district", valid_to=_TWO_LEVELS),
    IssuerRow("VPHU", "Văn phòng Huyện ủy", "party", "district", valid_to=_TWO_LEVELS),
    IssuerRow("UBKTHU", "Ủy ban Kiểm tra Huyện ủy", "party", "district", valid_to=_TWO_LEVELS),
    IssuerRow("ĐU", "Đảng ủy", "party"),
    IssuerRow("VPĐU", "Văn phòng Đảng ủy", "party"),
    IssuerRow("UBKTĐU", "Ủy ban Kiểm tra Đảng ủy", "party"),
    IssuerRow("BXDĐ", "Ban Xây dựng Đảng", "party", "commune", _TWO_LEVELS),
    IssuerRow("BXDĐĐU", "Ban Xây dựng Đảng của Đảng ủy", "party", "commune", _TWO_LEVELS),
    IssuerRow("ĐUK", "Đảng ủy Khối", "party"),
    IssuerRow("ĐUQS", "Đảng ủy Quân sự", "party"),
    IssuerRow("ĐTN", "Đoàn Thanh niên", "party"),
    IssuerRow("CB", "Chi bộ", "party"),
    IssuerRow("ĐĐ", "Đảng đoàn", "party", valid_to=_MERGED),
    IssuerRow("BCSĐ", "Ban cán sự đảng", "party", valid_to=_MERGED),
    IssuerRow("BCSĐCP", "Ban cán sự đảng Chính phủ", "party", "central", valid_to=_MERGED),
    IssuerRow("BCĐ", "Ban Chỉ đạo", "party"),
    IssuerRow("BCĐTW", "Ban Chỉ đạo Trung ương", "party", "central"),
    IssuerRow("TB", "Tiểu ban", "party"),
    IssuerRow("HĐ", "Hội đồng", "party"),
    IssuerRow("HĐPH", "Hội đồng phối hợp", "state"),
    IssuerRow("HĐTĐKT", "Hội đồng Thi đua - Khen thưởng", "state"),
    IssuerRow("ĐH", "Đại hội", "party"),
    IssuerRow("ĐCT", "Đoàn Chủ tịch", "front"),
    IssuerRow("ĐCTHĐND", "Đoàn Chủ tịch Hội đồng nhân dân", "state"),
    IssuerRow("TWĐTN", "Trung ương Đoàn Thanh niên Cộng sản Hồ Chí Minh", "party", "central"),
    IssuerRow("TĐTN", "Tỉnh đoàn", "party", "province"),
    IssuerRow("HLHPN", "Hội Liên hiệp Phụ nữ", "front"),
    IssuerRow("BTV", "Ban Thường vụ", "front"),
    IssuerRow("HND", "Hội Nông dân", "front"),
    IssuerRow("HCCB", "Hội Cựu chiến binh", "front"),
    IssuerRow("CCB", "Hội Cựu chiến binh", "front"),
    IssuerRow("LĐLĐ", "Liên đoàn Lao động", "front"),
    IssuerRow("TLĐ", "Tổng Liên đoàn Lao động Việt Nam", "front", "central"),
    IssuerRow("CĐ", "Công đoàn", "front"),
    IssuerRow("MTTQ", "Ủy ban Mặt trận Tổ quốc Việt Nam", "front"),
    IssuerRow("MTTW", "Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam", "front", "central"),
    IssuerRow("UBMT", "Ủy ban Mặt trận Tổ quốc Việt Nam", "front"),
    IssuerRow("UBMTTQ", "Ủy ban Mặt trận Tổ quốc Việt Nam", "front"),
    IssuerRow("MTTQ-BTT", "Ban Thường trực Ủy ban Mặt trận Tổ quốc Việt Nam", "front"),
    IssuerRow("MTTW-BTT", "Ban Thường trực Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam", "front", "central"),
    IssuerRow("UBMT-BTT", "Ban Thường trực Ủy ban Mặt trận Tổ quốc Việt Nam", "front"),
    IssuerRow("UBMTTQ-BTT", "Ban Thường trực Ủy ban Mặt trận Tổ quốc Việt Nam", "front"),
    IssuerRow("BTT", "Ban Thường trực", "front"),
    IssuerRow("CTN", "Chủ tịch nước", "law", "central"),
    IssuerRow("CP", "Chính phủ", "state", "central"),
    IssuerRow("TTg", "Thủ tướng Chính phủ", "state", "central"),
    IssuerRow("VPCP", "Văn phòng Chính phủ", "state", "central"),
    IssuerRow("VPQH", "Văn phòng Quốc hội", "law", "central"),
    IssuerRow("UBTVQH", "Ủy ban Thường vụ Quốc hội", "law", "central"),
    IssuerRow("QH", "Quốc hội", "law", "central"),
    IssuerRow("UBPLTP", "Ủy ban Pháp luật và Tư pháp", "law", "central"),
    IssuerRow("TANDTC", "Tòa án nhân dân tối cao", "state", "central"),
    IssuerRow("VKSNDTC", "Viện kiểm sát nhân dân tối cao", "state", "central"),
    IssuerRow("KTNN", "Kiểm toán nhà nước", "state", "central"),
    IssuerRow("TTCP", "Thanh tra Chính phủ", "state", "central"),
    IssuerRow("NHNN", "Ngân hàng Nhà nước Việt Nam", "state", "central"),
    IssuerRow("BHXH", "Bảo hiểm xã hội", "state"),
    IssuerRow("UBDT", "Ủy ban Dân tộc", "state", "central", valid_to=date(2025, 3, 1)),
    IssuerRow("BDTTG", "Bộ Dân tộc và Tôn giáo", "state", "central", date(2025, 3, 1)),
    IssuerRow("CTK", "Cục Thống kê", "state"),
    IssuerRow("BTĐKT", "Ban Thi đua - Khen thưởng", "state"),
    IssuerRow("UBND", "Ủy ban nhân dân", "state"),
    IssuerRow("HĐND", "Hội đồng nhân dân", "state"),
    IssuerRow("TTHĐND", "Thường trực Hội đồng nhân dân", "state"),
    IssuerRow("CTUBND", "Chủ tịch Ủy ban nhân dân", "state"),
    IssuerRow("VPUBND", "Văn phòng Ủy ban nhân dân", "state"),
    IssuerRow("VP", "Văn phòng", "state"),
    IssuerRow("CA", "Công an", "state"),
    IssuerRow("CAT", "Công an tỉnh", "state", "province"),
    IssuerRow("BCH", "Bộ Chỉ huy", "state"),
    IssuerRow("BĐBP", "Bộ đội Biên phòng", "state"),
    *(
        IssuerRow(code, name, "state", "central", since, until)
        for code, name, since, until in (
            ("BNV", "Bộ Nội vụ", BEGINNING, FOREVER),
            ("BQP", "Bộ Quốc phòng", BEGINNING, FOREVER),
            ("BCA", "Bộ Công an", BEGINNING, FOREVER),
            ("BNG", "Bộ Ngoại giao", BEGINNING, FOREVER),
            ("BTP", "Bộ Tư pháp", BEGINNING, FOREVER),
            ("BTC", "Bộ Tài chính", BEGINNING, FOREVER),
            ("BCT", "Bộ Công Thương", BEGINNING, FOREVER),
            ("BXD", "Bộ Xây dựng", BEGINNING, FOREVER),
            ("BYT", "Bộ Y tế", BEGINNING, FOREVER),
            ("BGDĐT", "Bộ Giáo dục và Đào tạo", BEGINNING, FOREVER),
            ("BKHCN", "Bộ Khoa học và Công nghệ", BEGINNING, FOREVER),
            ("BVHTTDL", "Bộ Văn hóa, Thể thao và Du lịch", BEGINNING, FOREVER),
            ("BNNMT", "Bộ Nông nghiệp và Môi trường", date(2025, 3, 1), FOREVER),
            ("BNNPTNT", "Bộ Nông nghiệp và Phát triển nông thôn", BEGINNING, date(2025, 3, 1)),
            ("BTNMT", "Bộ Tài nguyên và Môi trường", BEGINNING, date(2025, 3, 1)),
            ("BTTTT", "Bộ Thông tin và Truyền thông", BEGINNING, date(2025, 3, 1)),
            ("BLĐTBXH", "Bộ Lao động - Thương binh và Xã hội", BEGINNING, date(2025, 3, 1)),
            ("LĐTBXH", "Bộ Lao động - Thương binh và Xã hội", BEGINNING, date(2025, 3, 1)),
            ("BGTVT", "Bộ Giao thông vận tải", BEGINNING, date(2025, 3, 1)),
            ("BKHĐT", "Bộ Kế hoạch và Đầu tư", BEGINNING, date(2025, 3, 1)),
        )
    ),
    *(
        IssuerRow(code, name, "state", "province")
        for code, name in (
            ("SNV", "Sở Nội vụ"),
            ("STC", "Sở Tài chính"),
            ("STP", "Sở Tư pháp"),
            ("SYT", "Sở Y tế"),
            ("SXD", "Sở Xây dựng"),
            ("SCT", "Sở Công Thương"),
            ("SGDĐT", "Sở Giáo dục và Đào tạo"),
            ("SKHCN", "Sở Khoa học và Công nghệ"),
            ("SVHTTDL", "Sở Văn hóa, Thể thao và Du lịch"),
            ("SVHTT", "Sở Văn hóa và Thể thao"),
            ("SNNMT", "Sở Nông nghiệp và Môi trường"),
            ("SNNPTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
            ("STTTT", "Sở Thông tin và Truyền thông"),
            ("SLĐTBXH", "Sở Lao động - Thương binh và Xã hội"),
            ("SKHĐT", "Sở Kế hoạch và Đầu tư"),
            ("STNMT", "Sở Tài nguyên và Môi trường"),
            ("SGTVT", "Sở Giao thông vận tải"),
            ("SDT", "Sở Du lịch"),
            ("SNgV", "Sở Ngoại vụ"),
            ("SDTTG", "Sở Dân tộc và Tôn giáo"),
            ("BDT", "Ban Dân tộc"),
            ("TTT", "Thanh tra tỉnh"),
        )
    ),
)

_TYPE_ROWS: dict[str, list[TypeRow]] = {}
for _row in TYPES:
    _TYPE_ROWS.setdefault(_row.code.upper(), []).append(_row)
_ISSUER_ROWS: dict[str, list[IssuerRow]] = {}
for _issuer in ISSUERS:
    _ISSUER_ROWS.setdefault(_issuer.code.upper(), []).append(_issuer)
# Spellings of the same code: typing habits, not other bodies.
_ALIASES = {"TƯ": "TW", "TTTG": "TTg", "TTGCP": "TTg", "BTTUBMTTQ": "UBMTTQ-BTT"}
_LEGISLATURE = re.compile(r"(?i)^(UBTVQH|QH|UBPLTP|[A-ZĐ]{2,8}?)(\d{1,2})$")


@dataclass(frozen=True)
class DocumentNumber:
    """What one printed number says.

    `confidence` runs from 0 to 1 and `reason` says in plain words why it is not 1. `types` holds every name
    the type
    code may stand for: QĐ/TW is Quyết định or Quy định, nn/yyyy/QHnn Luật or Nghị quyết; the printed name
    decides.
    """

    raw: str
    family: str
    number: str | None
    year: int | None
    type_code: str | None
    types: tuple[str, ...]
    issuers: tuple[str, ...]
    unit: str | None
    canonical: str
    confidence: float
    reason: str
    issuer_names: tuple[str, ...] = field(default=())

    @property
    def key(self) -> str:
        """For comparing: capitals, no spaces, one dash, no leading zeros. Not unique: numbers recur every
        year or term."""
        return key(self.canonical)

    @property
    def is_letter(self) -> bool:
        return self.type_code == "CV"


def key(text: str) -> str:
    """The comparison form of any printed number: `Số: 05 - CT/TU`, `05-CT/TU` and `5-ct/tu` give one key."""
    plain = Aligned(text).plain.upper()
    plain = re.sub(r"^\s*S[ỐOÔ]\s*:?\s*", "", plain)
    plain = re.sub(r"\s+", "", plain)
    return re.sub(r"^0+(?=\d)", "", plain)


def type_names(code: str, family: str = "", on: date | None = None) -> tuple[str, ...]:
    """The names a type code may stand for, the likelier first, in a family and on a day when given."""
    rows = _TYPE_ROWS.get(code.upper(), [])
    if on is not None:
        rows = [row for row in rows if row.valid_from <= on < row.valid_to]
    if family == PARTY:
        rows = [row for row in rows if row.system != "state"]
    elif family in (ADMIN, QPPL):
        rows = [row for row in rows if row.system != "party"]
    return tuple(dict.fromkeys(row.name for row in rows))


def issuer_names(code: str, system: str = "", on: date | None = None) -> tuple[str, ...]:
    """The bodies an issuer code may stand for; the code never says which province's or commune's it is."""
    rows = _ISSUER_ROWS.get(code.upper(), [])
    if not rows and (match := _LEGISLATURE.match(code)):
        rows = _ISSUER_ROWS.get(match[1].upper(), [])
    if on is not None:
        rows = [row for row in rows if row.valid_from <= on < row.valid_to]
    at_home = [row for row in rows if row.system == system] if system else rows
    return tuple(dict.fromkeys(row.name for row in at_home or rows))


_CODE = r"[A-ZĐÂĂÊÔƠƯ][A-ZĐÂĂÊÔƠƯa-zđ&.]{0,14}\d{0,2}"
_NUMBER = re.compile(
    rf"""(?<![\w/\-.,])
    (?P<number>\d{{1,5}}[a-zđA-EĐ]?) \ {{0,2}} (?P<sep>[-/]) \ {{0,2}}
    (?: (?P<year>(?:19|20)\d\d) (?P<sep2>\ {{0,2}}[-/]\ {{0,2}}|) )?
    (?P<first>{_CODE})
    (?: \ {{0,2}} (?P<sep3>[-/]) \ {{0,2}} (?P<rest>{_CODE} (?:\ ?-\ ?{_CODE}){{0,3}}) )?
    """,
    re.VERBOSE,
)
# "Số 12 KH/TU": the dash forgotten, only after the word itself.
_NO_DASH = re.compile(
    rf"(?i:s[ốổồóòoô])\s*:?\s*(?P<number>\d{{1,5}}[a-zđ]?)\ +(?P<first>{_CODE})\ ?/\ ?(?P<rest>{_CODE}(?:-{_CODE})?)"
)
_BLANK = re.compile(
    rf"(?i:s[ốổồóòoô])\s*:?\s*[.\u2026_ ]{{0,40}}(?P<sep>[-/])\ ?(?P<first>{_CODE})\ ?(?P<sep3>[-/])\ ?(?P<rest>{_CODE}(?:-{_CODE}){{0,3}})"
)


def _spelled(code: str, table: dict[str, list]) -> str:
    """The code as the table prints it (TTG → TTg, Ctr → CTr), unchanged when unknown."""
    code = code.rstrip(".")
    code = _ALIASES.get(code.upper(), code)
    rows = table.get(code.upper())
    return rows[0].code if rows else code


def _known_issuer(code: str) -> bool:
    if code.upper() in _ISSUER_ROWS:
        return True
    match = _LEGISLATURE.match(code)
    return bool(match and match[1].upper() in _ISSUER_ROWS)


def _issuer_like(code: str) -> bool:
    """Abbreviations that are built like a body's: UBND…, S…, B…, VP…, TT…, P…, TP…, or in capitals with 3+
    letters."""
    return bool(
        re.match(
            r"(UB|HĐ|VP|TT|MT|BCĐ|BCH|CA|ĐU|BT|S[A-ZĐ]|B[A-ZĐ]|P[A-ZĐ]|H[A-ZĐ]|C[A-ZĐ]|T[A-ZĐ]|V[A-ZĐ]|LĐ|KB|NH)",
            code,
        )
    )


def _split_issuers(rest: str, joint: bool) -> tuple[tuple[str, ...], str | None, float]:
    """Issuers and unit from `A-B-C`; the share of the issuers the tables know."""
    groups = [_spelled(re.sub(r"\s+", "", group), _ISSUER_ROWS) for group in rest.split("-")]
    found: list[str] = []
    index = 0
    while index < len(groups):
        pair = "-".join(groups[index : index + 2])
        if index + 1 < len(groups) and pair.upper() in _ISSUER_ROWS:
            found.append(pair)
            index += 2
        else:
            found.append(groups[index])
            index += 1
    known = [_known_issuer(code) for code in found]
    if len(found) > 1 and not joint and not all(known):
        # One issuer and the unit that drafted: 12/KH-SNV-TCBC.
        return (found[0],), "-".join(found[1:]), 1.0 if known[0] else 0.0
    return tuple(found), None, sum(known) / len(known)


def _names(issuers: tuple[str, ...], family: str) -> tuple[str, ...]:
    system = {PARTY: "party", ADMIN: "state", QPPL: "state", LAW: "law"}.get(family, "")
    return tuple(names[0] for code in issuers if (names := issuer_names(code, system)))


def _number(raw: str, family: str, number: str | None, **more: object) -> DocumentNumber:
    fields: dict = {"year": None, "type_code": None, "types": (), "issuers": (), "unit": None, **more}
    return DocumentNumber(
        raw=raw, family=family, number=number, issuer_names=_names(fields["issuers"], family), **fields
    )


def _read(match: re.Match[str], raw: str) -> DocumentNumber:
    number = match["number"]
    sep, year_text, first = match["sep"], match["year"], match["first"].rstrip(".")
    sep2, sep3, rest = match["sep2"], match["sep3"], match["rest"]
    loose = " " in match[0]
    doubt = ["spaces around the separators"] if loose else []
    trust = 0.95 if loose else 1.0
    rest = re.sub(r"\s+", "", rest).rstrip(".") if rest else None

    law = _LEGISLATURE.match(first)
    if year_text and law and law[1].upper() in ("QH", "UBTVQH") and not rest:
        types = ("Luật", "Nghị quyết") if law[1].upper() == "QH" else ("Nghị quyết", "Pháp lệnh")
        issuer = law[1].upper() + law[2]
        return _number(
            raw, LAW, number, year=int(year_text), types=types, issuers=(issuer,),
            canonical=f"{number}/{year_text}/{issuer}", confidence=trust,
            reason="; ".join([*doubt, "the number does not tell " + " from ".join(types)]),
        )  # fmt: skip

    type_code = _spelled(first, _TYPE_ROWS)
    known_type = type_code.upper() in _TYPE_ROWS
    if year_text and rest:
        if not (sep2 or "").strip():
            doubt.append("slash missing after the year")
            trust = min(trust, 0.6)
        joint = known_type and any(row.joint for row in _TYPE_ROWS[type_code.upper()])
        issuers, unit, share = _split_issuers(rest, joint)
        if not known_type:
            doubt.append(f"unknown type {first}")
            trust = min(trust, 0.4)
        if share < 1:
            doubt.append("issuer not in the table")
            trust = min(trust, 0.8)
        tail = "-".join(issuers) + (f"-{unit}" if unit else "")
        return _number(
            raw, QPPL if known_type else REVIEW, number, year=int(year_text), type_code=type_code,
            types=type_names(type_code, QPPL), issuers=issuers, unit=unit,
            canonical=f"{number}/{year_text}/{type_code}-{tail}", confidence=trust, reason="; ".join(doubt),
        )  # fmt: skip

    if sep == "-" and not year_text and rest and sep3 == "/":
        joint = known_type and any(row.joint for row in _TYPE_ROWS[type_code.upper()])
        issuers, unit, share = _split_issuers(rest, True)
        names = type_names(type_code, PARTY) or type_names(type_code)
        if not known_type:
            doubt.append(f"unknown type {first}")
            trust = min(trust, 0.5)
        if share < 1:
            doubt.append("issuer not in the table")
            trust = min(trust, 0.8)
        if len(names) > 1:
            doubt.append(f"{type_code} may be " + " or ".join(names))
        return _number(
            raw, PARTY, number, type_code=type_code, types=names, issuers=issuers, unit=unit,
            canonical=f"{number}-{type_code}/{'-'.join(issuers)}", confidence=trust, reason="; ".join(doubt),
        )  # fmt: skip

    if sep == "/" and not year_text and sep3 != "/":
        if known_type and rest:
            joint = any(row.joint for row in _TYPE_ROWS[type_code.upper()])
            # A code that is also a body (BTT, CĐ, HĐ, TB) reads as a type here; the body after it settles it.
            issuers, unit, share = _split_issuers(rest, joint)
            if share < 1:
                doubt.append("issuer not in the table")
                trust = min(trust, 0.8)
            tail = "-".join(issuers) + (f"-{unit}" if unit else "")
            return _number(
                raw, ADMIN, number, type_code=type_code, types=type_names(type_code, ADMIN), issuers=issuers,
                unit=unit, canonical=f"{number}/{type_code}-{tail}", confidence=trust, reason="; ".join(doubt),
            )  # fmt: skip
        issuer = _spelled(first, _ISSUER_ROWS)
        if _known_issuer(issuer):
            if not rest:
                doubt.append("a letter without a unit")
                trust = min(trust, 0.8)
            return _number(
                raw, ADMIN, number, type_code="CV", types=("Công văn",), issuers=(issuer,), unit=rest,
                canonical=f"{number}/{issuer}" + (f"-{rest}" if rest else ""), confidence=trust,
                reason="; ".join(doubt),
            )  # fmt: skip
        glued = _glued(first)
        if glued and rest:
            issuers, unit, _ = _split_issuers(f"{glued[1]}-{rest}", False)
            return _number(
                raw, REVIEW, number, type_code=glued[0], types=type_names(glued[0], ADMIN), issuers=issuers, unit=unit,
                canonical=f"{number}/{first}-{rest}", confidence=0.4,
                reason=f"missing hyphen: perhaps {number}/{glued[0]}-{glued[1]}-{rest}",
            )  # fmt: skip
        if rest and _known_issuer(_spelled(rest.split("-")[0], _ISSUER_ROWS)) and not _issuer_like(first):
            issuers, unit, _ = _split_issuers(rest, False)
            return _number(
                raw, REVIEW, number, type_code=first, issuers=issuers, unit=unit, canonical=f"{number}/{first}-{rest}",
                confidence=0.4, reason=f"unknown type {first}",
            )  # fmt: skip
        if rest and _issuer_like(first):
            return _number(
                raw, ADMIN, number, type_code="CV", types=("Công văn",), issuers=(issuer,), unit=rest,
                canonical=f"{number}/{issuer}-{rest}", confidence=0.6,
                reason="read as a letter: neither a known type nor a known issuer",
            )  # fmt: skip
    glued = _glued(first)
    if glued and not rest and sep == "/":
        # PDF copies lose hyphens: 1961/QĐUBND, 61/2018/NĐCP.
        whole = (
            f"{number}/{year_text}/{glued[0]}-{glued[1]}" if year_text else f"{number}/{glued[0]}-{glued[1]}"
        )
        return _number(
            raw, REVIEW, number, year=int(year_text) if year_text else None, type_code=glued[0],
            types=type_names(glued[0], ADMIN), issuers=(glued[1],), canonical=re.sub(r"\s+", "", raw.split(":")[-1]),
            confidence=0.45, reason=f"missing hyphen: perhaps {whole}",
        )  # fmt: skip
    tail = match[0][len(number) :]
    return _number(
        raw, REVIEW, number, year=int(year_text) if year_text else None, type_code=type_code if known_type else None,
        types=type_names(type_code) if known_type else (), issuers=(rest,) if rest else (),
        canonical=number + re.sub(r"\s+", "", tail), confidence=0.3, reason="the groups do not fit any family",
    )  # fmt: skip


def _glued(first: str) -> tuple[str, str] | None:
    """A type and an issuer written together: TBMTTQ → TB, MTTQ."""
    for size in range(min(5, len(first) - 1), 1, -1):
        head, tail = first[:size], first[size:]
        if head.upper() in _TYPE_ROWS and _known_issuer(tail) and first.upper() not in _ISSUER_ROWS:
            return _spelled(head, _TYPE_ROWS), _spelled(tail, _ISSUER_ROWS)
    return None


def parse(text: str) -> DocumentNumber:
    """Reads one number as printed, with or without `Số:`. Never raises: what does not parse is family
    REVIEW."""
    aligned = Aligned(text)
    match = _NUMBER.search(aligned.plain)
    raw = aligned.words(0, len(aligned))
    if match:
        return _read(match, raw)
    # Numbers in lower case or wholly folded: "05-ct/tu".
    match = _NUMBER.search(aligned.plain.upper())
    if match:
        read = _read(match, raw)
        if read.family != REVIEW:
            return _lower(read, 0.8, "printed in small letters")
    if match := _NO_DASH.search(aligned.plain):
        read = parse(f"{match['number']}-{match['first']}/{match['rest']}")
        return _lower(_with(read, raw=raw), 0.6, "hyphen missing after the number")
    if match := _BLANK.search(aligned.plain):
        read = parse(f"0{match['sep']}{match['first']}{match['sep3']}{match['rest']}")
        return _with(
            read,
            raw=raw,
            number=None,
            canonical=read.canonical[1:],
            confidence=0.5,
            reason="no number yet: a draft",
        )
    return _number(raw, REVIEW, None, canonical=raw, confidence=0.0, reason="no number found")


def _with(read: DocumentNumber, /, **changes: object) -> DocumentNumber:
    return replace(read, **changes)  # type: ignore[arg-type]


def _lower(number: DocumentNumber, limit: float, why: str) -> DocumentNumber:
    return _with(
        number,
        confidence=min(number.confidence, limit),
        reason="; ".join(part for part in (number.reason, why) if part),
    )


def find_all(text: str | Aligned) -> list[tuple[int, int, DocumentNumber]]:
    """Every document number in running text, as (start, end, number) with offsets into the text as given.

    Stricter than `parse`: dates (23/7/2025), spans of years (2021 - 2025), 24/7 and shares are passed over,
    and loose
    spelling is accepted only where the type or the issuer is known.
    """
    aligned = text if isinstance(text, Aligned) else Aligned(text)
    plain = aligned.plain
    found: list[tuple[int, int, DocumentNumber]] = []
    for match in _NUMBER.finditer(plain):
        start, end = match.span()
        while plain[end - 1] in ".&":
            end -= 1
        number = _read(match, aligned.words(start, end))
        after_so = bool(re.search(r"(?i)s[ốổồóòoô]\s*:?\s*$", plain[max(0, start - 8) : start]))
        if not _believable(match, number, after_so):
            continue
        found.append((*aligned.span(start, end), number))
    for match in _NO_DASH.finditer(plain):
        start = match.start("number")
        if any(
            s < aligned.span(start, match.end())[1] and aligned.span(start, match.end())[0] < e
            for s, e, _ in found
        ):
            continue
        if match["first"].upper() in _TYPE_ROWS:
            number = parse(f"Số {match['number']} {match['first']}/{match['rest']}")
            found.append(
                (*aligned.span(start, match.end()), _with(number, raw=aligned.words(start, match.end())))
            )
    return sorted(found, key=lambda item: item[0])


def _believable(match: re.Match[str], number: DocumentNumber, after_so: bool) -> bool:
    """Whether this is a document's number and not a date, a share or two words with a dash between."""
    if number.family == LAW:
        return True
    if not match["rest"]:
        return (after_so and number.family == ADMIN) or number.confidence == 0.45
    known_type = bool(match["first"]) and match["first"].rstrip(".").upper() in _TYPE_ROWS
    known_issuer = any(_known_issuer(code) for code in number.issuers)
    if number.family == REVIEW:
        return number.confidence >= 0.4 or (after_so and (known_type or known_issuer))
    if " " in match[0] and not (known_type or (known_issuer and after_so)):
        return False
    if number.family == ADMIN and number.type_code == "CV":
        return known_issuer or after_so
    return known_type or known_issuer or after_so
