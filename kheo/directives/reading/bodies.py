"""Bodies that directives address: how they are written, what function they have, at which level they stand.

`scan_list` reads a list of bodies at a position ("Sở Nội vụ, Công an tỉnh và UBND các xã, phường") and tells its parts.
The registry `HEADS` maps how a name begins to a function code; the rest of the name is read by grammar: modifiers of
level and place, names in capitals, and an open end for committees that carry their subject in their name.
"""
# ruff: noqa: E501 - patterns stay on one line each, so that they can be read and searched

import re
from dataclasses import dataclass, field

from kheo.lib.aligned_text import Aligned
from kheo.lib.vietnamese import fold

from .words import PREDICATE

# How much of what follows a head belongs to the name:
#   closed: modifiers of level and place only
#   named:  words in capitals and numbers as well (Sở Nông nghiệp và Môi trường)
#   open:   anything up to the predicate (Ban Chỉ đạo phong trào thi đua … các cấp)
#   noun:   a general noun that joins the list before it (các sở, ban, ngành, đoàn thể)
CLOSED, NAMED, OPEN, NOUN = "closed", "named", "open", "noun"


@dataclass(frozen=True)
class Head:
    """How the names of one function begin, as a pattern over lower-case text."""

    pattern: str
    function: str
    tail: str = CLOSED
    level: str = ""
    alone: bool = True  # whether the head is a name by itself; "trung tâm" is not


_UBND = r"(?:ủy ban nhân dân|ubnd|uỷ ban nhân dân)"
_MTTQ = r"(?:ủy ban (?:trung ương )?|ub ?)?(?:mặt trận tổ quốc|mttqvn|mttq|mt tổ quốc)(?: việt nam| vn)?"

