
"""What a file is, read from its content; what its name or the browser says is not believed."""
