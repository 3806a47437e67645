"""Records what removed names of SciPy, Pillow, pandas, matplotlib … did in releases of their time.

python library_golden.py            (in the TF 1.15.5 environment: writes library_golden.json)
python library_golden.py --check    (compares with it)
python library_golden.py --print    (prints what is found, for a comparison elsewhere)
"""
# ruff: noqa: E501, F401, UP

import io
import json
import os
import sys
import tempfile
import warnings

import h5py
import matplotlib

matplotlib.use('Agg', warn=False)
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import PIL  # noqa: E402
import scipy  # noqa: E402
import scipy.integrate  # noqa: E402
import scipy.misc  # noqa: E402
import scipy.ndimage  # noqa: E402
import scipy.signal  # noqa: E402
import scipy.sparse  # noqa: E402
import scipy.stats  # noqa: E402
from matplotlib import cm, pylab, style  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402
from scipy.misc import comb, factorial, imread, imresize, imsave, logsumexp  # noqa: E402
from scipy.signal import gaussian, hann  # noqa: E402
from sklearn.externals import joblib  # noqa: E402

warnings.simplefilter('ignore')
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from old_libraries_golden import describe  # noqa: E402

RECORD = os.path.join(HERE, 'library_golden.json')

# An image is averaged over blocks: Pillow's filters round otherwise in one pixel or another.
EXPRESSIONS = r"""
scipy.misc.bytescale(np.array([[91.06, 3.4], [73.8, 51.8]]))
scipy.misc.bytescale(np.array([[91.06, 3.4], [73.8, 51.8]]), high=200, low=100)
scipy.misc.bytescale(np.array([[91, 3]]), cmin=0, cmax=255), scipy.misc.bytescale(GRAY)
scipy.misc.bytescale(np.ones([2, 2]))
scipy.misc.bytescale(np.ones([2, 2]), high=300)
scipy.misc.bytescale(np.ones([2, 2]), cmin=3, cmax=1)
[image_facts(scipy.misc.toimage(each)) for each in (GRAY, COLOR, FLOATS, np.dstack([COLOR, GRAY]))]
image_facts(scipy.misc.toimage(np.moveaxis(COLOR, 2, 0)))
image_facts(scipy.misc.toimage(COLOR[:, :3], channel_axis=2))
[image_facts(scipy.misc.toimage(FLOATS, cmin=0.0, cmax=1.0)), image_facts(scipy.misc.toimage(GRAY, 200, 9))]
[image_facts(scipy.misc.toimage(FLOATS, mode=each)) for each in ('L', 'P', 'F', 'I')]
image_facts(scipy.misc.toimage(GRAY, mode='1', high=100))
image_facts(scipy.misc.toimage(COLOR, mode='YCbCr'))
scipy.misc.toimage(GRAY, mode='RGB')
scipy.misc.toimage(COLOR, mode='L')
scipy.misc.toimage(COLOR, mode='RGBA')
scipy.misc.toimage(np.ones([2, 2, 2]))
scipy.misc.toimage(np.ones(5))
scipy.misc.toimage(np.ones([2, 2]) * 1j)
scipy.misc.fromimage(scipy.misc.toimage(COLOR)), scipy.misc.fromimage(scipy.misc.toimage(GRAY), True)
scipy.misc.fromimage(scipy.misc.toimage(GRAY, mode='P')).shape
scipy.misc.fromimage(scipy.misc.toimage(GRAY, mode='1')), scipy.misc.fromimage(Image.new('RGB', (2, 1)), mode='L')
scipy.misc.fromimage(COLOR)
imsave(path('a.png'), COLOR), imread(path('a.png')), blocks(scipy.ndimage.imread(path('a.png'), mode='L'))
imsave(path('b.png'), FLOATS), imread(path('b.png')), imread(path('b.png'), flatten=True)
imsave(path('c'), GRAY, 'bmp'), imread(path('c')), imread(open(path('a.png'), 'rb')).shape
imread(path('not-there.png'))
[imresize(SMOOTH, each).shape for each in ([5, 7], (5, 7), 50, 0.5, 2.0, np.int64(25))]
[blocks(imresize(SMOOTH, [16, 24], each)) for each in ('nearest', 'bilinear', 'bicubic', 'cubic')]
blocks(imresize(SMOOTH, [64, 64])), blocks(imresize(SMOOTH, 0.5, mode='F'))
imresize(SMOOTH, [4, 4], 'surely-not')
imresize(COLOR, (6, 4)).shape, imresize(GRAY, [8, 8], 'nearest')
blocks(scipy.misc.imrotate(SMOOTH, 90)), scipy.misc.imrotate(GRAY, 180, 'nearest')
[blocks(scipy.misc.imfilter(SMOOTH, each)) for each in ('blur', 'smooth', 'sharpen', 'contour')]
scipy.misc.imfilter(SMOOTH, 'surely-not')
[round(float(logsumexp([1.0, 2.0, 3.0])), 9), comb(5, 2), comb(5, 2, exact=True), float(factorial(4))]
[hann(5), gaussian(5, 1.5), scipy.signal.hamming(4), scipy.signal.hanning(5), scipy.signal.triang(4)]
[scipy.signal.blackman(5), scipy.signal.kaiser(4, 2.0), scipy.signal.boxcar(3), scipy.signal.tukey(5)]
[scipy.sqrt(4.0), scipy.sqrt(-4.0), scipy.log(-1.0).imag, scipy.array([1]), scipy.mean([1, 2]), scipy.pi]
[scipy.zeros([2]), scipy.exp(0), scipy.product([2, 3]), scipy.inf, scipy.float32, scipy.dot([1, 2], [3, 4])]
[scipy.random.RandomState(0).rand(), scipy.random.seed(1), scipy.rand(2), scipy.randn(1).shape]
[scipy.integrate.trapz([1, 2, 3]), scipy.integrate.simps([1, 2, 4]), scipy.integrate.cumtrapz([1, 2, 3])]
[scipy.stats.itemfreq([3, 1, 3]), round(scipy.stats.binom_test(3, 10, 0.5), 9), scipy.stats.binom_test([3, 7])]
[scipy.sparse.csr_matrix([[0, 2]]).A, scipy.sparse.coo_matrix([[1j]]).H.toarray(), scipy.sparse.csc_matrix([[3]]).A]
scipy.surely_not_there
scipy.misc.surely_not_there
[Image.ANTIALIAS, Image.LINEAR, Image.CUBIC, isinstance(PIL.PILLOW_VERSION, str)]
[SQUARE.resize((4, 4), Image.ANTIALIAS).size, Image.isImageType(SQUARE), Image.isImageType(1)]
[0 < FONT.getsize('ab')[0] < 40, FONT.getsize('ab')[0] > FONT.getsize('a')[0], len(FONT.getsize('a'))]
[DRAW.textsize('ab', FONT) == FONT.getsize('ab'), DRAW.textsize('a\nb', FONT)[1] > FONT.getsize('a')[1]]
table(pd.DataFrame({'a': [1], 'b': [2]}).append({'a': 3, 'b': 4}, ignore_index=True))
table(pd.DataFrame({'a': [1]}).append(pd.DataFrame({'a': [5]})))
table(pd.DataFrame({'a': [1]}).append([pd.DataFrame({'a': [5]}), pd.DataFrame({'a': [6]})], ignore_index=True))
table(pd.DataFrame({'a': [1]}).append(pd.Series([7], index=['a'], name='x')))
pd.DataFrame({'a': [1]}).append({'a': 3})
pd.Series([1, 2]).append(pd.Series([3]), ignore_index=True).tolist()
[[k, list(v)] for k, v in pd.DataFrame({'a': [1, 2]}).iteritems()], list(pd.Series([5]).iteritems())
[FRAME.as_matrix(), FRAME.as_matrix(columns=['b']), FRAME.get_values(), FRAME['a'].as_matrix()]
[FRAME.ix[0, 'a'], FRAME.ix['y', 'b'], FRAME.ix['x'].tolist(), FRAME.ix[1].tolist(), FRAME.ix[0:1, 'a'].tolist()]
[FRAME.ix[:, 'b'].tolist(), FRAME.ix[[0, 1], ['a']].values, FRAME.ix[:, 0].tolist(), FRAME.ix['x', 1]]
[NUMBERED.ix[7, 'a'], NUMBERED.ix[7].tolist(), NUMBERED.ix[5:7, 'a'].tolist(), NUMBERED.ix[NUMBERED.a > 1, 'a'].tolist()]
with_set(FRAME.copy()).values
[FRAME.get_value('x', 'a'), FRAME.set_value('x', 'a', 9).get_value('x', 'a'), FRAME.set_value('x', 'a', 1).shape]
[FRAME.applymap(lambda v: v + 1).values, pd.np is np, pd.value_counts([1, 1, 2]).tolist()]
pd.datetime(2018, 1, 2).year
csv('a,b\n1,2\n3,4,5\n6,7\n', error_bad_lines=False)
csv('a,b\n1,2\n3,4,5\n6,7\n', error_bad_lines=False, warn_bad_lines=False)
csv('a,b\n1,2\n3,4,5\n6,7\n', error_bad_lines=True)
csv('a b\n1  2\n', delim_whitespace=True), csv('a,b\n1,2\n', mangle_dupe_cols=True)
pd.read_csv(io.StringIO(u'a\n1\n2\n'), squeeze=True).tolist()
pixels(True) == pixels(False), len(pixels(True)) == 3 * 20 * 10
[plt.hold(True), cm.get_cmap('viridis').name, cm.get_cmap('gray', 4).N, cm.get_cmap().name]
[round(v, 9) for v in plt.hist([1, 2, 2, 4], 2, normed=True)[0]]
[style.use('seaborn-darkgrid'), style.use('ggplot'), plt.style.use('default')]
style.use('surely-not-there')
read_hdf5()
[joblib.Parallel(n_jobs=1)(joblib.delayed(abs)(v) for v in (-1, 2))]
names_of_words()
""".strip().splitlines()

