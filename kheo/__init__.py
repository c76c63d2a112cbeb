"""Kheo runs a community emulation movement, from the directive to lasting results."""
