"""The table of what SciPy, Pillow, pandas, matplotlib and other libraries had.

It has what TF1 programs read their data and draw their results with. Left out: what needs another
algorithm than there is today (`sklearn.cross_validation.KFold`, whose arguments changed,
`sklearn.preprocessing.Imputer`, `pandas.Panel`), and what was fetched from servers that are gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tf_seq2seq_compat.tf1.old_libraries import library_functions as functions
from tf_seq2seq_compat.tf1.old_libraries import numpy_names, scipy_images
from tf_seq2seq_compat.tf1.old_libraries.rows import Method, Name, RemovedModule

_IMAGES = f'{scipy_images.__name__}'


def _moved(package: str, gone: str, names: str, module: str) -> Iterator[Name]:
    """Rows for names, or `old=new` pairs, that another module has."""
    for pair in names.split():
        old, _, new = pair.partition('=')
        yield Name(package, old, gone, f'{module}:{new or old}')


def _of(package: str, gone: str, **functions_by_name: Any) -> Iterator[Name]:
    """Rows for names that functions of this package stand for, each with what is written today."""
    for name, (function, now) in functions_by_name.items():
        yield Name(package, name, gone, function, now)


# scipy had all of NumPy's functions, and for these others, which take negative numbers.
_WITH_COMPLEX_RESULTS = 'sqrt log log2 logn log10 power arccos arcsin arctanh'
_OF_NUMPY = [name for name in dir(np) if not name.startswith('_')]
_LOST_BY_NUMPY = [row for row in numpy_names.NAMES if row.module == 'numpy']
_WINDOWS = (
    'barthann bartlett blackman blackmanharris bohman boxcar chebwin cosine exponential flattop '
    'gaussian general_gaussian hamming hann kaiser nuttall parzen slepian=dpss triang tukey '
    'hanning=hann'
)
_FILE_READERS = 'imread imsave imresize imrotate imfilter imshow toimage fromimage bytescale'


def _scipy() -> Iterator[Name]:
    apart = {'fft', 'random', 'rand', 'randn', *_WITH_COMPLEX_RESULTS.split()}
    apart |= {row.name for row in _LOST_BY_NUMPY}
    names = ' '.join(name for name in _OF_NUMPY if name not in apart)
    yield from _moved('scipy', 'SciPy 1.12', names, 'numpy')
    yield from _moved('scipy', 'SciPy 1.12', _WITH_COMPLEX_RESULTS, 'numpy.lib.scimath')
    yield from _moved('scipy', 'SciPy 1.12', 'rand randn', 'numpy.random')
    yield from _moved('scipy', 'SciPy 1.5', 'ifft', 'numpy.fft')
    for row in _LOST_BY_NUMPY:
        yield Name('scipy', row.name, 'SciPy 1.12', row.target, row.now)
    for name in _FILE_READERS.split():
        yield Name('scipy.misc', name, 'SciPy 1.3', f'{_IMAGES}:{name}', 'Pillow')
    yield Name('scipy.ndimage', 'imread', 'SciPy 1.2', f'{_IMAGES}:imread', 'Pillow')
    yield from _moved(
        'scipy.misc', 'SciPy 1.3', 'comb factorial factorial2 factorialk logsumexp', 'scipy.special'
    )
    yield from _moved('scipy.misc', 'SciPy 1.3', 'pade', 'scipy.interpolate')
    yield from _moved('scipy.misc', 'SciPy 1.12', 'ascent face electrocardiogram', 'scipy.datasets')
    yield from _moved('scipy.signal', 'SciPy 1.13', _WINDOWS, 'scipy.signal.windows')
    yield from _moved(
        'scipy.integrate',
        'SciPy 1.14',
        'trapz=trapezoid simps=simpson cumtrapz=cumulative_trapezoid',
        'scipy.integrate',
    )
    yield from _moved('scipy.linalg', 'SciPy 1.13', 'tri tril triu kron', 'numpy')
    yield from _moved('scipy.linalg', 'SciPy 1.9', 'pinv2=pinv', 'scipy.linalg')
    yield from _moved(
        'scipy.stats',
        'SciPy 1.9',
        'frechet_r=weibull_min frechet_l=weibull_max gilbrat=gibrat trapz=trapezoid',
        'scipy.stats',
    )
    yield from _of(
        'scipy.stats',
        'SciPy 1.12',
        binom_test=(functions.binom_test, 'scipy.stats.binomtest'),
        itemfreq=(functions.itemfreq, 'np.unique(a, return_counts=True)'),
    )
    yield from _moved(
        'scipy.spatial.distance', 'SciPy 1.2', 'matching=hamming', 'scipy.spatial.distance'
    )


def _pillow() -> Iterator[Name]:
    image = 'PIL.Image'
    yield from _moved(
        image, 'Pillow 10', 'ANTIALIAS=LANCZOS LINEAR=BILINEAR CUBIC=BICUBIC', 'PIL.Image'
    )
    yield from _moved(image, 'Pillow 3', 'fromstring=frombytes', 'PIL.Image')
    yield from _of(
        image, 'Pillow 12', isImageType=(functions.is_image, 'isinstance(im, Image.Image)')
    )
    for package in ('PIL', image):
        yield from _moved(package, 'Pillow 9', 'PILLOW_VERSION=__version__', 'PIL')
    yield from _moved(image, 'Pillow 7', 'VERSION=__version__', 'PIL')


def _pandas() -> Iterator[Name]:
    yield Name('pandas', 'np', 'pandas 2', 'numpy')
    yield from _moved('pandas', 'pandas 2', 'datetime', 'datetime')
    yield from _moved(
        'pandas', 'pandas 2', 'Int64Index=Index Float64Index=Index UInt64Index=Index', 'pandas'
    )
    yield from _moved(
        'pandas', 'pandas 1', 'scatter_matrix parallel_coordinates', 'pandas.plotting'
    )
    yield from _moved('pandas.io.json', 'pandas 2', 'json_normalize', 'pandas')
    yield from _of(
        'pandas', 'pandas 3', value_counts=(functions.value_counts, 'Series.value_counts')
    )


def _matplotlib() -> Iterator[Name]:
    yield from _of('matplotlib.cm', 'matplotlib 3.9', get_cmap=(functions.get_cmap, 'plt.get_cmap'))
    yield from _moved('matplotlib.cm', 'matplotlib 2.2', 'spectral=nipy_spectral', 'matplotlib.cm')
    yield from _moved(
        'matplotlib.pyplot', 'matplotlib 2.2', 'spectral=nipy_spectral', 'matplotlib.pyplot'
    )
    yield from _of('matplotlib.pyplot', 'matplotlib 3.0', hold=(functions.hold, 'nothing'))


def _others() -> Iterator[Name]:
    yield from _moved(
        'sklearn.metrics',
        'scikit-learn 0.23',
        'calinski_harabaz_score=calinski_harabasz_score',
        'sklearn.metrics',
    )
    yield from _moved('nltk', 'NLTK 3.5', 'Counter', 'collections')


NAMES: tuple[Name, ...] = (*_scipy(), *_pillow(), *_pandas(), *_matplotlib(), *_others())


def _methods(module: str, owners: str, gone: str, **targets: Any) -> Iterator[Method]:
    """Rows for a method by name, with what takes its place and what is written today."""
    for owner in owners.split():
        for name, (target, now) in targets.items():
            yield Method(module, owner, name, gone, target, now)


_SPARSE = 'csr_matrix csc_matrix coo_matrix lil_matrix dok_matrix bsr_matrix dia_matrix'

METHODS: tuple[Method, ...] = (
    *_methods(
        'scipy.sparse',
        _SPARSE,
        'SciPy 1.14',
        A=(property(functions.dense), 'toarray()'),
        H=(property(functions.conjugate_transpose), 'conjugate().transpose()'),
    ),
    *_methods('PIL.Image', 'Image', 'Pillow 3', tostring=('tobytes', 'tobytes')),
    *_methods(
        'PIL.ImageFont',
        'FreeTypeFont ImageFont',
        'Pillow 10',
        getsize=(functions.getsize, 'getbbox'),
    ),
    *_methods('PIL.ImageDraw', 'ImageDraw', 'Pillow 10', textsize=(functions.textsize, 'textbbox')),
    *_methods(
        'pandas',
        'DataFrame Series',
        'pandas 2',
        append=(functions.append, 'pd.concat'),
        iteritems=('items', 'items'),
        as_matrix=(functions.as_matrix, 'to_numpy'),
        get_values=('to_numpy', 'to_numpy'),
        ix=(property(functions.ix), 'loc or iloc'),
        get_value=(functions.get_value, 'at'),
    ),
    *_methods(
        'pandas',
        'DataFrame',
        'pandas 1',
        set_value=(functions.set_value, 'at'),
        applymap=('map', 'map'),
        sort=('sort_values', 'sort_values'),
    ),
    *_methods(
        'matplotlib.backend_bases',
        'FigureCanvasBase',
        'matplotlib 3.10',
        tostring_rgb=(functions.tostring_rgb, 'buffer_rgba'),
        set_window_title=(functions.set_window_title, 'manager.set_window_title'),
    ),
    *_methods(
        'matplotlib.axes',
        'Axes',
        'matplotlib 3.0',
        hold=(functions.hold, 'nothing'),
        set_axis_bgcolor=('set_facecolor', 'set_facecolor'),
        get_axis_bgcolor=('get_facecolor', 'get_facecolor'),
    ),
    *_methods(
        'h5py', 'Dataset', 'h5py 3', value=(property(functions.dataset_value), 'dataset[()]')
    ),
    *_methods(
        'sklearn.feature_extraction.text',
        'CountVectorizer',
        'scikit-learn 1.2',
        get_feature_names=(functions.feature_names, 'get_feature_names_out'),
    ),
    *_methods('nltk', 'FreqDist', 'NLTK 3', inc=(functions.increase, 'fd[sample] += 1')),
)

_OF_PIL = (
    'Image ImageChops ImageColor ImageDraw ImageEnhance ImageFile ImageFilter ImageFont ImageOps'
)

MODULES: tuple[RemovedModule, ...] = (
    RemovedModule('scipy.misc', 'SciPy 2.0', _IMAGES, 'Pillow'),
    RemovedModule('scipy.misc.pilutil', 'SciPy 1.3', _IMAGES, 'Pillow'),
    RemovedModule('scipy.random', 'SciPy 1.12', 'numpy.random'),
    *(
        RemovedModule(f'scipy.ndimage.{name}', 'SciPy 2.0', 'scipy.ndimage')
        for name in ('filters', 'fourier', 'interpolation', 'measurements', 'morphology')
    ),
    *(RemovedModule(name, 'Pillow 1', f'PIL.{name}') for name in _OF_PIL.split()),
    RemovedModule('pandas.util.testing', 'pandas 2', 'pandas.testing'),
    RemovedModule('pandas.tools.plotting', 'pandas 1', 'pandas.plotting'),
    RemovedModule('sklearn.cross_validation', 'scikit-learn 0.20', 'sklearn.model_selection'),
    RemovedModule('sklearn.grid_search', 'scikit-learn 0.20', 'sklearn.model_selection'),
    RemovedModule('sklearn.learning_curve', 'scikit-learn 0.20', 'sklearn.model_selection'),
    RemovedModule('sklearn.externals.joblib', 'scikit-learn 0.23', 'joblib'),
    RemovedModule('sklearn.externals.six', 'scikit-learn 0.23', 'six'),
    RemovedModule('sklearn.utils.testing', 'scikit-learn 0.24', 'sklearn.utils._testing'),
    RemovedModule('nltk.align', 'NLTK 3.1', 'nltk.translate'),
    RemovedModule('librosa.output', 'librosa 0.8', f'{functions.__name__}', 'soundfile.write'),
)
