"""Tasks for the tests of the worker."""

from django_tasks import task


@task()
def broken(phone: str) -> None:
    raise ValueError(phone)