GRAY = (np.arange(12).reshape(3, 4) * 20).astype(np.uint8)
COLOR = (np.arange(36).reshape(3, 4, 3) * 7).astype(np.uint8)
FLOATS = np.linspace(-1, 2, 12).reshape(3, 4)
SMOOTH = np.add.outer(np.arange(32), np.arange(32) * 2).astype(np.float64)
SQUARE = Image.new('L', (8, 8))
FONT = ImageFont.load_default()
DRAW = ImageDraw.Draw(SQUARE)
FRAME = pd.DataFrame({'a': [1, 2], 'b': [3, 4]}, index=['x', 'y'])
NUMBERED = pd.DataFrame({'a': [1, 2]}, index=[5, 7])


def image_facts(image):
    return [image.mode, list(image.size), np.asarray(image.convert('RGBA')).tolist()]


def blocks(image):
    """Means of a quarter each, in tens."""
    height, width = image.shape[:2]
    parts = [image[: height // 2], image[height // 2 :]]
    means = [
        half.mean() for part in parts for half in (part[:, : width // 2], part[:, width // 2 :])
    ]
    return [list(image.shape), [int(round(mean / 10)) for mean in means]]


def table(frame):
    return [[str(each) for each in frame.index], list(frame.columns), frame.values.tolist()]


def with_set(frame):
    frame.ix[0, 'a'] = 10
    frame.ix['y', 'b'] = 20
    frame.ix[1, 0] = 30
    return frame


def csv(text, **options):
    return table(pd.read_csv(io.StringIO('' + text), **options))


def pixels(removed):
    figure = plt.figure(figsize=(2, 1), dpi=10)
    figure.canvas.draw()
    if removed:
        return figure.canvas.tostring_rgb()
    return (
        np.frombuffer(figure.canvas.buffer_rgba(), np.uint8).reshape(10, 20, 4)[..., :3].tobytes()
    )


def read_hdf5():
    with h5py.File(path('a.h5'), 'w') as file:
        file['x'] = np.arange(3)
        file['y'] = 2.5
        return [file['x'].value, file['y'].value]


def names_of_words():
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    makers = (CountVectorizer, TfidfVectorizer)
    return [maker().fit(['a word or two', 'two more']).get_feature_names() for maker in makers]


FOLDER = []


def path(name):
    if not FOLDER:
        FOLDER.append(tempfile.mkdtemp())
    return os.path.join(FOLDER[0], name)


def evaluate(expression):
    try:
        return describe(eval(expression))
    except Exception as error:
        # Other releases have other classes for the same kind.
        kinds = (AttributeError, KeyError, TypeError, ValueError, OSError)
        return 'raises ' + next(
            (kind.__name__ for kind in kinds if isinstance(error, kind)), 'another'
        )


def main():
    from recording import record_or_check

    found = {'scipy': scipy.__version__, 'values': {each: evaluate(each) for each in EXPRESSIONS}}
    if '--print' in sys.argv:
        print(json.dumps(found))
    else:
        record_or_check(RECORD, found, '{} expressions of libraries'.format(len(found['values'])))


if __name__ == '__main__':
    main()