# The longest and most particular first: the first pattern that fits wins.
HEADS: tuple[Head, ...] = (
    # Party
    Head(r"ban thường trực (?:" + _MTTQ + r"|mặt trận)", "mttq"),
    Head(r"(?:văn phòng|cơ quan) " + _MTTQ, "mttq"),
    Head(r"ban công tác mặt trận", "mttq", NAMED, "hamlet"),
    Head(_MTTQ, "mttq"),
    Head(r"(?:ub|ủy ban) mttq", "mttq"),
    Head(r"mặt trận", "mttq"),
    Head(r"ban cán sự đảng", "ban_can_su_dang", NAMED),
    Head(r"đảng đoàn", "ban_can_su_dang", NAMED),
    Head(r"ban tuyên giáo (?:và|-|&) dân vận", "ban_tuyen_giao", NAMED),
    Head(r"ban (?:tg ?(?:&|và|-) ?dv|tgdv)(?: ?tu)?", "ban_tuyen_giao", NAMED),
    Head(r"ban tuyên giáo", "ban_tuyen_giao", NAMED),
    Head(r"ban dân vận", "ban_dan_van", NAMED),
    Head(r"ban tổ chức(?= tỉnh ủy| thành ủy| huyện ủy| trung ương| đảng ủy|,|;|:| và| phối| chủ| tham|$)", "ban_to_chuc", NAMED),
    Head(r"ban nội chính", "ban_noi_chinh", NAMED),
    Head(r"khối dân vận", "khoi_dan_van"),
    Head(r"tổ (?:công nghệ số|chuyển đổi số)(?: cộng đồng)?|tổ (?:bảo vệ an ninh(?:,)? trật tự|hòa giải|tự quản|liên gia)|ban (?:giám sát đầu tư của cộng đồng|thanh tra nhân dân|bảo vệ dân phố|phát triển thôn)", "thon_xom", NAMED, "hamlet"),
    Head(r"tổ dân vận", "khoi_dan_van"),
    Head(r"(?:ủy ban|cơ quan ủy ban|cơ quan) kiểm tra(?= tỉnh| thành| huyện| đảng| các cấp| trung ương|,|;|:| và| phối| chủ)", "uy_ban_kiem_tra", NAMED),
    Head(r"(?:ủy ban|ub) kiểm tra|ubkt", "uy_ban_kiem_tra", NAMED),
    Head(r"văn phòng (?=tỉnh ủy|thành ủy|huyện ủy|đảng ủy|trung ương đảng|cấp ủy)", "van_phong_cap_uy", NAMED),
    Head(r"ban xây dựng đảng", "ban_xay_dung_dang", NAMED),
    Head(r"ban đảng(?= tỉnh| trung| các)?", "ban_xay_dung_dang"),
    Head(r"ban (?=(?:của )?(?:tỉnh ủy|thành ủy|huyện ủy|đảng ủy))", "ban_xay_dung_dang"),
    Head(r"cơ quan tham mưu,? giúp việc", "ban_xay_dung_dang", OPEN),
    Head(r"ban thường vụ(?: (?=tỉnh ủy|thành ủy|huyện ủy|đảng ủy|các|cấp|đảng|tỉnh|thành|xã|phường|hội|tỉnh đoàn)|(?= ))", "ban_thuong_vu", NAMED),
    Head(r"(?:ban )?thường trực (?=tỉnh ủy|thành ủy|huyện ủy|đảng ủy|cấp ủy|các đảng ủy|các huyện ủy)", "ban_thuong_vu"),
    Head(r"thường trực (?:hội đồng nhân dân|hđnd)", "hdnd"),
    Head(r"ban chấp hành (?=đảng bộ)", "cap_uy", NAMED),
    Head(r"(?:quân ủy|đảng ủy) (?:trung ương|công an trung ương|quân sự|công an|bộ đội biên phòng|biên phòng)", "cap_uy", NAMED),
    Head(r"đảng ủy (?:ủy ban nhân dân|ubnd)", "cap_uy"),
    Head(r"đảng ủy (?:các cơ quan đảng|cơ quan đảng|khối|hđnd|mttq|bộ phận|cơ sở)", "cap_uy", NAMED),
    Head(r"(?:tỉnh ủy|thành ủy|huyện ủy|thị ủy|quận ủy|đảng ủy|đảng bộ|chi bộ|chi ủy)", "cap_uy", NAMED),
    Head(r"tổ chức (?:cơ sở )?đảng", "cap_uy", NOUN),
    Head(r"cấp ủy(?: đảng)?(?! viên)", "cap_uy"),
    Head(r"tiểu ban", "ban_chi_dao", OPEN),
    Head(r"cơ quan thường trực(?: (?:của )?ban chỉ đạo)?", "ban_chi_dao", OPEN),
    Head(r"(?:thành viên|ủy viên|trưởng|phó trưởng|phó) (?:các )?(?:ban chỉ đạo|bcđ|ban chỉ huy|ban tổ chức|hội đồng|tổ công tác|tổ giúp việc|đoàn công tác|đoàn kiểm tra)", "ban_chi_dao", OPEN),
    Head(r"(?:văn phòng|cơ quan|bộ phận) thường trực (?=ban|hội đồng|tổ)", "ban_chi_dao", OPEN),
    Head(r"(?:văn phòng )?ban an toàn giao thông", "ban_chi_dao"),
    Head(r"văn phòng (?:chính phủ|quốc hội|chủ tịch nước|trung ương)|(?:phó )?thủ tướng(?: thường trực)?(?: chính phủ)?", "co_quan_nha_nuoc", NAMED),
    Head(r"trung ương (?:đoàn|hội)", "to_chuc_chinh_tri_xa_hoi", NAMED),
    Head(r"văn phòng (?:điều phối|ban chỉ đạo)", "ban_chi_dao", OPEN),
    Head(r"(?:ban chỉ đạo|bcđ)(?: trung ương)?", "ban_chi_dao", OPEN),
    Head(r"(?:tổ giúp việc|tổ công tác|tổ thư ký|bộ phận giúp việc|bộ phận thường trực)", "ban_chi_dao", OPEN),
    Head(r"ban tổ chức (?=hội thi|cuộc thi|giải|lễ|cuộc vận động)", "ban_chi_dao", OPEN),
    # elected bodies and government
    Head(r"văn phòng (?:đoàn đại biểu quốc hội|đoàn đbqh)(?: và (?:hđnd|hội đồng nhân dân))?", "hdnd"),
    Head(r"đoàn (?:đại biểu quốc hội|đbqh)", "hdnd"),
    Head(r"(?:hội đồng nhân dân|hđnd)(?= (?:và|,) (?:ủy|ubnd))", "hdnd"),
    Head(r"(?:các )?ban (?:của )?(?:hội đồng nhân dân|hđnd)", "hdnd"),
    Head(r"(?:hội đồng nhân dân|hđnd)", "hdnd", NAMED),
    Head(r"văn phòng (?:hđnd (?:và|-|&) ubnd|hđnd|" + _UBND + r"|hội đồng nhân dân(?: và ủy ban nhân dân)?)", "van_phong_ubnd", NAMED),
    Head(_UBND, "ubnd", NAMED),
    Head(r"sở nội vụ", "so_noi_vu", NAMED),
    Head(r"sở (?:văn hóa,? thể thao (?:và|-|&) du lịch|vh,? ?tt ?(?:&|và) ?dl|văn hóa và thể thao)", "so_nganh"),
    Head(r"sở (?:nông nghiệp (?:và|-|&) (?:môi trường|phát triển nông thôn|ptnt)|nn ?& ?mt)", "so_nganh"),
    Head(r"sở (?:giáo dục (?:và|-|&) đào tạo|gd ?& ?đt|gdđt|khoa học (?:và|-|&) công nghệ|kh ?& ?cn|thông tin (?:và|-|&) truyền thông|tài nguyên (?:và|-|&) môi trường|kế hoạch (?:và|-|&) đầu tư|dân tộc (?:và|-|&) tôn giáo)", "so_nganh"),
    Head(r"sở (?:lao động ?-? ?thương binh (?:và|-|&) xã hội|lao động, thương binh và xã hội|quy hoạch ?-? ?kiến trúc|an toàn thực phẩm)", "so_nganh"),
    Head(r"sở (?:tài chính|tư pháp|y tế|xây dựng|công thương|giao thông vận tải|ngoại vụ|du lịch|công an)", "so_nganh"),
    Head(r"sở(?=,|;|:|$| ngành|/| và| chuyên| có| liên| thuộc| trực)", "so_nganh"),
    Head(r"sở (?=\w)", "so_nganh", NAMED, alone=False),
    Head(r"ban, (?:ngành|sở|đơn vị)", "so_nganh", NOUN),
    Head(r"ban ngành", "so_nganh", NOUN),
    Head(r"ban(?=,? (?:ngành|đoàn thể)|, (?:mặt trận|đơn vị|cơ quan))", "so_nganh", NOUN),
    Head(r"ngành(?=,|;|:|\.|$| và| chức năng| có liên| liên| cấp| tỉnh| thành phố| thuộc| địa| đoàn| nội chính| công an| tuyên|\b)", "so_nganh", NOUN),
    Head(r"ban quản lý", "don_vi_su_nghiep", NAMED),
    Head(r"(?:ban|hội đồng) (?:thi đua ?-? ?,? ?khen thưởng|tđkt)", "so_noi_vu", NAMED),
    Head(r"ban (?:dân tộc|tôn giáo)", "so_nganh", NAMED),
    Head(r"ban (?:chỉ huy quân sự|chqs)", "quan_su", NAMED),
    Head(r"(?:bộ|ban) chỉ huy (?:bộ đội biên phòng|bđbp|biên phòng)", "bien_phong", NAMED),
    Head(r"(?:bộ chỉ huy|bộ tư lệnh|bộ|cơ quan) (?:quân sự|chqs|thủ đô)", "quan_su", NAMED),
    Head(r"(?:bộ chỉ huy|bộ tư lệnh)", "quan_su", NAMED),
    Head(r"(?:bộ đội biên phòng|bđbp|đồn biên phòng|biên phòng)", "bien_phong", NAMED),
    Head(r"(?:ban quân sự|quân sự (?=tỉnh|xã))", "quan_su", NAMED),
    Head(r"quân đội(?: nhân dân)?", "quan_su"),
    Head(r"(?:lực lượng )?công an(?: nhân dân)?", "cong_an", NAMED),
    Head(r"(?:đơn vị )?lực lượng vũ trang|đơn vị (?:quân đội|vũ trang)|llvt", "luc_luong_vu_trang", NAMED),
    Head(r"lực lượng (?:chức năng|dân quân|an ninh cơ sở|quản lý thị trường|kiểm lâm|tham gia)", "luc_luong_vu_trang", NAMED),
    Head(r"(?:viện kiểm sát|tòa án)(?: nhân dân)?|vksnd|tand", "co_quan_nha_nuoc", NAMED),
    Head(r"thanh tra (?=tỉnh|thành phố|nhà nước|chính phủ)", "so_nganh", NAMED),
    Head(r"(?:kiểm toán nhà nước|kho bạc nhà nước|ngân hàng nhà nước|ngân hàng chính sách xã hội|ngân hàng|bảo hiểm xã hội|bhxh|thi hành án dân sự|quản lý thị trường|hải quan|hạt kiểm lâm|kiểm lâm)", "co_quan_nha_nuoc", NAMED),
    Head(r"thuế (?=tỉnh|thành phố|cơ sở|khu)", "co_quan_nha_nuoc", NAMED),
    Head(r"(?:chi cục|cục|tổng cục|kho bạc|điện lực|bưu điện|viễn thông|vụ) (?=\w)", "co_quan_nha_nuoc", NAMED, alone=False),
    Head(r"bộ,(?: cơ quan ngang bộ| ngành)", "co_quan_nha_nuoc", NAMED),
    Head(r"bộ (?=nội vụ|quốc phòng|công an|tài chính|tư pháp|y tế|xây dựng|ngoại giao|công thương|văn hóa|giáo dục|khoa học|nông nghiệp|dân tộc|lao động|thông tin|kế hoạch|giao thông|tài nguyên)", "co_quan_nha_nuoc", NAMED),
    Head(r"(?:hai|các|mỗi) bên", "other"),
    Head(r"cấp công đoàn", "cong_doan", NAMED),
    Head(r"cấp bộ đoàn", "thanh_nien", NAMED),
    Head(r"cấp (?:bộ )?hội(?! nghị| họp)", "to_chuc_chinh_tri_xa_hoi", NAMED),
    Head(r"(?:trung đoàn|sư đoàn|tiểu đoàn|lữ đoàn|quân khu|quân đoàn|hải đội|hải đoàn)(?: bộ)?", "quan_su", NAMED),
    Head(r"cục chính trị|phòng chính trị|ban chính trị", "quan_su", NAMED),
    Head(r"cơ sở đoàn|chi đoàn", "thanh_nien", NAMED),
    Head(r"chi hội|cơ sở hội", "to_chuc_chinh_tri_xa_hoi", NAMED),
    Head(r"(?:bộ(?=,? (?:ban|ngành|cơ quan|địa phương))|tỉnh, thành phố)", "co_quan_nha_nuoc"),
    Head(r"(?:đài truyền hình|đài tiếng nói|thông tấn xã)(?: việt nam)?", "bao_chi", NAMED),
    Head(r"(?:các )?tổ đại biểu|đại biểu (?:hội đồng nhân dân|hđnd|quốc hội)", "hdnd", NAMED),
    Head(r"ban(?=,| và| của (?:hđnd|hội đồng))", "hdnd", NOUN),
    Head(r"phòng (?:chuyên môn|,? ?ban|văn hóa ?[-–] ?xã hội|kinh tế)", "co_quan_nha_nuoc", NAMED),
    Head(r"phòng(?=, (?:ban|đơn vị|trung tâm))", "co_quan_nha_nuoc", NOUN),
    Head(r"phòng (?=\w)", "co_quan_nha_nuoc", NAMED, alone=False),
    Head(r"(?:văn phòng)(?=,|;|:|$| và| ban| sở| đoàn| chi| thường| phối)", "co_quan_nha_nuoc", NAMED),
    # socio-political and social organisations
    Head(r"(?:hội )?(?:liên hiệp phụ nữ|lhpn|phụ nữ)", "phu_nu", NAMED),
    Head(r"hội nông dân", "nong_dan", NAMED),
    Head(r"hội (?:cựu chiến binh|ccb)", "cuu_chien_binh", NAMED),
    Head(r"(?:đoàn|đoàn thanh niên|đtn|đoàn tncs|đoàn thanh niên cộng sản)(?: cộng sản)? ?(?:thanh niên|tncs|hồ chí minh|thanh niên cộng sản hồ chí minh|tncs hồ chí minh)|đoàn thanh niên", "thanh_nien", NAMED),
    Head(r"(?:ban chấp hành |ban thường vụ )?(?:tỉnh đoàn|thành đoàn|huyện đoàn|đoàn xã|đoàn phường|đoàn trường)", "thanh_nien", NAMED),
    Head(r"hội (?:liên hiệp thanh niên|sinh viên)|hội đồng đội", "thanh_nien", NAMED),
    Head(r"(?:tổng )?liên đoàn lao động|lđlđ|công đoàn", "cong_doan", NAMED),
    Head(r"đoàn thể(?: chính trị ?- ?xã hội| nhân dân)?", "to_chuc_chinh_tri_xa_hoi", NOUN),
    Head(r"tổ chức chính trị ?- ?xã hội|(?:các )?tổ chức (?:ct ?- ?xh|ctxh)|tổ chức đoàn thể(?: chính trị ?- ?xã hội)?|tổ chức thành viên", "to_chuc_chinh_tri_xa_hoi"),
    Head(r"tổ chức xã hội ?- ?nghề nghiệp", "to_chuc_xa_hoi_nghe_nghiep"),
    Head(r"hội quần chúng|tổ chức hội|hội đặc thù|hội, hiệp hội|hiệp hội", "to_chuc_xa_hoi", NAMED),
    Head(r"tổ chức (?:xã hội|quần chúng|phi chính phủ)", "to_chuc_xa_hoi"),
    Head(r"(?:hội|liên hiệp|liên minh|hiệp hội|câu lạc bộ) (?=chữ thập|người cao tuổi|khuyến học|nhà báo|luật gia|văn học|văn nghệ|khoa học|các hội|các tổ chức|hợp tác xã|đông y|làm vườn|doanh|cựu|nạn nhân|bảo trợ|người mù|người khuyết|kế hoạch hóa|di sản|sinh vật|từ thiện|thân nhân|tù)", "to_chuc_xa_hoi", NAMED),
    Head(r"(?:hội, )?đoàn thể", "to_chuc_chinh_tri_xa_hoi", NOUN),
    Head(r"chức sắc(?:, chức việc)?|tổ chức tôn giáo", "to_chuc_xa_hoi", NAMED),
    # press, services, schools, enterprises
    Head(r"(?:cơ quan )?(?:báo(?: chí)?(?: và|,) (?:đài )?phát thanh(?:,| -|-| và)? ?truyền hình|báo và (?:đài )?pt ?(?:-|&|và)? ?th|đài phát thanh(?: và| -|-|,)? ?truyền hình|đài ptth|đài truyền thanh|đài phát thanh|đài truyền hình|báo,? đài)", "bao_chi", NAMED),
    Head(r"cơ quan (?:thông tấn,? ?báo chí|báo chí|truyền thông|thông tin)|cổng thông tin điện tử|trang thông tin điện tử", "bao_chi", NAMED),
    Head(r"báo (?=\w)", "bao_chi", NAMED, alone=False),
    Head(r"trung tâm (?:phục vụ hành chính công|dịch vụ tổng hợp|cung ứng dịch vụ công|văn hóa ?- ?thể thao)", "don_vi_su_nghiep", NAMED),
    Head(r"(?:trung tâm) (?=\w)", "don_vi_su_nghiep", NAMED, alone=False),
    Head(r"đơn vị sự nghiệp(?: công lập)?", "don_vi_su_nghiep"),
    Head(r"trường học|trường (?=tiểu|trung|mầm|thpt|thcs|đại học|cao đẳng|chính trị|dạy|phổ thông|nội trú)|cơ sở giáo dục|nhà trường|học viện", "truong_hoc", NAMED),
    Head(r"trạm y tế|bệnh viện|cơ sở y tế", "don_vi_su_nghiep", NAMED),
    Head(r"(?:công ty|tập đoàn|tổng công ty|hợp tác xã) (?=\w)", "doanh_nghiep", NAMED, alone=False),
    Head(r"doanh nghiệp(?: nhà nước)?|hợp tác xã|cơ sở sản xuất(?:,? kinh doanh)?|doanh nhân", "doanh_nghiep", NOUN),
    Head(r"(?:trưởng|già) (?:bản|làng)", "thon_xom", CLOSED, "hamlet"),
    Head(r"(?:trưởng )?(?:ban (?:cán sự|quản lý|điều hành) |bí thư chi bộ )?(?:các )?(?:thôn|xóm|bản(?=[,;:]| và| có)|khối phố|khu dân cư|tổ dân phố|khu phố|ấp|buôn|khối, xóm)(?:(?:,|;| và|/) ?(?:thôn|xóm|bản|làng|ấp|buôn|khối phố|khối|tổ dân phố|khu dân cư|khu phố)(?!\w))*", "thon_xom", NAMED, "hamlet"),
    # general words
    Head(r"cơ quan (?:hành chính )?nhà nước|cơ quan hành chính", "co_quan_nha_nuoc"),
    Head(r"(?:cơ quan )?chính quyền(?: địa phương)?", "chinh_quyen"),
    Head(r"hệ thống chính trị", "other"),
    Head(r"cơ quan chuyên môn", "so_nganh", NAMED),
    Head(r"cơ quan", "co_quan_nha_nuoc", NOUN),
    Head(r"(?:đơn vị)", "other", NOUN),
    Head(r"địa phương", "other", NOUN),
    Head(r"tổ chức(?=,| và (?:cá nhân|đơn vị|doanh nghiệp|cơ quan)| có liên quan| liên quan| trực thuộc| hội(?: |,))", "other", NOUN),
    Head(r"cá nhân(?= có liên quan| liên quan|,|:|$)", "other", NOUN),
    Head(r"khối thi đua|cụm(?:, khối)? thi đua|khối, cụm thi đua", "other", NAMED),
    Head(r"cấp (?=tỉnh|xã|huyện|cơ sở|thành phố)", "other"),
    Head(r"(?:cán bộ|đảng viên|công chức|viên chức|người lao động|hội viên|đoàn viên)(?:, (?:cán bộ|đảng viên|công chức|viên chức|người lao động|hội viên|đoàn viên))*(?: và (?:nhân dân|người lao động))?", "other", NOUN),
    Head(r"hộ gia đình|người dân|nhân dân", "other", NOUN),
    Head(r"(?:ban (?!hành|đầu|ngày|đêm|bố)|bộ phận |tổ (?!chức)|đội |khối |hội đồng |quỹ |liên hiệp |hội (?!nghị|thảo|họp|thi|đồng))(?=\w)", "other", NAMED, alone=False),
)  # fmt: skip

