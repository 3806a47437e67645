"""Modules of Python 2's library: those that were renamed, and those that changed.

A changed module is a view: Python 3's own with a few functions as they were.
"""

from __future__ import annotations

import _compat_pickle
import functools
import importlib
import math
import re
import string
import subprocess
import sys
import types
from collections import namedtuple
from collections.abc import Callable
from typing import Any

from tf_seq2seq_compat.tf1.old_libraries.module_views import View
from tf_seq2seq_compat.tf1.python2 import builtins as built_in
from tf_seq2seq_compat.tf1.python2 import draws, files, operations
from tf_seq2seq_compat.tf1.python2.text import Bytes, to_bytes, to_text

_named = importlib.import_module

Names = dict[str, Any]
Changed = Callable[[Any], Names]


def _strings_in(function: Callable[..., object], out: Callable[[Any], object]) -> object:
    """A function of bytes, as one of strings."""

    @functools.wraps(function)
    def wrapped(*arguments: object, **keywords: object) -> object:
        plain = {name: to_bytes(value) for name, value in keywords.items()}
        return out(function(*map(to_bytes, arguments), **plain))

    return wrapped


def _bytes_out(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_bytes_out, value))
    return Bytes(value) if isinstance(value, bytes) else value


def _of_bytes(names: str, **renamed: str) -> Changed:
    """Functions of bytes, some under earlier names, as functions of strings."""
    table = {**dict(zip(names.split(), names.split(), strict=True)), **renamed}
    return lambda real: {
        old: _strings_in(getattr(real, new), _bytes_out) for old, new in table.items()
    }


# What each changed module has, made when the module is asked for
# ----------------------------------------------------------------------------------------


def _string(real: Any) -> Names:
    methods = (
        'capitalize count expandtabs find index ljust lower lstrip replace rfind rindex rjust '
        'rsplit rstrip split strip swapcase upper zfill center'
    )
    names: Names = {name: _as_function(name) for name in methods.split()}
    names['join'] = names['joinfields'] = _join
    names['splitfields'] = names['split']
    return names | {
        'letters': string.ascii_letters,
        'lowercase': string.ascii_lowercase,
        'uppercase': string.ascii_uppercase,
        'maketrans': _maketrans,
        'translate': operations.translate,
        'atoi': int,
        'atol': int,
        'atof': float,
    }


def _as_function(name: str) -> Callable[..., object]:
    return lambda text, *arguments: getattr(to_text(text), name)(*map(to_text, arguments))


def _join(words: Any, between: str = ' ') -> str:
    return between.join(operations.texts(words))


def _maketrans(old: str, new: str) -> dict[int, int]:
    if len(old) != len(new):
        raise ValueError('maketrans arguments must have same length')
    return str.maketrans(old, new)


_Version = namedtuple('_Version', 'major minor micro releaselevel serial')


def _sys(real: Any) -> Names:
    return {
        'maxint': sys.maxsize,
        'maxunicode': sys.maxunicode,
        'setdefaultencoding': lambda encoding: None,
        'getdefaultencoding': lambda: 'ascii',
        'exc_clear': lambda: None,
        'exc_type': None,
        'setcheckinterval': lambda interval: None,
        'version_info': _Version(2, 7, 18, 'final', 0),
        'version': '2.7.18 (default) \n' + real.version.rpartition('\n')[2],
        'hexversion': 0x020712F0,
        'py3kwarning': False,
    }


def _platform(real: Any) -> Names:
    return {
        'python_version': lambda: '2.7.18',
        'python_version_tuple': lambda: ('2', '7', '18'),
    }


def _os(real: Any) -> Names:
    return {
        'getcwdu': real.getcwd,
        'errno': _named('errno'),
        'popen': lambda command, mode='r', *_: real.popen(to_text(command), mode[0]),
        'fdopen': lambda number, mode='r', buffering=-1: files.open(number, mode, buffering),
    }


def _itertools(real: Any) -> Names:
    return {
        'izip': zip,
        'imap': lambda function, *rows: (
            zip(*rows, strict=False) if function is None else map(function, *rows)
        ),
        'ifilter': filter,
        'ifilterfalse': real.filterfalse,
        'izip_longest': real.zip_longest,
    }


def _math(real: Any) -> Names:
    return {name: _to_float(getattr(real, name)) for name in ('floor', 'ceil')}


def _to_float(function: Callable[[Any], Any]) -> Callable[[Any], object]:
    def rounded(value: Any) -> object:
        number = float(value)
        return float(function(number)) if math.isfinite(number) else number

    return rounded


