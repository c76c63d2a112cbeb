"""The words rules look for, over lower-case text with new tone placement. Tables, so that a reader can correct them."""
# ruff: noqa: E501 - patterns stay on one line each, so that they can be read and searched

import re

# Verbs of duty and what may stand before them.
_VERBS = """
bám sát|ban hành|bảo đảm|đảm bảo|bảo vệ|bố trí|báo cáo|biên soạn|biên tập|bồi dưỡng|biểu dương|bình xét|bổ sung|
cân đối|cập nhật|cấp phát|cấp kinh phí|cắt giảm|chấm điểm|chấp hành|chỉ đạo|chịu trách nhiệm|cho ý kiến|chủ động|chủ trì|
chuẩn bị|chú trọng|chú ý|chuyển đổi|chấn chỉnh|cử|củng cố|cung cấp|công bố|công khai|công nhận|cụ thể hóa|cần|
có trách nhiệm|có nhiệm vụ|có kế hoạch|có giải pháp|có văn bản|có biện pháp|có hình thức|có chương trình|
dự kiến|hội ý|dự báo|dự toán|dự trù|duy trì|dành|đa dạng|đánh giá|đăng ký|đăng tải|đăng|đào tạo|đẩy mạnh|đẩy nhanh|đề cao|đề ra|đề xuất|
điều chỉnh|điều hành|định hướng|đôn đốc|đổi mới|đưa|đối thoại|động viên|đấu tranh|đảm nhận|đảm nhiệm|
gắn|ghi nhận|giao|giám sát|giúp|giới thiệu|giải quyết|giữ gìn|giữ vững|góp ý|góp phần|gương mẫu|gửi|
hỗ trợ|hoàn thành|hoàn thiện|hướng dẫn|huy động|hưởng ứng|hạn chế|in ấn|kết hợp|kết nối|khảo sát|khai thác|khẩn trương|khắc phục|
khen thưởng|khuyến khích|kiện toàn|kiểm soát|kiểm tra|kiến nghị|kịp thời|kêu gọi|lãnh đạo|lập|làm tốt|làm việc|làm rõ|lấy ý kiến|lồng ghép|lựa chọn|
lắp đặt|lưu trữ|mở|mời|nắm|nêu cao|nêu gương|nghiên cứu|nghiêm túc|nghiêm cấm|ngăn chặn|nhân rộng|nhận|nâng cao|nâng cấp|niêm yết|nộp|
phải|phân bổ|phân công|phân cấp|phân loại|phân tích|phản ánh|phản biện|phản bác|phát động|phát hành|phát hiện|phát huy|phát triển|phấn đấu|phê duyệt|phối hợp|phổ biến|phục vụ|phòng ngừa|
quan tâm|quán triệt|quản lý|quản trị|quy định|quyết định|quyết liệt|quyết toán|rà soát|ra mắt|ra soát|rút kinh nghiệm|
sử dụng|sơ kết|sơ, tổng kết|sửa đổi|sắp xếp|số hóa|soạn thảo|tạo điều kiện|tạo|tập trung|tập hợp|tập huấn|tăng cường|tham gia|tham mưu|thanh tra|
thẩm định|thẩm tra|theo dõi|thành lập|thiết lập|thí điểm|thông báo|thông tin|thống kê|thống nhất|thu hút|thu thập|thúc đẩy|thực hiện|thực hành|thường xuyên|
tiếp nhận|tiếp thu|tiếp tục|tiếp xúc|tiến hành|tích cực|tích hợp|tìm kiếm|tổ chức|tổng hợp|tổng kết|tôn vinh|tối ưu|trang bị|trao đổi|trả lời|trình|triển khai|trực tiếp|
truyền thông|truyền tải|truyên truyền|tuyên truyền|tuyên dương|tự|ứng dụng|ứng phó|ưu tiên|vận động|vận hành|vận dụng|viết|xác định|xác nhận|xây dựng|xem xét|xem|xử lý|xét|
xuất bản|tuân thủ|tăng thời lượng|tăng|họp|ghi chép|chốt|làm|luân phiên|bàn giao|điều tra|đề nghị|nhắc nhở|phụ trách|đảm trách|thường trực|tuyển chọn|bầu|tổ chức lại|sưu tầm|tặng quà|phê bình|đón tiếp|tiếp|mua sắm|in|ký kết|ký|trồng|nuôi|kết nghĩa|đỡ đầu|nhận đỡ đầu|thay thế|thu|tham dự|nhập|đồng hành|đồng thời|trao tặng|chia sẻ|chuyển|kê khai|đón|thăm|tặng|phủ sóng|sẵn sàng|sơ tán|hiến|quy hoạch|khởi công|bảo trì|cài đặt|treo|tường thuật|thẩm tra|vào cuộc|xúc tiến|kết hợp
"""
_BEFORE = """
căn cứ|trên cơ sở|theo chức năng|theo thẩm quyền|theo phạm vi|theo nhiệm vụ|theo sự|tùy|tùy theo|thông qua|nhằm|bằng|ngoài|
hằng năm|hàng năm|hằng quý|hàng quý|hằng tháng|hàng tháng|hằng tuần|định kỳ|mỗi năm|mỗi quý|trước ngày|chậm nhất|trong tháng|trong quý|trong năm|
từ ngày|từ nay|đến ngày|ngay sau|sau khi|trước mắt|trước hết|theo dõi|với trách nhiệm|với vai trò|với chức năng|có thể|sẽ|hết sức|nhanh chóng|sớm|luôn|
là cơ quan thường trực|là cơ quan đầu mối|là cơ quan chủ trì|là đầu mối|là đơn vị|làm đầu mối|làm tốt|được giao|vào cuộc|ra quân|mỗi|cùng|thi đua|đi đầu|thật sự|thực sự|rất|đặc biệt
"""


