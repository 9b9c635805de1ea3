"""What a user can mend: shown as one message, without a traceback, with exit status 2."""


class UserError(Exception):
    """Wrong input: names the key or file, the value and the remedy."""
