# ruff: noqa: E501
"""Programs of Python 2, by what they are about. Python 2.7.18 says what each prints
(`python2_golden.py`), and translated they print the same."""

CASES = {
    'division': """\
print 7 / 2, -7 / 2, 7 / -2, 7 / 2.0, 7.0 / 2, 1 / 3 * 3, 10L / 3, True / 2, 2 ** -1 / 2
def half(x, y=2): return x / y
print half(9), half(9.), half(y=4, x=-9)
x = 9
x /= 2
print x
x /= 2.
print x
class N(object):
    def __init__(self, v): self.v = v
    def __div__(self, other): return 'div %r' % (other,)
    def __rdiv__(self, other): return 'rdiv %r' % (other,)
    def __idiv__(self, other):
        self.v = ('idiv', other)
        return self
print N(1) / 2, 2 / N(1), 1.5 / N(1)
n = N(1)
n /= 3
print n.v
import operator, datetime
print operator.div(7, 2), operator.truediv(7, 2), map(operator.div, [7, 8], [2, 3])
print datetime.timedelta(seconds=7) / 2, datetime.timedelta(microseconds=3) / 2
print (1 + 2) / (1 + 1), [a / b for a in (-5, 5) for b in (-3, 3)], (lambda a: a / 4)(10)
print (5 / # of a comment
  2), 5 \\
  / 2
try:
    1 / 0
except ZeroDivisionError, e:
    print 'zero', e
""",
    'future_division': """\
from __future__ import division
x = 7
x /= 2
print 7 / 2, x, 7 // 2
class N(object):
    def __truediv__(self, other): return 'true'
print N() / 1
""",
    'print': """\
import sys
from StringIO import StringIO
print
print 'a', 1, 2.5, None, u'b', 1L, [1.1, 'x', None], (1,), {'k': 1}, True
print 'a',
print 'b',
print
print ('in brackets')
print ('a', 'b')
print ('a') + 'b'
print 'x\\t',
print 'y'
print 'no space after a line end\\n',
print 'z'
out = StringIO()
print >>out, 'to', 'a file',
print >>out, 'end'
print >>out
print repr(out.getvalue())
print >>sys.stdout, 'stdout', 5
print >>None, 'nothing wrong'
for i in range(3): print i,
print
if 1: print 'one line'; print 'another'
print 'left open',
""",
    'print_function': """\
from __future__ import print_function
import sys
print('a', 'b', sep='-', end='!\\n')
print('a', file=sys.stdout)
print(7 / 2, 0.1 + 0.2)
print()
""",
    'floats': """\
print 0.1 + 0.2, str(0.1 + 0.2), repr(0.1 + 0.2), '%s' % (0.1 + 0.2), '%r' % (1 / 3.)
print 1e16, 1e11, 123456789012.0, 1234567890123.0, 1e-5, 1.0, -0.0, 1e100, 3.0e-10, 1 / 3.
print float('nan'), float('inf'), -float('inf'), [0.1 + 0.2, 1 / 3.], (1 / 3.,)
print '%s %d %5.2f %s' % (1 / 3., 3.99, 2 / 3., 'x'), '%(a)s' % {'a': 1 / 3.}, '%10s|' % (2 / 3.)
print str([1 / 3.]), str(1 / 3.) + '!', map(str, [1 / 3., 2]), ' '.join(map(str, (.5, 1 / 7.)))
print '{} {:.3f} {!r}'.format('a', 1 / 3., 1 / 3.)
""",
    'round': """\
for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.675, 1.005, 0.125, 0.375, -0.125, 1e300, 12345.0, 5, 15, -2.5):
    print round(x), round(x, 2), round(x, -1), int(round(x)) if abs(x) < 1e10 else ''
print round(1234567.891, -3), round(55, -1), round(3), type(round(3)).__name__
import math
print math.floor(2.5), math.ceil(2.1), math.floor(-2.5) / 2, math.ceil(7) / 2, math.trunc(2.5)
import random
r = random.Random(3)
print sum(round(r.uniform(-100, 100), 1) for _ in range(500)), [round(i / 8., 2) for i in range(-12, 12)]
""",
    'order': """\
print None < -1, None > 0, 'a' > 10, (1,) > [5], [1] > 'a', 1 < 'a', u'a' > 5, {} < [] , 10 < ()
print sorted([3, None, 'b', 2.5, 'a', (1,), [2], None, -1])
print max(None, 3), min([None, 3, 'a']), max(['a', 4]), max([1, 'x'], key=str)
print sorted([3, 1, 2], cmp=lambda a, b: b - a), sorted('bca', lambda a, b: cmp(a, b), reverse=True)
x = [3, 'a', None, 1]
x.sort()
print x
x = ['bb', 'a', 'ccc']
x.sort(lambda a, b: cmp(len(a), len(b)))
print x
x.sort(cmp=lambda a, b: -cmp(a, b), key=len)
print x
print cmp(1, 2), cmp('b', 'a'), cmp([1, 2], [1, 2]), cmp((1, None), (1, 0)), cmp(None, None)
print cmp({'a': 1}, {'a': 2}), cmp({'a': 1}, {'a': 1, 'b': 0}), {'a': 1} < {'b': 0}
best = None
for score in (0.5, 0.7, 0.6):
    if score > best: best = score
print best
d = {'x': 3, 'y': 1, 'z': 2}
keys = d.keys()
keys.sort(key=lambda k: d[k])
print keys, sorted(d, key=d.get, reverse=True), sorted(d.items(), lambda a, b: cmp(a[1], b[1]))
class C:
    def __init__(self, v): self.v = v
    def __cmp__(self, other): return cmp(self.v, other.v)
    def __repr__(self): return 'C%d' % self.v
print sorted([C(3), C(1), C(2)]), C(1) == C(1), C(1) < C(2), C(1) != C(2), max(C(4), C(5)), C(2) >= C(3)
print 0 < 1 < 2, 1 < 2 > 1, (1, 'a') < (1, 2), [None, 1] < [0]
""",
    'lists': """\
print range(3), range(2, 8, 2), range(3) + [9], range(5)[-1], len(range(4)), range(3)[1:]
print map(lambda x: x * 2, [1, 2]), map(None, [1, 2], 'a'), map(lambda a, b: (a, b), [1, 2], [3]), map(None, [1])
print filter(None, [0, 1, 2]), filter(lambda c: c in 'ab', 'abcab'), filter(lambda x: x > 1, (1, 2, 3))
print zip([1, 2], 'ab'), zip([1], [2, 3])[0], zip(), len(zip('ab', 'cd')), zip(*[(1, 2), (3, 4)])
print reduce(lambda a, b: a + b, range(5)), reduce(max, [3, 9, 2], 5)
d = {1: 'a', 2: 'b'}
print d.keys() + [3], d.values()[0], d.items()[-1], d.has_key(1), d.has_key(5), list(d.iterkeys())
print sorted(d.iteritems()), [v for v in d.itervalues()], list(d.viewkeys() & set([1]))
for k in d.keys():
    if k == 1: del d[k]
print d
it = iter([1, 2, 3])
print it.next(), it.next(), next(it), next(it, 'over')
print xrange(3)[1], len(xrange(5)), list(xrange(2, 0, -1)), sum(xrange(4))
from itertools import izip, imap, ifilter, izip_longest, ifilterfalse
import itertools
print list(izip('ab', [1, 2])), list(imap(lambda x, y: x + y, [1, 2], [3, 4])), list(ifilter(None, [0, 1]))
print list(izip_longest('a', 'bc')), itertools.izip('a', 'b').next(), list(ifilterfalse(None, [0, 1]))
import collections
o = collections.OrderedDict([('b', 1), ('a', 2)])
print o.keys(), o.items()[0], collections.Counter('aab').most_common(1), collections.defaultdict(int).items()
x = [1, 2, 3]
x[:] = map(lambda y: y + 1, x)
print x, any(map(lambda y: y > 3, x)), isinstance(map(abs, [1]), list), isinstance(range(2), list)
""",
    'syntax': '''\
print 0777, 0o17, 0xFFL, 10L, 0b11, 1e3, 0
print 1 <> 2, `1 + 1`, `'a'` + 'b'
try:
    raise ValueError, 'words'
except ValueError, e:
    print e, e.message, e.args
try:
    raise KeyError, ('a', 'b')
except (KeyError, ValueError), e:
    print e.args
try:
    raise ValueError
except Exception as e:
    print repr(e), repr(e.message)
exec 'y = 3 / 2'
print y
ns = {'a': 7}
exec 'b = a / 2; print b, "inside"' in ns
print ns['b']
exec('z = 5')
print z, eval('7 / 2'), eval('a / 4', {'a': 9})
def f(a, (b, c), (d, (e, g))=(1, (2, 3))):
    """words"""
    return a, b, c, d, e, g
print f(1, (2, 3)), f(*[1, [2, 3]]), f.__doc__, f.func_name
print sorted({'x': 2, 'y': 1}.items(), key=lambda (k, v): v), map(lambda (a, b), c: a + b + c, [(1, 2)], [3])
print [x for x in 1, 2, 3], ur'a\\n\\u0041', r'\\d', u'\\u0042'
print apply(max, (1, 2)), apply(dict, (), {'a': 1}), callable(len), intern('a'), unichr(65), long(5) / 2, oct(8), oct(0)
assert isinstance(5, (int, long)) and isinstance(10 ** 20, long) and isinstance('a', basestring)
assert isinstance(u'a', unicode) and isinstance(u'a', basestring) and not isinstance(1, basestring)
if True:
	print 'tab'
        print 'eight blanks'
def g():
    x = 5
    return locals()['x'] / 2
print g(), type(2 ** 62).__name__, coerce(1, 2.5)
''',
    'classes': """\
class Meta(type):
    def __new__(cls, name, bases, d):
        d['made_by'] = 'Meta'
        return type.__new__(cls, name, bases, d)
class A:
    __metaclass__ = Meta
class B(object):
    __metaclass__ = Meta
    def __nonzero__(self): return False
    def next(self): return 'next'
    def __iter__(self): return self
print A.made_by, B.made_by, bool(B()), B().next(), 'yes' if B() else 'no'
class E(object):
    def __eq__(self, other): return True
print len(set([E()])), E() == 5, hash(E()) is not None
class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def next(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        return self.n / 2
print list(It()), [x for x in It()], It().next(), sum(It())
class S:
    def __getslice__(self, i, j): return ('slice', i, min(j, 99))
    def __getitem__(self, i): return ('item', i)
    def __len__(self): return 10
print S()[1:3], S()[4], S()[:], S()[-2:]
class U(object):
    def __unicode__(self): return u'unicode words'
    def __str__(self): return 'str words'
print unicode(U()), str(U()), '%s' % U()
def numbers():
    it = iter([1, 2])
    while True:
        yield it.next()
print list(numbers())
def numbers(n):
    for i in xrange(10):
        if i == n: raise StopIteration
        yield i
print list(numbers(3))
class Base:
    def m(self): return 'm'
print Base().m.im_func.__name__, Base.m.__name__
class Next(object):
    def next(self, size): return [size] * size
print Next().next(2)
""",
    'strings': """\
# -*- coding: utf-8 -*-
import string
print string.letters[:3] == 'abc' or string.letters[:3], string.lowercase, string.uppercase[:2], string.digits
print string.join(['a', 'b']), string.join(['a', 'b'], '-'), string.split('a b'), string.atoi('5') / 2
print string.replace('abc', 'b', 'x'), string.strip(' a '), string.lower('AB'), string.upper('c'), string.zfill('5', 3)
print 'a.b,c'.translate(None, string.punctuation), 'abc'.translate(string.maketrans('ab', 'xy')), 'hello'.translate(string.maketrans('l', 'L'), 'h')
print u'abc'.translate({ord(u'a'): u'x'}), 'abc'.encode('hex'), '616263'.decode('hex'), 'YQ=='.decode('base64'), 'uryyb'.decode('rot13')
print u'caf\\xe9'.encode('utf-8'), 'caf\\xc3\\xa9'.decode('utf-8').encode('utf-8'), 'caf\\xc3\\xa9', 'é', u'é'.encode('utf8')
print 'abc'.encode('utf-8').decode('utf-8'), unicode('abc'), unicode('caf\\xc3\\xa9', 'utf-8').encode('utf-8'), str(u'abc')
print u'caf\\xe9'.encode('ascii', 'ignore'), 'caf\\xc3\\xa9'.decode('ascii', 'ignore'), u'\\u2019'.encode('ascii', 'replace')
print 'caf\\xc3\\xa9'.decode('utf-8') == u'caf\\xe9', len('caf\\xc3\\xa9'.decode('utf-8')), repr(u'a' == 'a'), 'a' in u'abc'
try:
    'caf\\xc3\\xa9'.decode('ascii')
except UnicodeDecodeError:
    print 'cannot be decoded'
try:
    u'caf\\xe9'.encode('ascii')
except UnicodeEncodeError:
    print 'cannot be encoded'
print '\\u0041 \\N{DASH}', 'tab\\there', b'bytes', '\\101', 'it''s', "a" 'b'
print ord('a'), chr(97), ord(u'\\u2019'), ord(chr(200)), chr(65) + chr(66), unichr(0x41), ord('\\xe9')
print 'x y  z'.split(), 'a-b'.split('-'), ' a '.strip(), 'abc'.find('c'), 'a,b'.replace(',', ';'), '%s %s' % ('a', u'b')
print ''.join([chr(c) for c in range(97, 103)]), ' '.join(sorted(['b', 'a'])), 'abc'[::-1], 'a' * 3, 'ab'.title()
print isinstance('a', str), isinstance(u'a', unicode), type('a') == str, 'a' == u'a', hash('a') == hash(u'a')
print 'a\\nb'.encode('string_escape'), r'a\\nb'.decode('string_escape'), '%c%c' % (65, 'b'), '%5s|%-5s|' % ('a', 'b')
s = 'straßé'
print s.decode('utf-8')[:4].upper().encode('utf-8'), s.replace('ß', 'ss'), ' '.join(sorted(['é', 'z', 'a', 'ü']))
""",
    'files': """\
# -*- coding: utf-8 -*-
import os, codecs, tempfile
with open('a.txt', 'w') as f:
    f.write('one\\ntwo é\\n')
    f.write(u'three\\n'.encode('utf-8'))
    print >>f, 'four', 4 / 3
print open('a.txt').read().decode('utf-8').encode('utf-8'),
print '|'.join(line.strip() for line in open('a.txt')), [len(line.split()) for line in open('a.txt', 'rb')]
print len(open('a.txt').readlines()), open('a.txt', 'rb').readline(), os.path.getsize('a.txt')
f = open('a.txt', 'r+b')
print f.read(3), f.tell(), f.readline() == '\\n', f.next(), f.closed
f.seek(0)
print repr(f.read(2)), repr(f.readlines()[0])
f.close()
print f.closed, f.mode, f.name
f = file('b.bin', 'wb')
f.write('\\x00\\x01\\xff\\xfe')
f.write(chr(200))
f.close()
data = open('b.bin', 'rb').read()
print len(data), repr(data), [ord(c) for c in data], ord(data[2]), repr(data[1:3]), data[0] == '\\x00'
open('c.txt', 'wb').write('a\\r\\nb\\rc\\n')
print repr(open('c.txt').read()), repr(open('c.txt', 'U').read()), repr(open('c.txt', 'rU').readlines()), open('c.txt').readlines()
with codecs.open('d.txt', 'w', 'utf-8') as f: f.write(u'caf\\xe9\\n')
print codecs.open('d.txt', encoding='utf-8').read() == u'caf\\xe9\\n', open('d.txt').read(), len(open('d.txt').read().decode('utf8'))
f = open('a.txt', 'a')
f.writelines(['x\\n', u'y\\n'])
f.close()
print sum(1 for _ in open('a.txt')), open('a.txt').xreadlines().next()
words = {}
for line in open('a.txt', 'rb'):
    for word in line.split():
        words[word] = words.get(word, 0) + 1
print sorted(words.items(), key=lambda (w, c): (-c, w))[:3], 'one' in words
text = open('a.txt', 'rb').read()
print text.split('\\n')[0], text.count('o'), 'two' in text, text.startswith('one'), len(text.splitlines())
try:
    open('missing')
except IOError, e:
    print e.errno, e.strerror
with tempfile.TemporaryFile() as t:
    t.write('abc')
    t.seek(1)
    print t.read()
print os.getcwdu() == os.getcwd()
""",
    'csv_json_pickle': """\
# -*- coding: utf-8 -*-
import csv, json, pickle, cPickle, struct, hashlib, base64, zlib, gzip, sys
with open('a.csv', 'wb') as f:
    w = csv.writer(f)
    w.writerow(['a', 'b c', 1.5, 'é', None])
    w.writerows([[1, 'x,y', 0.1, '"q"', u'u']])
print open('a.csv').read(), list(csv.reader(open('a.csv', 'rb')))[1][:4], csv.reader(open('a.csv', 'rb')).next()[0]
rows = csv.DictReader(open('a.csv', 'rU'), fieldnames=list('vwxyz'), delimiter=',')
print [row['w'] for row in rows]
json.dump({'a': [1, 2.5, None, True]}, open('a.json', 'w'))
print open('a.json').read(), json.load(open('a.json'))['a'][1], json.load(open('a.json', 'rb')).keys()[0] == 'a'
print json.dumps('caf\\xc3\\xa9'), json.dumps({'k': 1}, indent=1), json.loads('"\\xc3\\xa9"').encode('utf-8'), json.dumps(u'\\u2019')
for module in (pickle, cPickle):
    for protocol in (0, 1, 2):
        with open('a.pkl', 'wb') as f:
            module.dump({'k': [1, 'é', u'\\xe9', (2.5, None)]}, f, protocol)
            module.dump('second', f, protocol)
        f = open('a.pkl', 'rb')
        value = module.load(f)
        print value['k'][0], value['k'][1], value['k'][2] == u'\\xe9', value['k'][3], module.load(f)
print pickle.loads(pickle.dumps([1, 'a'])), cPickle.loads(cPickle.dumps({'a': 1}, -1))
print repr(struct.pack('<i2s', 5, 'ab')), struct.unpack('<q', struct.pack('<q', 7))[0] / 2, struct.unpack('2s', 'xy')[0]
print hashlib.md5('abc').hexdigest(), hashlib.sha1('é').hexdigest(), len(hashlib.sha256().digest())
h = hashlib.sha1(); h.update('a'); h.update('b'); print h.hexdigest()
print base64.b64encode('abc\\xff'), base64.b64decode('YWJj'), base64.encodestring('a'), zlib.decompress(zlib.compress('text' * 3))
g = gzip.open('a.gz', 'wb'); g.write('line one\\nline two\\n'); g.close()
print [line.split()[1] for line in gzip.open('a.gz')], gzip.open('a.gz').read().split('\\n')
class Reader(gzip.GzipFile):
    def __init__(self, name):
        gzip.GzipFile.__init__(self, name, 'rb')
    def size(self):
        return len(self.read())
print Reader('a.gz').size(), isinstance(gzip.open('a.gz'), gzip.GzipFile), isinstance(Reader('a.gz'), gzip.GzipFile), isinstance('a', gzip.GzipFile)
size = struct.pack('q', 3); f = open('r.bin', 'wb'); f.write(size); f.write(struct.pack('%ds' % 3, 'abc')); f.close()
r = open('r.bin', 'rb'); n = struct.unpack('q', r.read(8))[0]; print struct.unpack('%ds' % n, r.read(n))[0] == 'abc', r.read(8) == '', not r.read(1)
import binascii; print binascii.hexlify('ab'), binascii.crc32('a') & 0xffffffff
""",
    'renamed': """\
import Queue, ConfigParser, StringIO, cStringIO, urllib, urllib2, urlparse, commands, HTMLParser, copy_reg, sys, types, exceptions, __builtin__
import httplib, SocketServer, thread, Cookie, htmlentitydefs
from urllib import quote, urlencode
from UserDict import UserDict
q = Queue.Queue()
q.put(1)
print q.get(), isinstance(q, Queue.Queue), Queue.Empty.__name__
s = StringIO.StringIO('a\\nb\\n')
print s.readline(), s.read(), [line for line in cStringIO.StringIO('x\\ny')], s.getvalue().split()
open('c.ini', 'w').write('[s]\\na = 1\\nB: two\\n')
c = ConfigParser.ConfigParser()
c.read('c.ini')
print c.get('s', 'a'), c.getint('s', 'a') / 2, c.options('s'), c.items('s'), c.has_section('t'), ConfigParser.SafeConfigParser.__name__ != ''
print urllib.quote('a b/c'), urlparse.urlparse('http://h/p?q=1').netloc, quote('a&b'), urlencode({'a': 1}), urllib.unquote('a%20b'), urllib2.quote('x y')
print commands.getoutput('echo hi'), commands.getstatusoutput('exit 3')[0], sys.maxint == 2 ** 63 - 1, types.StringType is str
print exceptions.ValueError is ValueError, __builtin__.len('ab'), UserDict({'a': 1})['a'], htmlentitydefs.name2codepoint['amp']
reload(sys)
sys.setdefaultencoding('utf8')
import subprocess
p = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print p.communicate('to and fro')[0], subprocess.check_output(['echo', 'a b']).split(), subprocess.call(['true'])
p = subprocess.Popen('echo one; echo two', shell=True, stdout=subprocess.PIPE)
print [line.strip() for line in p.stdout], p.wait()
import os
print os.popen('echo popen').read().strip()
sys.stdout.write('written %d\\n' % (7 / 2))
""",
    're': """\
# -*- coding: utf-8 -*-
import re
print re.findall(r'\\w+', 'a b_c é 1'), re.sub(r'\\d', '0', 'a1b22'), re.split('(\\W+)?', 'hello, big world.'), re.split(r'\\s*', 'a b  c')
print re.split('x*', 'axbxc'), re.compile('(a)|b').split('xaybz'), re.sub('x*', '-', 'abxd'), re.split(',', 'a,b,c', 1), re.subn('a', 'b', 'aXa')
print re.match('(?P<n>a)b', 'ab').group('n'), re.search('c', 'abc').start(), re.sub('(a)', r'<\\1>', 'bab'), re.findall('(?u)\\w', u'é1')[1]
print [x.strip() for x in re.split('(\\W+)?', "Mary moved to the bathroom.") if x.strip()]
print re.sub(r'([.,!?])', r' \\1 ', 'Hi! You, there.'), re.sub('a', lambda m: m.group().upper(), 'banana', 2), re.I == re.IGNORECASE
p = re.compile('([.,!?"\\':;)(])')
print [w for part in "It's (so), no?".strip().split() for w in p.split(part) if w], p.sub('', 'a.b')
print re.escape('a.b'), re.findall(u'é', u'éa') == [u'é'], re.sub('é', 'e', 'é')
""",
    'random': """\
import random
for seed in (0, 1, 42, -7, 'words', 2.5, 10 ** 20, (1, 'a'), True):
    random.seed(seed)
    x = range(12)
    random.shuffle(x)
    print x, random.random(), random.randint(1, 6), random.randrange(10, 100, 7), random.choice('abcdefg')
    print random.sample(x, 5), random.sample(xrange(10 ** 6), 6), random.sample(range(30), 28)[:6], random.sample('abcdef', 3)
    print repr(random.uniform(1, 2)), repr(random.gauss(0, 1)), repr(random.normalvariate(0, 1)), random.getrandbits(40), repr(random.expovariate(2))
    print random.randint(0, 2 ** 60), random.randrange(2 ** 70), repr(random.betavariate(1, 2)), repr(random.gammavariate(1, 3)), repr(random.gammavariate(.5, 3))
    print repr(random.triangular(0, 1, .3)), repr(random.lognormvariate(0, 1)), repr(random.vonmisesvariate(1, 2)), repr(random.paretovariate(3)), repr(random.weibullvariate(1, 2))
r = random.Random(9)
state = r.getstate()
print r.sample(range(100), 10), r.choice([1, 2, 3]), r.randint(0, 9)
r.setstate(state)
print r.sample(range(100), 10)
y = range(6); random.shuffle(y, lambda: 0.3); print y
print hash('a'), hash('words'), hash(''), hash(5), hash(-1), hash(2.5), hash(1e300), hash((1, 'a')), hash(u'abc'), hash((1, (2, 3)))
""",
    'input': """\
import sys
sys.stdin = open('input.txt', 'w+')
sys.stdin.write('words of a line\\n[1, 7 / 2]\\nlast')
sys.stdin.seek(0)
print sys.stdin.readline().strip(), input(), raw_input()
try:
    raw_input()
except EOFError:
    print 'no more'
""",
    'execfile': """\
open('part.py', 'w').write('value = 9 / 2\\nprint "in the part"\\n')
execfile('part.py')
print value
names = {}
execfile('part.py', names)
print names['value']
code = compile('print 5 / 2', 'name', 'exec')
exec code
def f():
    exec 'inner = 3 / 2' in globals()
    return inner
print f()
""",
    'version': """\
import platform, sys
from sys import version_info
print sys.version_info[0], sys.version_info[:3], version_info.major == 2, version_info >= (3,), version_info < (2, 7)
print '%d.%d' % version_info[:2], sys.version[:6], sys.hexversion < 0x03000000, len(sys.version.split('\\n'))
print platform.python_version(), platform.python_version_tuple(), version_info[3:], platform.system() == 'Linux'
""",
}
