"""The table of what Python had: names, methods and modules removed in 3.7 to 3.13."""

from __future__ import annotations

import sys

from tf_seq2seq_compat.tf1.old_libraries import python_functions as functions
from tf_seq2seq_compat.tf1.old_libraries.rows import Method, Name, RemovedModule

_ABSTRACT = (
    'AsyncGenerator AsyncIterable AsyncIterator Awaitable ByteString Callable Collection '
    'Container Coroutine Generator Hashable ItemsView Iterable Iterator KeysView Mapping '
    'MappingView MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized '
    'ValuesView'
)

_CLOCK = 'perf_counter' if sys.platform == 'win32' else 'process_time'

NAMES: tuple[Name, ...] = (
    *(
        Name('collections', name, 'Python 3.10', f'collections.abc:{name}', starred=False)
        for name in _ABSTRACT.split()
    ),
    Name('os', 'errno', 'Python 3.7', 'errno', starred=False),
    Name('time', 'clock', 'Python 3.8', f'time:{_CLOCK}'),
    Name('cgi', 'escape', 'Python 3.8', functions.escape, 'html.escape', starred=False),
    Name('cgi', 'parse_qs', 'Python 3.8', 'urllib.parse:parse_qs'),
    Name('cgi', 'parse_qsl', 'Python 3.8', 'urllib.parse:parse_qsl'),
    Name('platform', 'dist', 'Python 3.8', functions.dist, 'platform.freedesktop_os_release'),
    Name(
        'platform',
        'linux_distribution',
        'Python 3.8',
        functions.linux_distribution,
        'platform.freedesktop_os_release',
    ),
    Name('fractions', 'gcd', 'Python 3.9', functions.gcd, 'math.gcd'),
    Name('base64', 'encodestring', 'Python 3.9', 'base64:encodebytes'),
    Name('base64', 'decodestring', 'Python 3.9', 'base64:decodebytes'),
    Name('inspect', 'getargspec', 'Python 3.11', functions.getargspec, 'inspect.getfullargspec'),
    Name('inspect', 'formatargspec', 'Python 3.11', functions.formatargspec, 'inspect.signature'),
    Name('inspect', 'ArgSpec', 'Python 3.11', functions.ArgSpec, 'inspect.FullArgSpec'),
    Name('asyncio', 'coroutine', 'Python 3.11', functions.coroutine, 'async def'),
    Name('configparser', 'SafeConfigParser', 'Python 3.12', 'configparser:ConfigParser'),
    Name('locale', 'format', 'Python 3.12', functions.format_number, 'locale.format_string'),
    Name(
        'importlib', 'find_loader', 'Python 3.12', functions.find_loader, 'importlib.util.find_spec'
    ),
    Name('sqlite3', 'OptimizedUnicode', 'Python 3.12', 'builtins:str'),
    Name('unittest', '_TextTestResult', 'Python 3.12', 'unittest:TextTestResult'),
    Name('unittest', 'makeSuite', 'Python 3.13', functions.make_suite, 'unittest.TestLoader'),
    Name(
        'unittest', 'findTestCases', 'Python 3.13', functions.find_test_cases, 'unittest.TestLoader'
    ),
    Name(
        'unittest',
        'getTestCaseNames',
        'Python 3.13',
        functions.get_test_case_names,
        'unittest.TestLoader',
    ),
)

_ASSERTIONS = {
    'assert_': 'assertTrue',
    'assertEquals': 'assertEqual',
    'assertNotEquals': 'assertNotEqual',
    'assertAlmostEquals': 'assertAlmostEqual',
    'assertNotAlmostEquals': 'assertNotAlmostEqual',
    'assertRegexpMatches': 'assertRegex',
    'assertNotRegexpMatches': 'assertNotRegex',
    'assertRaisesRegexp': 'assertRaisesRegex',
    'failUnless': 'assertTrue',
    'failIf': 'assertFalse',
    'failUnlessEqual': 'assertEqual',
    'failIfEqual': 'assertNotEqual',
    'failUnlessAlmostEqual': 'assertAlmostEqual',
    'failIfAlmostEqual': 'assertNotAlmostEqual',
    'failUnlessRaises': 'assertRaises',
}

METHODS: tuple[Method, ...] = (
    Method('threading', 'Thread', 'isAlive', 'Python 3.9', 'is_alive'),
    Method(
        'html.parser', 'HTMLParser', 'unescape', 'Python 3.9', functions.unescape, 'html.unescape'
    ),
    Method(
        'xml.etree.ElementTree',
        'ElementTree',
        'getiterator',
        'Python 3.9',
        functions.getiterator,
        'ElementTree.iter',
    ),
    Method(
        'xml.etree.ElementTree',
        'Element',
        'getiterator',
        'Python 3.9',
        functions.getiterator,
        'Element.iter',
    ),
    Method(
        'xml.etree.ElementTree',
        'Element',
        'getchildren',
        'Python 3.9',
        functions.getchildren,
        'list(element)',
    ),
    Method('array', 'array', 'fromstring', 'Python 3.9', 'frombytes'),
    Method('array', 'array', 'tostring', 'Python 3.9', 'tobytes'),
    Method(
        'configparser', 'RawConfigParser', 'readfp', 'Python 3.12', functions.readfp, 'read_file'
    ),
    *(
        Method('unittest', 'TestCase', name, 'Python 3.12', target)
        for name, target in _ASSERTIONS.items()
    ),
    Method(
        'unittest',
        'TestCase',
        'assertDictContainsSubset',
        'Python 3.12',
        functions.assert_dict_contains,
        'assertEqual',
    ),
)


def _gone(names: str, gone: str, now: str = '', package: str = '') -> list[RemovedModule]:
    return [
        RemovedModule(name, gone, now=now, package=package.format(name=name))
        for name in names.split()
    ]


_NOTHING = 'nothing takes its place'

MODULES: tuple[RemovedModule, ...] = (
    RemovedModule('dummy_threading', 'Python 3.9', 'threading'),
    RemovedModule('_dummy_thread', 'Python 3.9', '_thread'),
    RemovedModule('typing.io', 'Python 3.13', 'typing'),
    RemovedModule('typing.re', 'Python 3.13', 'typing'),
    *_gone('distutils', 'Python 3.12', 'packaging or shutil', 'setuptools'),
    *_gone('imp', 'Python 3.12', 'importlib', 'zombie-imp'),
    *_gone('asyncore asynchat smtpd', 'Python 3.12', package='standard-{name}'),
    *_gone('cgi', 'Python 3.13', 'html, urllib.parse or email.message', 'legacy-cgi'),
    *_gone('cgitb', 'Python 3.13', package='legacy-cgi'),
    *_gone('imghdr', 'Python 3.13', 'the filetype or pillow package', 'standard-imghdr'),
    *_gone('pipes', 'Python 3.13', 'shlex and subprocess', 'standard-pipes'),
    *_gone(
        'aifc chunk mailcap nntplib sndhdr sunau telnetlib uu xdrlib',
        'Python 3.13',
        package='standard-{name}',
    ),
    *_gone('audioop', 'Python 3.13', package='audioop-lts'),
    *_gone('crypt', 'Python 3.13', 'hashlib, or the package bcrypt'),
    *_gone('lib2to3', 'Python 3.13', 'the package fissix, which is a copy of it'),
    *_gone('msilib nis ossaudiodev spwd', 'Python 3.13', _NOTHING),
    *_gone('binhex', 'Python 3.11', _NOTHING),
    *_gone('formatter parser symbol', 'Python 3.10', _NOTHING),
)