def _alternatives(words: str) -> str:
    listed = [word.strip() for word in words.replace("\n", "").split("|") if word.strip()]
    return "|".join(re.escape(word) for word in sorted(set(listed), key=len, reverse=True))


# "giao" in "giao thông", "tự" in "trật tự": syllables of other words that look like verbs.
_NO_VERB = r"(?!giao (?:thông|lưu|dịch|tiếp|hữu|diện|thoa|mùa)|tự (?:do|nhiên|vệ|quản)|thu (?:nhập|đông)|xét xử)(?<!trật )"

PREDICATE = (
    r"(?:(?:và |phải |cần |đã |sẽ )?"
    + _NO_VERB
    + r"(?:"
    + _alternatives(_VERBS)
    + "|"
    + _alternatives(_BEFORE)
    + r"))(?=[\s,;:.]|$)"
)
VERB = _NO_VERB + r"(?:" + _alternatives(_VERBS) + r")(?=[\s,;:.]|$)"

# Sections by what their heading says. "never" wins over "assign": MỤC ĐÍCH, YÊU CẦU holds no duties of bodies.
NEVER_HEADING = re.compile(
    r"(?:^|\W)(?:mục đích|quan điểm|mục tiêu|ý nghĩa|nguyên tắc|tình hình|thực trạng|đặc điểm|kết quả đạt được|ưu điểm|kết quả thực hiện|"
    r"đánh giá (?:chung|kết quả)|tồn tại|hạn chế|nguyên nhân|khuyết điểm|bài học|đối tượng|phạm vi|phương châm|chỉ tiêu|tiêu chí|tiêu chuẩn|thang điểm|"
    r"khen thưởng|kinh phí|nguồn lực thực hiện|thời gian|tiến độ|địa điểm|thời hạn|giải thích từ ngữ|những quy định chung|quy định chung|sự cần thiết|căn cứ pháp lý|"
    r"thông tin chung|thành phần|chủ đề|khẩu hiệu|phương pháp|xếp loại|hiệu lực thi hành|hồ sơ|hình thức thi đua|cơ cấu giải)(?:\W|$)"
)
ASSIGN_HEADING = re.compile(
    r"(?:^|\W)(?:tổ chức thực hiện|tổ chức triển khai|phân công|trách nhiệm|nhiệm vụ|điều khoản thi hành|thi hành|chế độ (?:thông tin,? )?báo cáo|công tác chỉ đạo|"
    r"triển khai thực hiện|thực hiện|quyền hạn|giải pháp|biện pháp|trình tự|thẩm quyền|kiến nghị|đề nghị)(?:\W|$)"
)
STRONG_ASSIGN_HEADING = re.compile(
    r"(?:^|\W)(?:tổ chức thực hiện|tổ chức triển khai|phân công|trách nhiệm(?: của| thực hiện| thi hành)?|điều khoản thi hành)(?:\W|$)"
)

