from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "kheo.files"
    label = "files"