def _operator(real: Any) -> Names:
    return {
        'isCallable': callable,
        'sequenceIncludes': real.contains,
        'isSequenceType': lambda value: (
            hasattr(value, '__getitem__') and not isinstance(value, dict)
        ),
        'isMappingType': lambda value: hasattr(value, 'keys'),
        'isNumberType': lambda value: hasattr(value, '__int__'),
        **{name: getattr(operations, name) for name in ('div', 'lt', 'le', 'gt', 'ge')},
    }


def _types(real: Any) -> Names:
    kinds = (
        'String:str Unicode:str Int:int Long:int Float:float Boolean:bool Complex:complex '
        'List:list Tuple:tuple Dict:dict Dictionary:dict Class:type Type:type Object:object '
        'Instance:object'
    )
    pairs = (pair.split(':') for pair in kinds.split())
    return {
        **{f'{name}Type': getattr(_named('builtins'), kind) for name, kind in pairs},
        'StringTypes': built_in.basestring,
        'NoneType': type(None),
        'FileType': files.File,
    }


def _pickle(real: Any) -> Names:
    from tf_seq2seq_compat.tf1.python2 import pickles

    return pickles.NAMES


def _json(real: Any) -> Names:
    """Texts of any kind; bytes are written as text; `encoding` is not looked at."""

    def loads(text: object, encoding: object = None, **keywords: object) -> object:
        return real.loads(to_text(text), **keywords)

    def load(file: Any, encoding: object = None, **keywords: object) -> object:
        return loads(file.read(), **keywords)

    def writing(name: str) -> Callable[..., Any]:
        def write(*arguments: object, encoding: object = None, **keywords: object) -> Any:
            keywords.setdefault('default', _text_of)
            if keywords.get('indent') is not None:
                # Before the end of a line stood a comma and a blank.
                keywords.setdefault('separators', (', ', ': '))
            return getattr(real, name)(*arguments, **keywords)

        return write

    return {'load': load, 'loads': loads, 'dump': writing('dump'), 'dumps': writing('dumps')}


def _text_of(value: object) -> object:
    if isinstance(value, bytes):
        return to_text(value)
    raise TypeError(f'{value!r} is not JSON serializable')


class _Hash:
    """A hash that is fed strings."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def update(self, data: object) -> None:
        """Feeds it."""
        self._real.update(to_bytes(data))

    def digest(self) -> object:
        """The contents, as a string of bytes."""
        return Bytes(self._real.digest())

    def copy(self) -> _Hash:
        """Another that goes on from here."""
        return _Hash(self._real.copy())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _hashlib(real: Any) -> Names:
    names = ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512')
    return {
        **{name: _strings_in(getattr(real, name), _Hash) for name in names},
        'new': lambda name, data='': _Hash(real.new(name, to_bytes(data))),
    }


class _Opening:
    """Opens a compressed file, function and class in one: one calls it, asks whether a file is of
    it, and derives from it."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __call__(
        self, name: object, mode: str = 'rb', *arguments: object, **keywords: object
    ) -> Any:
        plain = mode.replace('U', '').replace('t', '')
        plain = plain if 'b' in plain else f'{plain}b'
        opened = self._real(files.unwrapped(name), plain, *arguments, **keywords)
        return files.File(opened, plain)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(files.unwrapped(instance), self._real)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (self._real,)

    def __getattribute__(self, name: str) -> object:
        own = name in ('_real', '__mro_entries__')
        # `GzipFile.__init__`, which a derived class calls, is the real one's.
        return object.__getattribute__(self, name) if own else getattr(self._real, name)


def _compressed(*names: str) -> Changed:
    return lambda real: {name: _Opening(getattr(real, name)) for name in names}


def _tempfile(real: Any) -> Names:
    def making(maker: Any) -> Callable[..., object]:
        def make(mode: str = 'w+b', bufsize: int = -1, *arguments: Any, **keywords: Any) -> object:
            plain = mode if 'b' in mode else f'{mode}b'
            return files.File(maker(plain, bufsize, None, None, *arguments, **keywords), mode)

        return make

    return {name: making(getattr(real, name)) for name in ('NamedTemporaryFile', 'TemporaryFile')}


