"""The one exception that means: the user can mend this."""


class LitmusError(Exception):
    """A mistake in the input, told in one sentence.

    The sentence names the key or file, what was found and what would be valid. Scripts print it
    without a traceback.
    """
