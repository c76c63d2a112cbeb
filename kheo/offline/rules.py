"""What the office sets for phones."""


def days_without_sign_in() -> int:
    """For how many days after its last contact a phone's key opens without signing in again."""
    return 30