def _subprocess(real: Any) -> Names:
    class Popen(real.Popen):
        """A process whose pipes carry strings."""

        def __init__(self, *arguments: object, **keywords: object) -> None:
            keywords = {key: files.unwrapped(value) for key, value in keywords.items()}
            keywords.pop('universal_newlines', False)
            keywords.setdefault('encoding', 'utf-8')
            keywords.setdefault('errors', 'surrogateescape')
            super().__init__(*arguments, **keywords)

        def communicate(self, input: object = None, timeout: object = None) -> Any:
            return super().communicate(to_text(input), timeout)

    def check_output(*arguments: object, **keywords: object) -> Any:
        process = Popen(*arguments, stdout=real.PIPE, **keywords)
        output, _ = process.communicate()
        if process.returncode:
            raise real.CalledProcessError(process.returncode, process.args, output)
        return output

    def calling(name: str) -> Callable[..., object]:
        def call(*arguments: object, **keywords: object) -> Any:
            plain = {key: files.unwrapped(value) for key, value in keywords.items()}
            return getattr(real, name)(*arguments, **plain)

        return call

    return {
        'Popen': Popen,
        'check_output': check_output,
        'call': calling('call'),
        'check_call': calling('check_call'),
    }


def _codecs(real: Any) -> Names:
    def passing(get: Any) -> Callable[[str], object]:
        def maker(encoding: str) -> object:
            def wrap(stream: Any, *arguments: Any) -> object:
                stream = files.unwrapped(stream)
                # What already takes and gives text, as sys.stdout and sys.stdin do, stays.
                is_text = hasattr(stream, 'encoding') and hasattr(stream, 'buffer')
                return stream if is_text else get(encoding)(stream, *arguments)

            return wrap

        return maker

    return {
        'getwriter': passing(real.getwriter),
        'getreader': passing(real.getreader),
        'EncodedFile': lambda stream, *_: stream,
        'encode': operations.encode,
        'decode': operations.decode,
    }


def _re(real: Any) -> Names:
    def compiled(pattern: Any, flags: int = 0) -> Any:
        """Classes like `\\w` are of ASCII, but for patterns that say otherwise."""
        if isinstance(pattern, re.Pattern):
            return real.compile(pattern, int(flags))
        pattern = to_text(pattern)
        says = flags & re.UNICODE or re.search(r'\(\?[aiLmsx]*u', pattern)
        return real.compile(pattern, int(flags) if says else int(flags) | re.ASCII)

    def searching(name: str) -> Callable[..., object]:
        def search(pattern: object, text: object, flags: int = 0) -> Any:
            return getattr(compiled(pattern, flags), name)(to_text(text))

        return search

    def subn(pattern: object, new: object, text: object, count: int = 0, flags: int = 0) -> Any:
        return _substituted(compiled(pattern, flags), to_text(new), to_text(text), count)

    def split(pattern: object, text: object, maxsplit: int = 0, flags: int = 0) -> list[Any]:
        return _split(compiled(pattern, flags), to_text(text), maxsplit)

    return {
        'compile': compiled,
        'split': split,
        'subn': subn,
        'sub': lambda *arguments, **keywords: subn(*arguments, **keywords)[0],
        **{name: searching(name) for name in ('match', 'search', 'findall', 'finditer')},
    }


def _split(pattern: Any, text: str, most: int) -> list[Any]:
    """`pattern.split(text)`, which Python 2 never did at nothing."""
    parts: list[object] = []
    start = place = 0
    while not most or len(parts) < most * (1 + pattern.groups):
        found = pattern.search(text, place)
        if found is None:
            break
        if found.end() == found.start():
            if found.end() >= len(text):
                break
            place = found.end() + 1
            continue
        parts += (text[start : found.start()], *found.groups())
        start = place = found.end()
    return [*parts, text[start:]]


def _substituted(pattern: Any, new: Any, text: str, count: int) -> tuple[str, int]:
    """`pattern.subn(…)`, where nothing right behind what was found is not found."""
    last, done = -1, 0

    def replaced(found: re.Match[str]) -> str:
        nonlocal last, done
        if found.start() == found.end() == last:
            return ''
        last = found.end()
        done += 1
        return str(new(found)) if callable(new) else found.expand(_known_escapes(new))

    return pattern.sub(replaced, text, count), done


def _known_escapes(template: str) -> str:
    """A template whose unknown escapes, which Python 2 left as they are, are doubled."""
    return re.sub(
        r'\\(.)',
        lambda found: found[0] if found[1] in 'abfnrtvg0123456789\\' else '\\' + found[0],
        template,
        flags=re.DOTALL,
    )


def _urlopen(url: object, data: object = None, *arguments: object, **keywords: object) -> object:
    response = _named('urllib.request').urlopen(url, to_bytes(data), *arguments, **keywords)
    return files.File(response, 'rb')


def _urllib(real: Any) -> Names:
    moved = {
        'urllib.parse': 'quote quote_plus urlencode unquote unquote_plus',
        'urllib.request': 'urlretrieve pathname2url url2pathname',
    }
    found = {
        name: getattr(_named(path), name) for path, names in moved.items() for name in names.split()
    }
    return {**found, 'urlopen': _urlopen}


