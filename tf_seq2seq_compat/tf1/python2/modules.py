"""Modules of Python 2's library: those that were renamed, and those that changed.

A changed module is a view: Python 3's own with a few functions as they were.
"""

from __future__ import annotations

import functools
import importlib
import math
import re
import string
import subprocess
import sys
import types
from collections.abc import Callable
from typing import Any, NamedTuple

from tf_seq2seq_compat.tf1.old_libraries.module_views import View
from tf_seq2seq_compat.tf1.python2 import builtins as built_in
from tf_seq2seq_compat.tf1.python2 import draws, files, operations
from tf_seq2seq_compat.tf1.python2.text import Bytes, to_bytes, to_text

# Renamed as a whole: Python 2's name, then the modules that have its names now.
RENAMED: dict[str, tuple[str, ...]] = {
    'BaseHTTPServer': ('http.server',),
    'CGIHTTPServer': ('http.server',),
    'ConfigParser': ('configparser',),
    'Cookie': ('http.cookies',),
    'HTMLParser': ('html.parser',),
    'Queue': ('queue',),
    'SimpleHTTPServer': ('http.server',),
    'SocketServer': ('socketserver',),
    'Tkinter': ('tkinter',),
    'UserDict': ('collections',),
    'UserList': ('collections',),
    'UserString': ('collections',),
    'anydbm': ('dbm',),
    'cookielib': ('http.cookiejar',),
    'copy_reg': ('copyreg',),
    'dbhash': ('dbm',),
    'dummy_thread': ('_thread',),
    'exceptions': ('builtins',),
    'gdbm': ('dbm.gnu',),
    'htmlentitydefs': ('html.entities',),
    'httplib': ('http.client',),
    'md5': ('hashlib',),
    'robotparser': ('urllib.robotparser',),
    'sha': ('hashlib',),
    'thread': ('_thread',),
    'tkFileDialog': ('tkinter.filedialog',),
    'tkMessageBox': ('tkinter.messagebox',),
    'ttk': ('tkinter.ttk',),
    'urllib2': ('urllib.request', 'urllib.error', 'urllib.parse'),
    'urlparse': ('urllib.parse',),
    'xmlrpclib': ('xmlrpc.client',),
    'email.MIMEText': ('email.mime.text',),
    'email.MIMEMultipart': ('email.mime.multipart',),
}


def _named(path: str) -> types.ModuleType:
    """A module that is loaded by its dotted name."""
    return importlib.import_module(path)


def _strings_in(function: Callable[..., object], out: Callable[[Any], object] = to_text) -> object:
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


# What each changed module has, made when the module is asked for
# ----------------------------------------------------------------------------------------


def _string(real: types.ModuleType) -> dict[str, object]:
    methods = (
        'capitalize count expandtabs find index join ljust lower lstrip replace rfind rindex rjust '
        'rsplit rstrip split strip swapcase upper zfill center'
    )
    names: dict[str, object] = {name: _as_function(name) for name in methods.split()}
    names.update(
        letters=string.ascii_letters,
        lowercase=string.ascii_lowercase,
        uppercase=string.ascii_uppercase,
        join=lambda words, between=' ': between.join(operations.texts(words)),
        joinfields=lambda words, between=' ': between.join(operations.texts(words)),
        splitfields=lambda text, *arguments: to_text(text).split(*arguments),
        maketrans=_maketrans,
        translate=operations.translate,
        atoi=int,
        atol=int,
        atof=float,
    )
    return names


def _as_function(name: str) -> Callable[..., object]:
    return lambda text, *arguments: getattr(to_text(text), name)(*map(to_text, arguments))


def _maketrans(old: str, new: str) -> dict[int, int]:
    if len(old) != len(new):
        raise ValueError('maketrans arguments must have same length')
    return str.maketrans(old, new)


def _sys(real: types.ModuleType) -> dict[str, object]:
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


class _Version(NamedTuple):
    major: int
    minor: int
    micro: int
    releaselevel: str
    serial: int


def _platform(real: types.ModuleType) -> dict[str, object]:
    return {
        'python_version': lambda: '2.7.18',
        'python_version_tuple': lambda: ('2', '7', '18'),
    }


def _os(real: types.ModuleType) -> dict[str, object]:
    return {
        'getcwdu': real.getcwd,
        'errno': importlib.import_module('errno'),
        'popen': lambda command, mode='r', *_: files_of_command(command, mode),
        'fdopen': lambda number, mode='r', buffering=-1: files.open(number, mode, buffering),
    }