# Those who head a body; the body named after them decides the function.
_ROLE = (
    r"(?:(?:đồng chí |đ/c |ông |bà )?(?:phó )?(?:giám đốc|thủ trưởng|chủ tịch|bí thư|trưởng(?= (?:ban(?! chỉ đạo)|phòng|các|bộ phận))|"
    r"chánh(?= văn phòng| thanh tra)|chánh án|viện trưởng|tổng biên tập|"
    r"hiệu trưởng|chỉ huy trưởng|tư lệnh|người đứng đầu|lãnh đạo(?= các (?:sở|cơ quan|đơn vị|phòng|ban|địa phương))|chủ nhiệm|tổng giám đốc|cục trưởng|bộ trưởng|"
    r"phó trưởng(?= ban(?! chỉ đạo)| phòng)|phó chủ tịch|phó bí thư|ủy viên ban thường vụ|ủy viên ban chấp hành|ủy viên|tập thể|cán bộ chủ chốt)"
    r"(?: thường trực)?(?: ?(?:,|và) (?:thủ trưởng|giám đốc|chủ tịch|trưởng|người đứng đầu|bí thư|phó bí thư)(?= ))?"
    r"(?: (?:của )?)?)"
)
# Roles that stand alone (no body follows): "Thủ trưởng các đơn vị" has one, "Chánh Văn phòng" may not.
_MANY = r"(?:tất cả )?(?:các|những|mỗi|từng|toàn thể|quý|một số)? ?"
_HEAD_RE = re.compile("|".join(f"(?P<h{i}>{head.pattern})" for i, head in enumerate(HEADS)))
_ROLE_RE = re.compile(_ROLE + r"(?=\S)")
_MANY_RE = re.compile(r"(?:tất cả )?(?:các|những|mỗi|từng|toàn thể|quý|một số) ")
_COMRADES = re.compile(r"(?:các )?(?:đồng chí|đ/c|ông(?: ?\(bà\)|, bà|/bà)?|bà) ")

