"""Records what removed names of Python and NumPy did, in Python 3.7 and NumPy 1.18.

python old_libraries_golden.py            (in the TF 1.15.5 environment: writes old_libraries.json)
python old_libraries_golden.py --check    (compares with it)
python old_libraries_golden.py --print    (prints what is found, for a comparison elsewhere)
"""
# ruff: noqa: F401, UP005, UP023, UP025, UP035

import array
import asyncio
import base64
import cgi
import codecs
import collections
import configparser
import fractions
import html.parser
import imghdr
import imp
import importlib
import inspect
import io
import json
import locale
import math
import os
import pipes
import random
import re
import sys
import tempfile
import threading
import time
import unittest
import warnings
import xml.etree.cElementTree as cElementTree
from collections import Mapping, MutableMapping, OrderedDict
from distutils import dir_util, file_util, util
from distutils.spawn import find_executable
from distutils.version import LooseVersion, StrictVersion
from fractions import gcd
from inspect import getargspec

import numpy as np
import numpy.lib.function_base
from numpy import float_, product
from numpy.lib.arraysetops import in1d
from numpy.random import permutation

warnings.simplefilter('ignore')
RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'old_libraries.json')

EXPRESSIONS = r"""
isinstance({}, Mapping) and issubclass(OrderedDict, MutableMapping)
[issubclass(list, getattr(collections, name)) for name in ABSTRACT]
getargspec(lambda a, b=1, *c, **d: 0)
tuple(inspect.getargspec(sample))
getargspec(annotated)
getargspec(keyword_only)
getargspec(Sample.method).args
getargspec(Sample()).args
inspect.formatargspec(*getargspec(lambda a, b=1, *c, **d: 0))
inspect.formatargspec(['x', 'y'], None, None, (2,))
inspect.formatargspec([])
type(time.clock()), time.clock() >= 0
[gcd(a, b) for a in (-12, 0, 18, 7) for b in (-8, 0, 12, 5)]
fractions.gcd(fractions.Fraction(1, 2), fractions.Fraction(1, 3))
base64.encodestring(b'seq2seq' * 12), base64.decodestring(b'c2Vx\n')
cgi.escape('<a href="x">\'&'), cgi.escape('<"\'>', True), cgi.escape('"', quote=1)
cgi.parse_header('text/html; charset="utf-8"; q=1')
cgi.parse_header('form-data; name="a"')
cgi.parse_header('text/plain')
html.parser.HTMLParser().unescape('&lt;a&amp;&eacute;&#65;')
threading.Thread(target=print).isAlive()
threading.Thread.isAlive(threading.current_thread())
[each.tag for each in cElementTree.ElementTree(cElementTree.XML('<a><b/><c/></a>')).getiterator()]
[each.tag for each in cElementTree.ElementTree(cElementTree.XML('<a><b/></a>')).getiterator('b')]
[each.tag for each in cElementTree.XML('<a><b/><c><b/></c></a>').getchildren()]
[each.tag for each in cElementTree.XML('<a><b/><c><b/></c></a>').getiterator('b')]
array.array('h', [1, 258]).tostring()
np.arange(3, dtype=np.int16).tostring()
np.arange(4, dtype=np.int16).reshape(2, 2).T.tostring('F')
np.ndarray.tostring(np.int8([1, 2]))
int(np.array([[3.7]])), float(np.array([2])), complex(np.array([1j])), '%d' % np.array([4])
'%.2f' % np.array([[1.5]]), math.exp(np.zeros([1, 1])), round(float(np.matrix([[3.25]])), 1)
float(np.array(['2.5'])), int(np.array([7], object)), float(np.ma.array([4.0]))
[fails(kind, np.zeros(size)) for kind in (int, float, complex) for size in (0, 2)]
assigned()
np.array([[1, 5], [2, 9]]).ptp()
np.array([[1, 5], [2, 9]]).ptp(axis=0)
np.array([1, 258], np.int16).newbyteorder().tolist()
np.array([1, 258], np.int16).newbyteorder('>').tolist()
with_items(np.zeros([2, 2]))
read_config(configparser.SafeConfigParser())
read_config(configparser.ConfigParser())
locale.format('%.2f', 3.14159), locale.format('%d', 12, True)
run_tests(unittest.makeSuite(Sample))
run_tests(unittest.makeSuite(Sample, 'check'))
unittest.getTestCaseNames(Sample, 'check')
importlib.find_loader('json') is not None, importlib.find_loader('surely_not_there')
run(asyncio.coroutine(generator)(3)), run(asyncio.coroutine(sample)(3, 4))
json.loads('[1, 2]', encoding='utf-8'), json.load(io.StringIO('{"a": 1}'), encoding='latin1')
json.loads(b'"\xc3\xa9"', encoding='utf-8')
[open(path('lines.txt'), mode).read() for mode in ('U', 'rU', 'Ur', 'rbU')]
open(path('lines.txt'), mode='rU', encoding='utf-8').read()
open(path('lines.txt'), 'wU')
io.open(path('lines.txt'), 'rU').read(), codecs.open(path('lines.txt'), 'rU', 'utf-8').read()
sorted(random.sample({3}, 1)), sorted(random.sample({1: 2}.keys(), 1))
sorted(random.sample(set(range(9)), 9))
random.sample({1}, 2)
random.sample({1: 2}, 1)
shuffled(range(9), iter([.1, .9, .5, .3, .99, .0, .7, .2]).__next__)
seeded(np.int64(5)) == seeded(5), seeded(np.int32(-5)) == seeded(np.int64(-5)), seeded(7)
random.randint(2.0, 2.0), random.randrange(1.0)
re.findall('a(?i)b', 'aB AB ab'), re.compile('x|(?is)y.').match('Y\n').group()
re.sub(r'\(?i\)|(?i)Q', '-', 'i)q(i)')
pipes.quote('a b'), pipes.quote("it's"), pipes.quote('plain')
[imghdr.what(None, begin) for begin in IMAGES]
util.strtobool('Yes'), util.strtobool('off'), util.strtobool('1')
util.strtobool('maybe')
os.path.basename(find_executable('sh')), find_executable('surely-not-there')
file_util.copy_file(path('lines.txt'), path('copy.txt'))[1], open(path('copy.txt')).read()
file_util.copy_file(path('not-there.txt'), path('copy.txt'))
[dir_util.mkpath(path('x/y/z')) for _ in 'ab'] and os.path.isdir(path('x/y/z'))
[name[len(path('')):] for name in sorted(dir_util.copy_tree(path('tree'), path('other')))]
dir_util.copy_tree(path('not-there'), path('other'))
dir_util.remove_tree(path('x')), os.path.exists(path('x'))
[LooseVersion(text).version for text in VERSIONS]
[str(LooseVersion(text)) + repr(LooseVersion(text)) for text in VERSIONS]
[LooseVersion(a) < LooseVersion(b) for a in NUMBERS for b in NUMBERS]
[LooseVersion(a) >= b for a in NUMBERS for b in NUMBERS], LooseVersion('1.0') == '1.0'
LooseVersion('1.a') < '1.0'
LooseVersion('1.0') != LooseVersion('1.0.0'), LooseVersion('1.0') == LooseVersion('1.0')
[StrictVersion(text).version for text in NUMBERS]
[str(StrictVersion(text)) for text in ('1.0.0', '1.2', '1.2.3a4', '2.0b1')]
sorted(['1.0', '1.0b2', '0.9.9', '1.0a9', '1.0b10', '1.0.1'], key=StrictVersion)
StrictVersion('1.0rc1')
StrictVersion('1')
[imp.PY_SOURCE, imp.PY_COMPILED, imp.C_EXTENSION, imp.PKG_DIRECTORY, imp.C_BUILTIN, imp.PY_FROZEN]
imp.load_source('loaded_module', path('loaded.py')).name, sys.modules['loaded_module'].name
sys.modules['loaded_module'].__file__ == path('loaded.py')
imp.reload(sys.modules['loaded_module']) is sys.modules['loaded_module']
imp.load_source('loaded_module', path('not_there.py'))
[type(each).__name__ for each in imp.find_module('loaded', [path('')])]
imp.find_module('loaded', [path('')])[1] == path('loaded.py'), imp.find_module('sys')
imp.find_module('pack', [path('tree')])[2]
imp.find_module('surely_not_there')
imp.load_module('again', *imp.find_module('loaded', [path('')])).name
imp.load_module('pack', *imp.find_module('pack', [path('tree')])).inside
imp.new_module('fresh').__name__, 'fresh' in sys.modules, imp.is_builtin('sys')
[kind for suffix, mode, kind in imp.get_suffixes() if suffix in ('.py', '.pyc')]
[np.int, np.float, np.bool(1) == True, np.object, np.str, np.complex, np.unicode]
[np.float_, np.complex_, np.string_, np.unicode_, np.bool8, np.int0, np.uint0, np.object0]
[np.cfloat, np.singlecomplex, np.longfloat, np.clongfloat, np.longcomplex, np.void0, float_]
[np.zeros(2, np.int), np.arange(3, dtype=np.float), np.zeros(1, np.bool), np.zeros(1, np.complex)]
[np.Inf, np.PINF, np.NINF, np.infty, np.Infinity, np.NaN != np.NaN]
[str(np.PZERO), str(np.NZERO)]
[np.product([2, 3]), product([[1, 2], [3, 4]], axis=0), np.cumproduct([2, 3])]
[np.sometrue([0, 1]), np.alltrue([0, 1]), np.round_(2.567, 1)]
[np.alen([1, 2]), np.alen(3), np.alen([[1, 2]]), np.asscalar(np.array([7]))]
[np.msort([[2, 1], [1, 3]]), np.row_stack([[1], [2]]), np.trapz([1, 2, 3]), np.mat('1 2').A]
[np.in1d([[1, 2], [3, 4]], [2, 3]), in1d([1, 2], [2], invert=True)]
[np.asfarray([1, 2]), np.asfarray([1], np.int32), np.asfarray([1], 'float32')]
[np.cast['float32']([1, 2]), np.cast[np.int8](3.7), np.nbytes[np.float32], np.nbytes['int64']]
[np.obj2sctype(each, 'none') for each in (np.int32, 'f', float, np.zeros(1), [1], np.float16(1))]
[np.sctype2char(each) for each in (np.int32, float, 'complex64', np.dtype(bool))]
[np.maximum_sctype(each) for each in (np.int8, np.uint16, 'f4', complex, str)]
[np.issctype(each) for each in (np.int32, int, 'int', np.dtype('f4'), 1.1, list)]
[np.issubclass_(np.int32, int), np.issubclass_(np.int32, np.integer), np.issubclass_(1, int)]
[np.find_common_type(*each) for each in COMMON]
{name: types for name, types in np.sctypes.items() if name != 'others'}
[np.safe_eval('[1, {"a": 2}]'), np.typeDict['float32'], np.issubsctype(np.int32, np.integer)]
[np.ComplexWarning, np.RankWarning, np.VisibleDeprecationWarning, np.AxisError, np.TooHardError]
[np.math.factorial(5), np.sys is sys, np.warnings is warnings, np.math.pi]
np.fastCopyAndTranspose([[1, 2], [3, 4]])
np.recfromcsv(io.StringIO(u'A,b\n1,2.5\n3,4.5'), encoding='utf-8').a
np.random.RandomState(0) and sorted(set(integers(3)))
np.loads(b'\x80\x03K\x01.')
[np.lib.pad([1], 1, 'constant'), np.lib.unique([2, 1, 2]), numpy.lib.function_base.median([1, 3])]
[np.array([[1, 2], [3]]), np.asarray([[1], [2, 3], 4]), np.array([[[1, 2], [3]], [[4], [5, 6]]])]
[np.asanyarray(([1, 2], (3,))), np.array([np.zeros(2), np.zeros(3)]).shape]
[np.array([[1, 2], [3]], dtype=object), np.array([['a'], ['b', 'c']]), np.array([[], [1]])]
np.array([[1, 2], [3]], dtype=int)
np.array([np.zeros((2, 3)), np.zeros((2, 4))])
[np.shape([[1, 2], [3]]), np.size([[1, 2], [3]]), np.ndim([[1], [2, 3]]), np.sum([[1], [2, 3]])]
[np.max([[1, 2], [3]]), np.argsort([[2], [1, 3]]), np.where([[], [1]]), np.sort([[3, 1], [2]])]
[permutation([[1], [1]]).shape, np.random.permutation([[1, 2], [3]]).shape, chosen([[1, 2], [3]])]
saved([[1, 2], [3]])
[np.array([1, 2], copy=False), np.array(5, copy=False, ndmin=1), same(np.zeros(2))]
[np.fromstring(b'\x01\x02', np.uint8), np.fromstring('ab', dtype='u1', count=1)]
[np.fromstring(b'\x01\x02', np.uint8).flags.writeable, np.fromstring('1 2', sep=' ')]
[np.vstack(row for row in ([1], [2])), np.hstack(map(list, 'ab')), np.stack(x for x in ([1], [2]))]
[np.column_stack(zip([1, 2], [3, 4])), np.dstack(iter([[1], [2]]))]
[np.sum(i for i in range(4)), np.histogram([1, 2, 2, 4], 2, normed=True)[0]]
[np.percentile([1, 2, 4], 40, interpolation='lower'), np.reshape([1, 2], newshape=(2, 1))]
np.surely_not_there
np.random.surely_not_there
collections.surely_not_there
time.surely_not_there
threading.Thread().surelyNotThere
""".strip().splitlines()