def files_of_command(command: str, mode: str) -> object:
    """`os.popen`, whose lines are strings."""
    import os

    return os.popen(to_text(command), mode[0])


def _itertools(real: types.ModuleType) -> dict[str, object]:
    return {
        'izip': zip,
        'imap': lambda function, *rows: (
            zip(*rows, strict=False) if function is None else map(function, *rows)
        ),
        'ifilter': filter,
        'ifilterfalse': real.filterfalse,
        'izip_longest': real.zip_longest,
    }


def _math(real: types.ModuleType) -> dict[str, object]:
    return {name: _to_float(getattr(real, name)) for name in ('floor', 'ceil')}


def _to_float(function: Callable[[Any], Any]) -> Callable[[Any], object]:
    def rounded(value: Any) -> object:
        number = float(value)
        return float(function(number)) if math.isfinite(number) else number

    return rounded


def _operator(real: types.ModuleType) -> dict[str, object]:
    return {
        'div': operations.div,
        'isCallable': callable,
        'sequenceIncludes': real.contains,
        'isSequenceType': lambda value: (
            hasattr(value, '__getitem__') and not isinstance(value, dict)
        ),
        'isMappingType': lambda value: hasattr(value, 'keys'),
        'isNumberType': lambda value: hasattr(value, '__int__'),
        **{name: getattr(operations, name) for name in ('lt', 'le', 'gt', 'ge')},
    }


def _types(real: types.ModuleType) -> dict[str, object]:
    return {
        'StringType': str,
        'UnicodeType': str,
        'StringTypes': built_in.basestring,
        'IntType': int,
        'LongType': int,
        'FloatType': float,
        'BooleanType': bool,
        'ComplexType': complex,
        'ListType': list,
        'TupleType': tuple,
        'DictType': dict,
        'DictionaryType': dict,
        'NoneType': type(None),
        'FileType': files.File,
        'ClassType': type,
        'TypeType': type,
        'ObjectType': object,
        'InstanceType': object,
    }


def _pickle(real: types.ModuleType | None) -> dict[str, object]:
    from tf_seq2seq_compat.tf1.python2 import pickles

    return pickles.NAMES


def _json(real: types.ModuleType) -> dict[str, object]:
    def load(file: Any, encoding: object = None, **keywords: Any) -> Any:
        return loads(file.read(), **keywords)

    def loads(text: object, encoding: object = None, **keywords: object) -> object:
        return real.loads(to_text(text), **keywords)

    def dumps(
        value: object, *arguments: object, encoding: object = None, **keywords: object
    ) -> Any:
        return real.dumps(value, *arguments, **_for_json(keywords))

    def dump(
        value: object, file: object, *arguments: object, encoding: object = None, **keywords: object
    ) -> None:
        real.dump(value, file, *arguments, **_for_json(keywords))

    return {'load': load, 'loads': loads, 'dump': dump, 'dumps': dumps}


def _for_json(keywords: dict[str, object]) -> dict[str, object]:
    """Bytes are written as text; before an end of line stood a comma and a blank."""
    keywords.setdefault('default', _text_of)
    if keywords.get('indent') is not None:
        keywords.setdefault('separators', (', ', ': '))
    return keywords


def _text_of(value: object) -> object:
    if isinstance(value, bytes):
        return to_text(value)
    raise TypeError(f'{value!r} is not JSON serializable')


def _struct(real: types.ModuleType) -> dict[str, object]:
    names = ('pack', 'unpack', 'pack_into', 'unpack_from')
    return {name: _strings_in(getattr(real, name), _bytes_out) for name in names}


def _all_of_bytes(*names: str) -> Callable[[Any], dict[str, object]]:
    def changed(real: types.ModuleType) -> dict[str, Any]:
        return {
            name: _strings_in(getattr(real, name), _bytes_out)
            for name in names
            if hasattr(real, name)
        }

    return changed


def _base64(real: types.ModuleType) -> dict[str, object]:
    plain = [
        f'{kind}{way}'
        for kind in ('b64', 'urlsafe_b64', 'b32', 'b16')
        for way in ('encode', 'decode')
    ]
    return {
        **_all_of_bytes(*plain)(real),
        'encodestring': _strings_in(real.encodebytes),
        'decodestring': _strings_in(real.decodebytes, _bytes_out),
    }


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