_PLACE_KIND = (
    r"(?:tỉnh|thành phố|tp\.?|thị xã|huyện|quận|xã|phường|đặc khu|thị trấn|khu phố|thôn|xóm|vùng|khu vực)"
)
_MODIFIERS = re.compile(
    r"""\ ?(?:
    (?:ở\ |thuộc\ )?(?:các\ )?cấp\ (?:trung\ ương|tỉnh|thành\ phố|huyện|xã|cơ\ sở|trên|dưới|ủy|mình|phường)(?:(?:,|\ và)\ (?:cấp\ )?(?:tỉnh|huyện|xã|cơ\ sở)(?!\w))*
    | (?:các|cùng)\ cấp(?!\ ủy)
    | khu\ vực\ (?:[ivx]+|\d+)(?!\w) | khu\ vực(?=[,;:]|$|\ (?:chủ\ trì|phối\ hợp|đề\ nghị|tham|tăng|tổ\ chức|thực\ hiện|hướng\ dẫn|theo\ dõi))
    | đảng(?!\ (?:ủy|bộ|viên|đoàn))(?=\W|$)
    | nhà\ nước | việt\ nam | trung\ ương | hồ\ chí\ minh | nhân\ dân(?=\ (?:tỉnh|tối|khu|các|cấp|xã|thành|phường))
    | chuyên\ môn | chuyên\ trách | chức\ năng | tham\ mưu,?\ giúp\ việc | ngang\ bộ | hành\ chính
    | (?:có\ |và\ cá\ nhân\ (?:có\ )?)?liên\ quan(?:\ khác)? | nêu\ trên | nói\ trên | khác | được\ giao(?:\ nhiệm\ vụ)?(?=\W) | cơ\ sở(?!\ (?:chức|dữ|vật|hạ|đó)) | ở\ cơ\ sở | địa\ phương
    | (?:của\ )?(?:tỉnh\ ủy|thành\ ủy|huyện\ ủy|thị\ ủy|quận\ ủy|đảng\ ủy(?!\ viên)|cấp\ ủy)
    | (?:của\ |trong\ |toàn\ |trong\ toàn\ |ở\ |tại\ )?(?:địa\ bàn\ )?(?:tỉnh|thành\ phố|ngành)(?!\ (?:ủy|đoàn))(?=\W|$)
    | (?:của\ |ở\ |tại\ )?các\ tỉnh(?:,\ thành\ phố|\ và\ thành\ phố)?(?!\ (?:ủy|đoàn))(?:\ trực\ thuộc\ trung\ ương)?
    | (?:đóng\ |đứng\ chân\ |đóng\ chân\ |hoạt\ động\ |có\ trụ\ sở\ )?(?:trên|tại)\ (?:toàn\ )?địa\ bàn(?:\ (?:toàn\ )?(?:tỉnh|thành\ phố|xã|phường))?
    | (?:của\ |ở\ |tại\ |thuộc\ )?(?:các\ )?(?:xã|phường|đặc\ khu|thị\ trấn|huyện|quận|thị\ xã|thôn|xóm|bản|tổ\ dân\ phố|khu\ dân\ cư|khu\ phố|khối\ phố)(?!\ ủy)(?:(?:,|\ và|/|\ -|;)\ ?(?:xã|phường|đặc\ khu|thị\ trấn|huyện|thành\ phố|thị\ xã|thôn|xóm|bản|tổ\ dân\ phố|khối(?:\ phố)?)(?=\W|$))*(?!\w)
    | (?:của\ )?ủy\ ban\ nhân\ dân(?:\ tỉnh|\ thành\ phố|\ xã|\ phường)? | ubnd(?:\ tỉnh|\ thành\ phố|\ xã|\ phường)? | (?:và\ )?hđnd(?=\W)
    | trực\ thuộc(?:\ (?:trung\ ương|tỉnh\ ủy|thành\ ủy|đảng\ ủy|huyện\ ủy|tỉnh|thành\ phố|đảng\ bộ|sở|bộ|xã|phường))?
    )(?=[\s,;:./()"]|$)""",
    re.VERBOSE,
)
_OF = re.compile(
    r" (?:thuộc|của|trực thuộc) (?:thẩm quyền(?: quản lý)?|phạm vi quản lý|quyền quản lý|(?=\S))"
)
_SEPARATOR = re.compile(
    r"(?:\s*[,;/]\s*(?:và |cùng )?|\s+(?:và|cùng với|hoặc|&|-)\s+)(?:(?:đề nghị|yêu cầu|giao) )?"
)
_PAREN = re.compile(r" ?\([^()\n]{0,120}\)")
_QUOTED = re.compile(r' ?"[^"\n]{1,120}"')
_STOP = {"và", "các", "của", "là", "được", "trong", "về", "theo", "có", "cho", "với", "để", "tại", "từ", "do", "bởi", "đã", "đang", "sẽ", "bị", "nếu", "thì", "mà", "khi", "này", "đó", "những", "vừa", "ký", "cũng", "luôn", "phải", "cần"}  # fmt: skip
_WORD = re.compile(r"\S+")
_PREDICATE = re.compile(PREDICATE)