ABSTRACT = [
    'Callable', 'Container', 'Hashable', 'Iterable', 'Iterator', 'Mapping', 'MutableSequence',
    'Sequence', 'Set', 'Sized', 'Generator', 'Awaitable',
]  # fmt: skip
IMAGES = [
    b'\x89PNG\r\n\x1a\n..', b'GIF89a', b'\xff\xd8\xff\xe0\0\x10JFIF\0', b'BM..', b'RIFF....WEBP',
    b'MM\0*', b'P5 2', b'none', b'',
]  # fmt: skip
VERSIONS = [
    '1.5.1', '1.5.2b2', '161', '3.10a', '8.02', '3.4j', '1996.07.12', '3.2.pl0', '3.1.1.6', '2g6',
    '11g', '0.960923', '2.2beta29', '1.13++', '5.5.kw', '2.0b1pl0', '1.4.0-rc1', '2.0.0.dev2019',
    '1.0RC1',
]  # fmt: skip
NUMBERS = ['1.4', '1.10.1', '1.4.0', '2.0.0', '0.12', '1.15.5']
COMMON = [
    ([np.float32], [np.int64, np.float64]), ([np.float32], [complex]), ([np.int32], [np.float32]),
    ([], [np.int8, np.int64]), ([np.int8, np.uint8], []), ([np.float32, np.int64], [bool]),
]  # fmt: skip


