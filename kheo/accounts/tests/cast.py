"""The small cast of this room's tests."""

from django.test import Client

from kheo.accounts.models import User

PASSWORD = "Mo hinh tieng keng 1"


def hoa(**fields) -> User:
    fields = {"full_name": "Nguyễn Thị Hòa", "phone": "0912 345 678", **fields}
    return User.objects.create_user("hoa", PASSWORD, **fields)


def minh(**fields) -> User:
    return User.objects.create_user("minh.tamquang", PASSWORD, full_name="Vi Văn Minh", **fields)


def sign_in(client: Client, name: str, password: str = PASSWORD, *, at: str = "10.1.2.3", **more):
    return client.post("/dang-nhap/", {"login": name, "password": password, **more}, REMOTE_ADDR=at)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
