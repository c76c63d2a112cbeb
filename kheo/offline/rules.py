"""What the office sets for phones."""


def days_without_sign_in() -> int:
    """For how many days after its last contact a phone's key opens without signing in again."""
    return 30


def days_contents_are_kept() -> int:
    """For how many days what was typed is kept beside the record it became, to settle a doubt by."""
    return 180