def sample(a, b=2):
    return (a, b)


def annotated(a: int):
    return a


def keyword_only(a, *, b):
    return a, b


def generator(x):
    yield from asyncio.sleep(0)
    return x + 1


def run(awaitable):
    return asyncio.new_event_loop().run_until_complete(awaitable)


class Sample(unittest.TestCase):
    def runTest(self):
        self.method(0)

    def __call__(self, *args):
        return unittest.TestCase.__call__(self, *args)

    def method(self, x):
        return x

    def test_old_names(self):
        self.assertEquals(1, 1)
        self.assertNotEquals(1, 2)
        self.assert_(True)
        self.failUnless(1)
        self.failIf(0)
        self.failUnlessEqual(1, 1)
        self.assertAlmostEquals(1.0, 1.00000001)
        self.assertRegexpMatches('abc', 'b')
        self.assertDictContainsSubset({'a': 1}, {'a': 1, 'b': 2})
        with self.assertRaisesRegexp(ValueError, 'invalid'):
            int('x')

    def check_that_fails(self):
        self.assertEquals(1, 2)

    def check_another(self):
        self.assertDictContainsSubset({'a': 2}, {'a': 1})


def run_tests(suite):
    result = unittest.TestResult()
    suite.run(result)
    return result.testsRun, len(result.failures), len(result.errors)