# Closing sentences: said in every document, a duty only for form's sake.
CLOSING = re.compile(
    r"^(?:trên đây là|trong quá trình|quá trình (?:tổ chức |triển khai )*thực hiện|nếu có (?:khó khăn|vướng mắc|phát sinh)|"
    r"(?:nếu|khi) có (?:gì |vấn đề |những )?(?:khó khăn|vướng|phát sinh)|mọi (?:chi tiết|thông tin|vướng)|nơi nhận|chỉ thị này (?:được )?phổ biến|"
    r"(?:quyết định|quy định|quy chế|kế hoạch|chỉ thị|nghị quyết|hướng dẫn) này (?:có hiệu lực|thay thế|được phổ biến|phổ biến)|"
    r"trân trọng(?! (?:đề nghị|kính đề nghị|yêu cầu))|rất mong|xin trân trọng|nhận được (?:công văn|văn bản|thông báo|kế hoạch|hướng dẫn))"
)
ENFORCEMENT = re.compile(
    r"chịu trách nhiệm (?:thi hành|thực hiện) (?:quyết định|nghị quyết|quy định|quy chế|kế hoạch|chỉ thị|thông báo)"
)
# Everything after this line is address and signature.
RECIPIENTS = re.compile(r"^\W*nơi (?:nhận|gửi)\b")
SIGNATURE = re.compile(r"^(?:tm|t/m|kt|k/t|tl|t/l|tuq|q)[./ ]")

STRENGTH = {
    "chỉ thị": "yêu cầu",
    "kêu gọi": "khuyến khích",
    "yêu cầu": "yêu cầu",
    "giao": "giao",
    "đề nghị": "đề nghị",
    "phân công": "giao",
    "khuyến khích": "khuyến khích",
    "kính đề nghị": "đề nghị",
    "chỉ đạo": "yêu cầu",
}

# Headings that speak of matters, not of bodies; and words an unknown body's name may begin with.
MATTER = re.compile(
    r"(?:tháng|quý|năm|ngày|tuần|đợt|từ|trước|sau|trong|lần|vòng|bài|phần|câu|thứ|nội dung|giải pháp|nhiệm vụ|kinh phí|thời gian|thời hạn|công tác|chế độ|hình thức|yêu cầu|mục|lộ trình|tiến độ|nguồn|cơ chế|quy trình|hồ sơ|việc|về|tiêu|"
    r"đối tượng|khen|phương|kết quả|bước|giai đoạn|quy định|biện pháp|chỉ tiêu|hoạt động|chính sách|mô hình|phong trào|dự án|một số|lĩnh vực|chương trình|số lượng|"
    r"địa điểm|khái niệm|thẩm quyền|trình tự|nguyên tắc|phạm vi|đánh giá|hạ tầng|môi trường|kinh tế|văn hóa|giáo dục|y tế|an ninh|quốc phòng|tổng|cách|điểm|tên|các (?:nội dung|giải pháp|nhiệm vụ|hoạt động|mô hình|tiêu chí|chỉ tiêu|hình thức|bước|lĩnh vực|văn bản|chế độ|chính sách|phong trào|chương trình|dự án|mục|trường hợp|quy định|khoản|điều|điểm|công trình|biện pháp|vấn đề|kết quả|nguồn|kiến nghị|bản tin|chuyên đề))\b"
)
ORG_WORD = re.compile(
    r"(?:các|những|mỗi|từng|toàn thể|ban|tổ|đội|hội|đài|trường|chủ|cơ sở|thành viên|người|lãnh đạo|bộ phận|khối|cụm|trung tâm|đoàn|câu lạc bộ|nhóm|hai|đại diện|trưởng|cán bộ|thông tấn|tập thể|cộng đồng|ngành|phòng|quỹ|liên|học viện|viện|tổng|công ty|nhà|đơn vị|cơ quan|cấp|hộ)\b"
)