_WITH_STANDING_COMMITTEE = {"cap_uy", "phu_nu", "nong_dan", "thanh_nien", "cuu_chien_binh"}


@dataclass
class Item:
    """One name in a list, at [start, end) of the aligned text."""

    start: int
    end: int
    function: str
    tail: str
    role: bool = False
    many: bool = False
    level: str = ""


@dataclass
class Body:
    """One addressed body: as written, what it is, where it stands."""

    start: int
    end: int
    name: str
    function: str
    level: str
    confidence: float = 1.0
    reason: str = ""


@dataclass
class BodyList:
    """A list of bodies at [start, end) and the parts it falls into."""

    start: int
    end: int
    parts: list[Body] = field(default_factory=list)


def predicate_at(text: Aligned, position: int) -> bool:
    """Whether a predicate (a verb of duty, an adverb before it, a deadline) begins here."""
    while position < len(text) and text.tone[position] == " ":
        position += 1
    return bool(_PREDICATE.match(text.tone, position))


def _head_at(text: Aligned, position: int, blind: bool = False) -> tuple[Head, int] | None:
    match = _HEAD_RE.match(text.tone, position)
    if match and match.lastgroup and match.end() > position:
        end = match.end()
        if text.tone[end - 1] == " " or not (end < len(text) and text.tone[end].isalnum()):
            return HEADS[int(match.lastgroup[1:])], end
    if blind:
        match = _BLIND_RE.match(text.fold, position)
        if match and match.end() > position:
            end = match.end()
            if not (end < len(text) and text.fold[end].isalnum()):
                return _BLIND[match.lastgroup or ""], end
    return None