def _hashlib(real: types.ModuleType) -> dict[str, object]:
    names = ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512')
    found: dict[str, Any] = {name: _strings_in(getattr(real, name), _Hash) for name in names}
    found['new'] = lambda name, data='': _Hash(real.new(name, to_bytes(data)))
    return found


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
        if hasattr(name, 'raw'):
            name = files.unwrapped(name)
        return files.File(self._real(name, plain, *arguments, **keywords), plain)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(files.unwrapped(instance), self._real)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (self._real,)

    def __getattribute__(self, name: str) -> object:
        own = name in ('_real', '__mro_entries__')
        # `GzipFile.__init__`, which a derived class calls, is the real one's.
        return object.__getattribute__(self, name) if own else getattr(self._real, name)


def _compressed(*names: str) -> Callable[[Any], dict[str, object]]:
    return lambda real: {name: _Opening(getattr(real, name)) for name in names}


def _tempfile(real: types.ModuleType) -> dict[str, object]:
    def making(maker: Any) -> Callable[..., object]:
        def make(mode: str = 'w+b', bufsize: int = -1, *arguments: Any, **keywords: Any) -> object:
            plain = mode if 'b' in mode else f'{mode}b'
            return files.File(maker(plain, bufsize, None, None, *arguments, **keywords), mode)

        return make

    return {
        name: making(getattr(real, name))
        for name in ('NamedTemporaryFile', 'TemporaryFile', 'SpooledTemporaryFile')
        if name != 'SpooledTemporaryFile'
    }


def _subprocess(real: Any) -> dict[str, Any]:
    class Popen(real.Popen):
        """A process whose pipes carry strings."""

        def __init__(self, *arguments: object, **keywords: object) -> None:
            for name in ('stdin', 'stdout', 'stderr'):
                if name in keywords:
                    keywords[name] = files.unwrapped(keywords[name])
            if not keywords.pop('universal_newlines', False):
                keywords.setdefault('encoding', 'utf-8')
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


def _codecs(real: types.ModuleType) -> dict[str, object]:
    def passing(maker: Any, encoding: str) -> Callable[..., object]:
        def wrap(stream: Any, *arguments: Any) -> object:
            # What already takes and gives text, as sys.stdout and sys.stdin do.
            if isinstance(stream, files.File):
                stream = stream.raw
            is_text = hasattr(stream, 'encoding') and hasattr(stream, 'buffer')
            return stream if is_text else maker(encoding)(stream, *arguments)

        return wrap

    def recoded(stream: object, *_: object) -> object:
        return stream

    return {
        'getwriter': lambda encoding: passing(real.getwriter, encoding),
        'getreader': lambda encoding: passing(real.getreader, encoding),
        'EncodedFile': recoded,
        'encode': operations.encode,
        'decode': operations.decode,
    }