def read_config(parser):
    parser.readfp(io.StringIO('[model]\nunits = 8\n'))
    return parser.get('model', 'units')


def shuffled(items, function):
    items = list(items)
    random.shuffle(items, function)
    return items


def seeded(seed):
    random.seed(seed)
    return random.random()


def fails(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return type(error).__name__
    return ''


def assigned():
    a = np.zeros(3)
    a[0], a[2] = np.array([1.5]), np.array([[2.0]])
    return a


def with_items(a):
    a.itemset(3, 7)
    a.itemset((0, 1), 5)
    a.itemset(1, 0, 4)
    b = np.zeros(1)
    b.itemset(2)
    return [a, b]


def integers(n):
    return np.random.random_integers(n, size=200).tolist() + [np.random.random_integers(2, 2)]


def chosen(items):
    return np.random.choice(items) in items


def saved(items):
    np.save(path('ragged.npy'), items)
    return np.load(path('ragged.npy'), allow_pickle=True)


def same(given):
    return np.array(given, copy=False) is given


FOLDER = []


def path(name):
    """A path in a folder of a few files."""
    if not FOLDER:
        FOLDER.append(tempfile.mkdtemp())
        os.makedirs(path('tree/pack'))
        for file, text in (
            ('lines.txt', b'a\nb\n'),
            ('loaded.py', b'name = __name__\n'),
            ('tree/pack/__init__.py', b'inside = 3\n'),
        ):
            with open(path(file), 'wb') as stream:
                stream.write(text)
    return os.path.join(FOLDER[0], name)


def describe(value):
    """The value as JSON has it, with types by name."""
    if isinstance(value, type) and issubclass(value, np.generic):
        return 'type ' + np.dtype(value).name
    if isinstance(value, type):
        return 'type ' + value.__name__.rstrip('_')
    if isinstance(value, np.dtype):
        return 'dtype ' + value.str
    if isinstance(value, np.ndarray):
        return ['array', value.dtype.kind, list(value.shape), describe(value.tolist())]
    if isinstance(value, np.generic):
        return describe(value.item())
    if isinstance(value, dict):
        return sorted([describe(key), describe(each)] for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return [describe(each) for each in value]
    if isinstance(value, float):
        return repr(round(value, 12))
    if isinstance(value, (bytes, complex, fractions.Fraction)):
        return str(value)
    assert value is None or isinstance(value, (str, int)), value
    return value


def evaluate(expression, **names):
    try:
        return describe(eval(expression, dict(globals(), **names)))
    except Exception as error:
        return 'raises ' + type(error).__name__


def main():
    from recording import record_or_check

    found = {'python': sys.version[:3], 'numpy': np.__version__, 'values': {}}
    for expression in EXPRESSIONS:
        found['values'][expression] = evaluate(expression)
    if '--print' in sys.argv:
        print(json.dumps(found))
    else:
        what = '{} expressions of old libraries'.format(len(found['values']))
        record_or_check(RECORD, found, what)


if __name__ == '__main__':
    main()