# Names safe to know without their accents (badly scanned text): several syllables, seldom anything else.
_BLIND: dict[str, Head] = {}
_blind_parts = []
for _index, _head in enumerate(HEADS):
    if (
        _head.tail in (CLOSED, NAMED)
        and len(re.sub(r"\(\?.*", "", _head.pattern).split()) >= 2
        and "\\w" not in _head.pattern
        and "ban đảng" not in _head.pattern  # "bản đăng ký" reads the same without accents
    ):
        _BLIND[f"b{_index}"] = _head
        _blind_parts.append(f"(?P<b{_index}>{fold(_head.pattern).replace(' ', ' ')})")
_BLIND_RE = re.compile("|".join(_blind_parts))


def scan_item(text: Aligned, position: int, limit: int, blind: bool = False) -> Item | None:
    """One body beginning exactly at `position`, or None."""
    start = position
    role = many = False
    for _ in range(3):
        if match := _MANY_RE.match(text.tone, position, limit):
            position, many = match.end(), True
        elif (match := _COMRADES.match(text.tone, position, limit)) or (
            match := _ROLE_RE.match(text.tone, position, limit)
        ):
            position, role = match.end(), True
        else:
            break
    found = _head_at(text, position, blind)
    if not found or found[1] > limit:
        return _bare_role(text, start, position, limit, many) if role else None
    head, end = found
    while end > position and text.tone[end - 1] == " ":
        end -= 1
    named_at = end
    end = _tail(text, end, limit, head)
    if not head.alone and end <= named_at:
        return None
    # "Ban Thường vụ các đảng ủy xã": the committee it belongs to is part of the name.
    inner = scan_item(text, end + 1, limit) if head.function == "ban_thuong_vu" and end + 1 < limit else None
    if inner and inner.function in _WITH_STANDING_COMMITTEE:
        end = inner.end
    return Item(start, end, head.function, head.tail, role, many, head.level)


def _bare_role(text: Aligned, start: int, position: int, limit: int, many: bool) -> Item | None:
    """A role without a known body after it: "Chánh Văn phòng", "đồng chí Nguyễn Văn A"."""
    end = position
    while end > start and text.tone[end - 1] == " ":
        end -= 1
    end = _capitals(text, end, limit)
    return Item(start, end, "other", CLOSED, True, many) if end > start else None


def _tail(text: Aligned, end: int, limit: int, head: Head) -> int:
    """Where the name that begins with `head` and has been read up to `end` stops."""
    if head.tail == OPEN:
        end = _open_tail(text, end, limit)
    for _ in range(10):
        before = end
        if match := _MODIFIERS.match(text.tone, end, limit):
            # "đơn vị tổ chức …": a modifier never swallows the verb that follows.
            end = match.end()
            end = _capitals(text, end, limit)
        elif match := _QUOTED.match(text.plain, end, limit):
            end = match.end()
        elif head.tail in (NAMED, OPEN):
            end = _capitals(text, end, limit)
        if end == before and (match := _OF.match(text.tone, end, limit)):
            inner = scan_item(text, match.end(), limit)
            if inner:
                end = inner.end
            elif match.end() > end and not match[0].rstrip().endswith(("thuộc", "của")):
                end = match.end()
        if end == before:
            break
    while end > 0 and text.tone[end - 1] in " ,;-":
        end -= 1
    return end


