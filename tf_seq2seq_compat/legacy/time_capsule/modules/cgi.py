"""`cgi`: its functions on text. Form parsing (`FieldStorage`) is not restored."""

from email.message import Message
from urllib.parse import parse_qs, parse_qsl

from tf_seq2seq_compat.legacy.time_capsule.python_functions import escape

__all__ = ['escape', 'parse_header', 'parse_qs', 'parse_qsl']


def parse_header(line: str) -> tuple[str, dict[str, str]]:
    """The value and the parameters of a header like Content-Type."""
    message = Message()
    message['content-type'] = line
    value, *parameters = message.get_params(failobj=[(line, '')])
    return value[0], dict(parameters)