def _re(real: types.ModuleType) -> dict[str, object]:
    def flags_of(pattern: object, flags: int) -> int:
        """Classes like `\\w` are of ASCII, but for patterns that say otherwise."""
        given = isinstance(pattern, re.Pattern)
        says = not given and re.search(r'\(\?[aiLmsx]*u', to_text(pattern))
        return int(flags) if given or says or flags & re.UNICODE else int(flags) | re.ASCII

    def read(pattern: Any) -> Any:
        return pattern if isinstance(pattern, re.Pattern) else to_text(pattern)

    def compile_(pattern: object, flags: int = 0) -> Any:
        return real.compile(read(pattern), flags_of(pattern, flags))

    def searching(name: str) -> Callable[..., object]:
        def search(pattern: object, text: object, flags: int = 0) -> Any:
            return getattr(compile_(pattern, flags), name)(to_text(text))

        return search

    def substituting(name: str) -> Callable[..., object]:
        def substitute(
            pattern: object, new: object, text: object, count: int = 0, flags: int = 0
        ) -> object:
            new = to_text(new)
            found = _substituted(compile_(pattern, flags), new, to_text(text), count)
            return found if name == 'subn' else found[0]

        return substitute

    def split(pattern: object, text: object, maxsplit: int = 0, flags: int = 0) -> list[Any]:
        return _split(compile_(pattern, flags), to_text(text), maxsplit)

    return {
        'compile': compile_,
        'split': split,
        **{name: searching(name) for name in ('match', 'search', 'findall', 'finditer')},
        **{name: substituting(name) for name in ('sub', 'subn')},
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


def _urllib(real: types.ModuleType) -> dict[str, object]:
    parse, request = _named('urllib.parse'), _named('urllib.request')
    return {
        **{name: getattr(parse, name) for name in ('quote', 'quote_plus', 'urlencode')},
        **{name: getattr(parse, name) for name in ('unquote', 'unquote_plus')},
        **{
            name: getattr(request, name) for name in ('urlretrieve', 'pathname2url', 'url2pathname')
        },
        'urlopen': _urlopen,
    }


def _urlopen(url: object, data: object = None, *arguments: object, **keywords: object) -> object:
    response = _named('urllib.request').urlopen(url, to_bytes(data), *arguments, **keywords)
    return files.File(response, 'rb')


CHANGED: dict[str, Callable[[Any], dict[str, object]]] = {
    'base64': _base64,
    'binascii': _all_of_bytes('hexlify', 'unhexlify', 'b2a_hex', 'a2b_hex', 'crc32'),
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
    'random': lambda real: draws.NAMES,
    're': _re,
    'string': _string,
    'struct': _struct,
    'subprocess': _subprocess,
    'sys': _sys,
    'tempfile': _tempfile,
    'types': _types,
    'urllib': _urllib,
    'zlib': _all_of_bytes('compress', 'decompress', 'crc32', 'adler32'),
}


def _command_output(command: str) -> tuple[int, str]:
    status, output = subprocess.getstatusoutput(command)
    return status << 8, output


def _made() -> dict[str, Callable[[], dict[str, object]]]:
    """Modules that Python 3 has no counterpart of."""
    string_io = {'StringIO': files.StringIO}
    return {
        'StringIO': lambda: string_io,
        'cStringIO': lambda: string_io,
        'cPickle': lambda: {**vars(_named('pickle')), **_pickle(None)},
        'commands': lambda: {
            'getoutput': lambda command: _command_output(command)[1],
            'getstatusoutput': _command_output,
        },
        'sets': lambda: {'Set': set, 'ImmutableSet': frozenset},
        'future_builtins': lambda: {
            **{name: vars(_named('builtins'))[name] for name in ('map', 'filter', 'zip', 'hex')},
        },
        'new': lambda: {
            'classobj': type,
            'instancemethod': types.MethodType,
            'function': types.FunctionType,
            'module': types.ModuleType,
        },
        '__builtin__': lambda: {**vars(_named('builtins')), **built_in.NAMES},
    }


_MADE = _made()
NAMES = frozenset({*RENAMED, *CHANGED, *_MADE})
"""The modules that a program of Python 2 is given by this one."""
GONE = frozenset({*RENAMED, *_MADE})
"""Those of them that Python 3 does not have."""

_ADDED: dict[str, dict[str, Any]] = {
    'ConfigParser': {'SafeConfigParser': 'configparser:ConfigParser'},
    'md5': {'new': 'hashlib:md5'},
    'sha': {'new': 'hashlib:sha1'},
    'dummy_thread': {},
}


class _Changed(View):
    """A changed module, which keeps nothing that is set on the real one."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in vars(self):
            vars(self)[name] = value
        setattr(self._real, name, value)


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
    found = _modules.get(name)
    if found is None:
        found = _modules[name] = _make(name, real)
    return found


_modules: dict[str, types.ModuleType] = {}


def _make(name: str, real: types.ModuleType | None) -> types.ModuleType:
    if name in CHANGED:
        real = real or _named(name)
        return _Changed(real, CHANGED[name](real))
    made = types.ModuleType(name)
    if name in _MADE:
        vars(made).update(_MADE[name]())
    for path in reversed(RENAMED.get(name, ())):
        own = {key: value for key, value in vars(_named(path)).items() if not key.startswith('__')}
        vars(made).update(own)
    for each, path in _ADDED.get(name, {}).items():
        source, _, attribute = path.partition(':')
        setattr(
            made, each, getattr(module(source) if source in CHANGED else _named(source), attribute)
        )
    if name == 'urllib2':
        vars(made)['urlopen'] = _urlopen
    if name == 'HTMLParser':
        vars(made)['HTMLParseError'] = type('HTMLParseError', (Exception,), {})
    return made