def _open_tail(text: Aligned, end: int, limit: int) -> int:
    """For names that carry their subject: on to a level, a quoted name or just before the predicate."""
    limit = min(limit, end + 160)
    position, words = end, 0
    last_good = end
    while position < limit:
        while position < limit and text.tone[position] == " ":
            position += 1
        if position >= limit or text.tone[position] in ":;()\n":
            break
        if match := _QUOTED.match(text.plain, position, limit):
            position = last_good = match.end()
            words += 3
            continue
        if (
            words
            and (match := _MODIFIERS.match(text.tone, position, limit))
            and not match[0].startswith("cơ sở")
        ):
            following = match.end()
            if (
                following >= limit
                or text.tone[following] in ",;:.("
                or predicate_at(text, following)
                or text.tone.startswith(" và ", following)
            ):
                return following
        match = _WORD.match(text.plain, position, limit)
        if not match:
            break
        word = match[0]
        bare = word.rstrip(",.;:")
        if words == 0 and re.match(
            r"(?:thực hiện|xây dựng|triển khai|tổ chức|phát triển|cải cách|đổi mới|quản lý|phòng|tổng kết|vận động|bảo vệ|công tác|chuyển đổi)",
            text.tone[position:limit],
        ):
            words += 2
            second = re.compile(r"\S+\s+\S+").match(text.plain, position, limit)
            position = second.end() if second else match.end()
            last_good = position
            continue
        if (
            predicate_at(text, position)
            and bare[:1].islower()
            and not text.tone.startswith("thi đua", position)
        ):
            return last_good
        if words > 14 or (word != bare and not word.endswith(",")):
            last_good = position + len(bare)
            break
        if word.endswith(","):
            after = position + len(word) + 1
            if predicate_at(text, after) or scan_head(text, after):
                last_good = position + len(bare)
                break
        position = match.end()
        last_good = position
        words += 1
    return last_good


def scan_head(text: Aligned, position: int) -> bool:
    """Whether a body's name begins here."""
    while position < len(text) and text.tone[position] == " ":
        position += 1
    many = _MANY_RE.match(text.tone, position)
    if many:
        position = many.end()
    return bool(_head_at(text, position) or _ROLE_RE.match(text.tone, position))


def _capitals(text: Aligned, end: int, limit: int) -> int:
    """Words of a proper name after `end`: capitals, numbers, and the second syllables between them."""
    position = end
    capital_before = False
    count = 0
    shouting = text.plain[end : min(limit, end + 60)].isupper()
    while position < limit and count < 14:
        match = re.compile(r"( ?)([^\s,;:.()\"/]+)").match(text.plain, position, limit)
        if not match or (not match[1] and position != end):
            joint = re.compile(r"(?:, | - | và |, và )(?=[A-ZĐÂĂÊÔƠƯÀ-Ỹ])").match(text.plain, position, limit)
            if (
                joint
                and count
                and not scan_head(text, joint.end())
                and not (shouting and predicate_at(text, joint.end()))
            ):
                inner = re.compile(r"([^\s,;:.()\"/]+)").match(text.plain, joint.end(), limit)
                if inner and not _PREDICATE.match(text.tone, inner.start()):
                    position = end = inner.end()
                    capital_before = True
                    count += 1
                    continue
            break
        word, at = match[2], match.start(2)
        if not match[1]:
            break
        if word in ("và", "-"):
            inner = re.compile(r" ([A-ZĐÂĂÊÔƠƯÀ-Ỹ][^\s,;:.()\"/]*)").match(text.plain, match.end(), limit)
            # "Ban Tuyên giáo - Nữ công" goes on; "Sở Nội vụ - Chủ trì …" does not.
            goes_on = (
                inner
                and not scan_head(text, inner.start(1))
                and not _PREDICATE.match(text.tone, inner.start(1))
            )
            if inner and goes_on and (count or word == "-"):
                position = end = inner.end()
                capital_before = True
                count += 1
                continue
            break
        if _MODIFIERS.match(text.tone, match.start(), limit) and not word.isdigit():
            break
        upper = word[0].isupper() or word[0].isdigit()
        if upper:
            if (count or shouting) and (_head_at(text, at) or (shouting and _PREDICATE.match(text.tone, at))):
                break
            if (
                not shouting
                and not count
                and _PREDICATE.match(text.tone, at)
                and not _part_of_name(text, at, limit)
            ):
                break
            capital_before = True
        elif (
            capital_before
            and text.tone[at : at + len(word)] not in _STOP
            and not _PREDICATE.match(text.tone, at)
        ):
            capital_before = False
        else:
            break
        position = end = match.end()
        count += 1
    return end


def _part_of_name(text: Aligned, at: int, limit: int) -> bool:
    """A capital verb right after a head is a name (Sở Xây dựng), unless a sentence plainly begins there."""
    return at > 0 and text.plain[at - 1] == " " and text.plain[max(0, at - 2)] not in ".:;"


def scan_list(text: Aligned, position: int, limit: int, blind: bool = False) -> BodyList | None:
    """A list of bodies beginning exactly at `position`; None when no body begins there."""
    while position < limit and text.tone[position] == " ":
        position += 1
    first = scan_item(text, position, limit, blind)
    if not first:
        return None
    items = [first]
    end = first.end
    if listed := _listed_after_colon(text, first, limit):
        items, end = listed, listed[-1].end
    for _ in range(40):
        if match := _PAREN.match(text.plain, end, limit):
            after = match.end()
            following = _SEPARATOR.match(text.tone, after, limit)
            if following and scan_item(text, following.end(), limit):
                end = after
        match = _SEPARATOR.match(text.tone, end, limit)
        if not match:
            break
        item = scan_item(text, match.end(), limit)
        if not item or item.end <= match.end():
            break
        if item.tail == NOUN and not item.many and _looks_like_verb(text, match.end(), item):
            break
        items.append(item)
        end = item.end
    return BodyList(position, end, _parts(text, items))