CHANGED: dict[str, Changed] = {
    'base64': _of_bytes(
        'b64encode b64decode urlsafe_b64encode urlsafe_b64decode b32encode b32decode b16encode '
        'b16decode',
        encodestring='encodebytes',
        decodestring='decodebytes',
    ),
    'binascii': _of_bytes('hexlify unhexlify b2a_hex a2b_hex crc32'),
    'bz2': _compressed('BZ2File'),
    'codecs': _codecs,
    'gzip': _compressed('open', 'GzipFile'),
    'hashlib': _hashlib,
    'itertools': _itertools,
    'json': _json,
    'math': _math,
    'operator': _operator,
    'os': _os,
    'pickle': _pickle,
    'platform': _platform,
    'random': lambda real: draws.names(),
    're': _re,
    'string': _string,
    'struct': _of_bytes('pack unpack pack_into unpack_from'),
    'subprocess': _subprocess,
    'sys': _sys,
    'tempfile': _tempfile,
    'types': _types,
    'urllib': _urllib,
    'zlib': _of_bytes('compress decompress crc32 adler32'),
}


def _output_of(command: str) -> tuple[int, str]:
    status, output = subprocess.getstatusoutput(command)
    return status << 8, output


_MADE: dict[str, Callable[[], Names]] = {
    'StringIO': lambda: {'StringIO': files.StringIO},
    'cStringIO': lambda: {'StringIO': files.StringIO},
    'cPickle': lambda: {**vars(_named('pickle')), **_pickle(None)},
    'commands': lambda: {
        'getoutput': lambda command: _output_of(command)[1],
        'getstatusoutput': _output_of,
    },
    'sets': lambda: {'Set': set, 'ImmutableSet': frozenset},
    'future_builtins': lambda: {'map': map, 'filter': filter, 'zip': zip, 'hex': hex},
    'new': lambda: {
        'classobj': type,
        'instancemethod': types.MethodType,
        'function': types.FunctionType,
        'module': types.ModuleType,
    },
    '__builtin__': lambda: {**vars(_named('builtins')), **built_in.NAMES},
    'md5': lambda: {**_all_of('hashlib'), 'new': module('hashlib').md5},
    'sha': lambda: {**_all_of('hashlib'), 'new': module('hashlib').sha1},
    'urllib2': lambda: {
        **_all_of('urllib.parse', 'urllib.error', 'urllib.request'),
        'urlopen': _urlopen,
    },
    'HTMLParser': lambda: {
        **_all_of('html.parser'),
        'HTMLParseError': type('HTMLParseError', (Exception,), {}),
    },
    'ConfigParser': lambda: {
        **_all_of('configparser'),
        'SafeConfigParser': _named('configparser').ConfigParser,
    },
}
"""Modules that Python 3 has no counterpart of, or that lost names."""

RENAMED: dict[str, str] = {
    **{
        old: new
        for old, new in _compat_pickle.IMPORT_MAPPING.items()
        if old not in sys.stdlib_module_names and old not in _MADE
    },
    'dbhash': 'dbm',
    'dummy_thread': '_thread',
    'exceptions': 'builtins',
    'email.MIMEText': 'email.mime.text',
    'email.MIMEMultipart': 'email.mime.multipart',
}
"""Modules that have another name now: Python 2's name, and that of Python 3."""

NAMES = frozenset({*RENAMED, *CHANGED, *_MADE})
"""The modules that a program of Python 2 is given by this one."""
GONE = frozenset({*RENAMED, *_MADE})
"""Those of them that Python 3 does not have."""


def _all_of(*paths: str) -> Names:
    """The names of some modules, but for the special ones."""
    pairs = (pair for path in paths for pair in vars(_named(path)).items())
    return {name: value for name, value in pairs if not name.startswith('__')}


class _Changed(View):
    """A changed module, which keeps nothing that is set on the real one."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in vars(self):
            vars(self)[name] = value
        setattr(self._real, name, value)


_modules: dict[str, types.ModuleType] = {}


def module(name: str, real: types.ModuleType | None = None) -> types.ModuleType:
    """A module as programs of Python 2 knew it.

    Args:
      name: one of `NAMES`.
      real: the module of Python 3 that shows through; loaded by default.

    Example:
      >>> from tf_seq2seq_compat.tf1.python2 import modules
      >>> modules.module('string').letters[:3], modules.module('math').floor(2.5)
      ('abc', 2.0)
    """
    if name not in _modules:
        if name in CHANGED:
            real = real or _named(name)
            _modules[name] = _Changed(real, CHANGED[name](real))
        else:
            made = _modules[name] = types.ModuleType(name)
            vars(made).update(_MADE[name]() if name in _MADE else _all_of(RENAMED[name]))
    return _modules[name]
