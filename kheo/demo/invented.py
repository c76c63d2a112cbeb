"""What made-up work is called and told in: the words and weights of every province that is invented."""

# How often each body of a commune leads an initiative.
OWNERS = {
    "mttq": 25, "phu_nu": 20, "dang_uy": 14, "nong_dan": 12, "thanh_nien": 12, "cuu_chien_binh": 8,
    "cong_an": 4, "quan_su": 4, "ubnd": 1,
}  # fmt: skip
# Nearly every name holds the first words, one in five thousand holds the last.
DEEDS = [
    "Mô hình hiến đất mở rộng đường", "Đường hoa tự quản", "Tiếng kẻng bình yên", "Thắp sáng đường quê",
    "Nuôi bò sinh sản luân chuyển", "Tổ tự quản thu gom rác thải", "Ngôi nhà xanh",
    "Biến rác thải thành tiền",
    "Trồng rau sạch trong vườn nhà", "Giữ gìn tiếng hát quê hương", "Câu lạc bộ xây dựng gia đình hạnh phúc",
    "Tổ hòa giải năm tốt", "Camera an ninh", "Bếp ăn tình thương", "Hũ gạo tiết kiệm", "Vườn mẫu nhà đẹp",
    "Dân vận khéo trong giải phóng mặt bằng", "Cùng dân giữ rừng", "Nói không với tảo hôn",
    "Thả cá giống phục hồi dòng suối",
]  # fmt: skip
WITH = [
    "cùng người cao tuổi", "do phụ nữ đảm nhận", "gắn với nông thôn mới", "của thanh niên tình nguyện",
    "theo cách làm của chi bộ", "từ nguồn xã hội hóa", "kết hợp sinh kế", "an toàn giao thông",
    "không thuốc trừ sâu", "bằng tiếng Thái và tiếng Mông", "qua nhóm Zalo thôn", "vào ngày chủ nhật xanh",
]  # fmt: skip
RARE = "với đội sáo trúc"
RARELY = 5000
SENTENCES = [
    "Nhân dân đồng thuận, góp công và góp của.", "Các hộ dọc tuyến tự tháo dỡ tường rào, cổng ngõ.",
    "Ban công tác Mặt trận họp dân ba lần trước khi làm.",
    "Chi bộ phân công đảng viên phụ trách từng nhóm hộ.",
    "Đã trồng hoa hai bên đường và lắp thêm bóng đèn.", "Tổ tự quản đi tuần mỗi tối thứ bảy.",
    "Trong kỳ không xảy ra vụ việc nào phải chuyển lên xã.", "Ba hộ nghèo được nhận bò giống.",
    "Mưa lớn làm chậm tiến độ một tuần.", "Còn hai hộ chưa đồng ý, đang tiếp tục vận động.",
    "Trường học và trạm y tế cùng tham gia.", "Kinh phí công khai tại nhà văn hóa.",
    "Đề nghị nhân rộng sang các thôn bên cạnh.", "Rác được phân loại tại nguồn.",
]  # fmt: skip
# Of a hundred enrolments of the current year; earlier years are nearly all decided.
NOW = {"approved": 70, "sent": 6, "received": 6, "confirmed": 6, "draft": 6, "returned": 3, "withdrawn": 3}
BEFORE = {"approved": 96, "withdrawn": 4}
WAY_TO = {
    "draft": ["draft"],
    "sent": ["draft", "sent"],
    "received": ["draft", "sent", "received"],
    "confirmed": ["draft", "sent", "received", "confirmed"],
    "approved": ["draft", "sent", "approved"],
    "returned": ["draft", "sent", "returned"],
    "withdrawn": ["draft", "withdrawn"],
}
# The share of initiatives in a catalogue that is told to the public.
PUBLISHED = 0.35
REPORTED = {"accepted": 92, "sent": 4, "returned": 1, "draft": 1, "withdrawn": 2}
# Measure → how many of a hundred reports have it, from and to, by kind.
FIGURES = {
    "households": (80, 3, 200, False),
    "people": (60, 10, 900, False),
    "money_vnd": (70, 500_000, 90_000_000, True),
    "land_m2": (15, 1_000, 90_000, True),
    "length_cm": (25, 5_000, 300_000, False),
    "work_days": (40, 5, 3_000, False),
}