_LISTS_NAMES = re.compile(r"(?:sở|xã|phường|bộ|đặc khu|huyện|ban quản lý)(?:, (?:ngành|phường|xã|đặc khu))*$")
_OFFICES = re.compile(
    r"(?:nội vụ|tài chính|tư pháp|y tế|xây dựng|công thương|ngoại vụ|du lịch|công an|quốc phòng|văn hóa,? thể thao và du lịch|văn hóa và thể thao|nông nghiệp và môi trường|"
    r"nông nghiệp và phát triển nông thôn|giáo dục và đào tạo|khoa học và công nghệ|thông tin và truyền thông|tài nguyên và môi trường|kế hoạch và đầu tư|dân tộc và tôn giáo|"
    r"lao động ?-? ?thương binh và xã hội|lao động, thương binh và xã hội|giao thông vận tải)(?!\w)"
)


def _listed_after_colon(text: Aligned, first: Item, limit: int) -> list[Item] | None:
    """ "Các Sở: Nội vụ, Tài chính tham mưu …", "UBND các xã: Tân Lập, Yên Bình hoàn thiện …"."""
    match = re.compile(r" ?: ?").match(text.plain, first.end, limit)
    if not match or not _LISTS_NAMES.search(text.tone[first.start : first.end]):
        return None
    offices = text.tone[first.start : first.end].endswith(("sở", "bộ"))
    position, items = match.end(), []
    for _ in range(40):
        office = _OFFICES.match(text.tone, position, limit)
        if offices and not office:
            break
        end = office.end() if office else _capitals(text, position - 1, limit)
        if end <= position or not text.plain[position : position + 1].isupper():
            break
        items.append(Item(position, end, first.function, NAMED, first.role, False, first.level))
        following = re.compile(r"(?:[,;] (?:và )?| và )").match(text.plain, end, limit)
        if not following:
            break
        position = following.end()
    if offices and len(items) < 2:
        return None
    if not offices:
        if not items or predicate_at(text, items[0].start) or scan_head(text, items[0].start):
            return None
        after = text.tone[items[-1].end : limit].lstrip()
        if after and after[0] not in ":." and not predicate_at(text, items[-1].end):
            return None
        return [
            Item(first.start, items[-1].end, first.function, first.tail, first.role, first.many, first.level)
        ]
    return items


def _looks_like_verb(text: Aligned, position: int, item: Item) -> bool:
    """ "…, tổ chức thực hiện": a noun that is also a verb, followed by its object."""
    return text.tone.startswith("tổ chức", position) and predicate_at(text, position + len("tổ chức "))


def _parts(text: Aligned, items: list[Item]) -> list[Body]:
    groups: list[list[Item]] = []
    for item in items:
        joins = bool(groups) and (
            (item.tail == NOUN and not item.many and not item.role)
            or (
                item.function == groups[-1][0].function == "cap_uy"
                and not item.many
                and text.plain[item.start].islower()
            )
            or (
                item.function in ("so_nganh", "other", "thon_xom")
                and not item.many
                and not item.role
                and text.plain[item.start].islower()
                and groups[-1][0].many
            )
        )
        if joins:
            groups[-1].append(item)
        else:
            groups.append([item])
    return [_body(text, group) for group in groups]


def _body(text: Aligned, group: list[Item]) -> Body:
    start, end = group[0].start, group[-1].end
    level = next((item.level for item in group if item.level), "") or level_of(text.tone[start:end])
    function = group[0].function
    confidence = 0.9 if function != "other" else 0.7
    name = text.words(start, end)
    if function in ("so_nganh", "so_noi_vu", "co_quan_nha_nuoc") and _OFFICES.fullmatch(
        text.tone, start, end
    ):
        name = ("Bộ " if function == "co_quan_nha_nuoc" else "Sở ") + name
        function = "so_noi_vu" if name == "Sở Nội vụ" else function
    return Body(
        start,
        end,
        name,
        function,
        level,
        confidence,
        "" if function != "other" else "no function of its own",
    )


def level_of(name: str) -> str:
    """The level a name (lower case, new tone placement) speaks of: central … hamlet, all_levels, or empty."""
    if re.search(r"các cấp(?! ủy)|từ tỉnh đến cơ sở", name):
        return "all_levels"
    if re.search(
        r"trung ương|chính phủ|quốc hội|^bộ (?!chỉ huy|đội|tư lệnh|chqs)|bộ trưởng|việt nam$", name
    ) and not re.search(r"trực thuộc trung ương|tỉnh|thành phố", name):
        return "central"
    if re.search(r"\b(?:thôn|xóm|khu dân cư|tổ dân phố|khối phố|buôn|ấp)\b|(?:^|\s)bản(?:\s|,|$)", name):
        return "hamlet"
    if re.search(r"(?:^|\W)(?:xã(?! hội)|phường|đặc khu|thị trấn|cấp cơ sở|đảng ủy cơ sở)", name):
        return "commune"
    if re.search(r"huyện|thị ủy|quận|thị xã", name):
        return "district"
    if re.search(r"(?:^|\W)(?:tỉnh|thành ủy|thành phố|thành đoàn|sở|ban ngành)(?:\W|$)", name):
        return "province"
    return ""


def classify(name: str) -> tuple[str, str]:
    """(function code, level) of a body's written name; ("other", "") when nothing is known about it."""
    text = Aligned(name)
    found = scan_list(text, 0, len(text), blind=True)
    if not found or not found.parts:
        return "other", level_of(text.tone)
    return found.parts[0].function, found.parts[0].level
