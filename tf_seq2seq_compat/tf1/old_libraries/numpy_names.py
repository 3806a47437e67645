"""The table of what NumPy had: names and modules removed in 1.18 to 2.x."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from tf_seq2seq_compat.tf1.old_libraries import numpy_functions as functions
from tf_seq2seq_compat.tf1.old_libraries.rows import Method, Name, RemovedModule


def _aliases(gone: str, pairs: str, package: str = 'numpy') -> Iterator[Name]:
    """Rows for `old=new` pairs of names; a target without a module is NumPy's own."""
    for pair in pairs.split():
        old, _, new = pair.partition('=')
        target = new if ':' in new else f'numpy:{new or old}'
        yield Name(package, old, gone, target)


def _same(gone: str, names: str, module: str) -> Iterator[Name]:
    return (Name('numpy', name, gone, f'{module}:{name}') for name in names.split())


_BUILTINS = (
    ('int', 'int'),
    ('float', 'float'),
    ('bool', 'bool'),
    ('complex', 'complex'),
    ('object', 'object'),
    ('str', 'str'),
    ('long', 'int'),
    ('unicode', 'str'),
)

# What numpy.lib had of NumPy's own functions.
_OF_LIB = (
    'angle append apply_along_axis apply_over_axes array_split asarray_chkfinite average '
    'bartlett bincount blackman broadcast_arrays broadcast_to c_ column_stack common_type copy '
    'corrcoef cov delete diag diag_indices diag_indices_from diagflat diff digitize dsplit '
    'dstack ediff1d expand_dims extract eye fill_diagonal fix flip fliplr flipud fromregex '
    'genfromtxt gradient hamming hanning histogram histogram2d histogram_bin_edges histogramdd '
    'hsplit i0 imag index_exp insert interp intersect1d iscomplex iscomplexobj isin isneginf '
    'isposinf isreal isrealobj iterable ix_ kaiser kron load loadtxt mask_indices median '
    'meshgrid mgrid nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax nanmean '
    'nanmedian nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar ndenumerate '
    'ndindex ogrid packbits pad percentile piecewise place poly poly1d polyadd polyder polydiv '
    'polyfit polyint polymul polysub polyval put_along_axis quantile r_ ravel_multi_index real '
    'real_if_close roots rot90 s_ save savetxt savez savez_compressed select setdiff1d setxor1d '
    'sinc sort_complex split take_along_axis tile tri tril tril_indices tril_indices_from '
    'trim_zeros triu triu_indices triu_indices_from union1d unique unpackbits unravel_index '
    'unwrap vander vectorize vsplit'
)

_OF_NUMPY: tuple[Name, ...] = (
    *(Name('numpy', old, 'NumPy 1.24', f'builtins:{new}', starred=False) for old, new in _BUILTINS),
    *(
        Name('numpy', name, 'NumPy 1.25', name, starred=False)
        for name in ('math', 'sys', 'warnings')
    ),
    Name('numpy', 'rank', 'NumPy 1.18', 'numpy:ndim'),
    Name('numpy', 'asscalar', 'NumPy 1.23', functions.asscalar, 'a.item()'),
    Name('numpy', 'alen', 'NumPy 1.23', functions.alen, 'len'),
    Name('numpy', 'loads', 'NumPy 1.23', 'pickle:loads'),
    Name('numpy', 'typeDict', 'NumPy 1.25', 'numpy:sctypeDict'),
    Name('numpy', 'msort', 'NumPy 2.0', functions.msort, 'np.sort(a, axis=0)'),
    *_aliases(
        'NumPy 2.0',
        'product=prod cumproduct=cumprod sometrue=any alltrue=all round_=round row_stack=vstack '
        'float_=float64 complex_=complex128 unicode_=str_ string_=bytes_ cfloat=complex128 '
        'singlecomplex=complex64 longfloat=longdouble clongfloat=clongdouble '
        'longcomplex=clongdouble bool8=bool_ int0=intp uint0=uintp object0=object_ str0=str_ '
        'bytes0=bytes_ void0=void Inf=inf Infinity=inf infty=inf PINF=inf NaN=nan mat=asmatrix '
        'trapz=trapezoid issubsctype=issubdtype safe_eval=ast:literal_eval '
        'byte_bounds=numpy.lib.array_utils:byte_bounds DataSource=numpy.lib.npyio:DataSource '
        'format_parser=numpy.rec:format_parser compare_chararrays=numpy.char:compare_chararrays',
    ),
    *_same(
        'NumPy 2.0',
        'AxisError ComplexWarning ModuleDeprecationWarning RankWarning TooHardError '
        'VisibleDeprecationWarning',
        'numpy.exceptions',
    ),
    Name('numpy', 'NINF', 'NumPy 2.0', float('-inf'), '-np.inf'),
    Name('numpy', 'PZERO', 'NumPy 2.0', 0.0, '0.0'),
    Name('numpy', 'NZERO', 'NumPy 2.0', -0.0, '-0.0'),
    Name('numpy', 'in1d', 'NumPy 2.4', functions.in1d, 'np.isin'),
    Name('numpy', 'asfarray', 'NumPy 2.0', functions.asfarray, 'np.asarray(a, float)'),
    Name('numpy', 'cast', 'NumPy 2.0', functions.Cast(), 'np.asarray(a, dtype)'),
    Name('numpy', 'nbytes', 'NumPy 2.0', functions.ByteSizes(), 'np.dtype(t).itemsize'),
    Name('numpy', 'sctypes', 'NumPy 2.0', functions.sctypes(), 'the types by name'),
    Name('numpy', 'find_common_type', 'NumPy 2.0', functions.find_common_type, 'np.result_type'),
    Name('numpy', 'obj2sctype', 'NumPy 2.0', functions.obj2sctype, 'np.dtype(t).type'),
    Name('numpy', 'sctype2char', 'NumPy 2.0', functions.sctype2char, 'np.dtype(t).char'),
    Name('numpy', 'maximum_sctype', 'NumPy 2.0', functions.maximum_sctype, 'the type by name'),
    Name('numpy', 'issctype', 'NumPy 2.0', functions.issctype, 'np.dtype'),
    Name('numpy', 'issubclass_', 'NumPy 2.0', functions.issubclass_, 'issubclass'),
    Name('numpy', 'disp', 'NumPy 2.0', functions.disp, 'print'),
    Name('numpy', 'source', 'NumPy 2.0', functions.source, 'inspect.getsource'),
    Name('numpy', 'recfromtxt', 'NumPy 2.0', functions.recfromtxt, 'np.genfromtxt'),
    Name('numpy', 'recfromcsv', 'NumPy 2.0', functions.recfromcsv, 'np.genfromtxt'),
    Name(
        'numpy',
        'fastCopyAndTranspose',
        'NumPy 2.0',
        functions.fast_copy_and_transpose,
        'a.T.copy()',
    ),
    Name(
        'numpy.random',
        'random_integers',
        'NumPy 2.5',
        functions.random_integers,
        'np.random.randint',
    ),
)

# Where else programs found some of these, or what NumPy still has.
_ELSEWHERE = {
    'numpy.lib': 'asfarray asscalar byte_bounds disp in1d issubclass_ issubsctype loads msort '
    'recfromcsv recfromtxt row_stack safe_eval source trapz math',
    'numpy.lib._arraysetops_impl': 'in1d',
    'numpy.lib._function_base_impl': 'disp msort trapz',
    'numpy.lib._shape_base_impl': 'row_stack',
    'numpy.lib._type_check_impl': 'asfarray asscalar',
    'numpy.lib._utils_impl': 'byte_bounds issubclass_ issubsctype safe_eval source',
}

NAMES: tuple[Name, ...] = (
    *_OF_NUMPY,
    *_aliases('NumPy 2.0', _OF_LIB, 'numpy.lib'),
    *(
        dataclasses.replace(row, module=module)
        for module, names in _ELSEWHERE.items()
        for row in _OF_NUMPY
        if row.module == 'numpy' and row.name in names.split()
    ),
)

METHODS: tuple[Method, ...] = (
    Method('numpy', 'ndarray', 'itemset', 'NumPy 2.0', functions.itemset, 'a[index] = value'),
    Method(
        'numpy',
        'ndarray',
        'newbyteorder',
        'NumPy 2.0',
        functions.newbyteorder,
        'a.view(a.dtype.newbyteorder(order))',
    ),
    Method('numpy', 'ndarray', 'ptp', 'NumPy 2.0', functions.ptp, 'np.ptp(a)'),
    Method('numpy', 'ndarray', 'tostring', 'NumPy 2.3', 'tobytes'),
)

_IMPLEMENTATIONS = (
    'arraypad arraysetops arrayterator function_base histograms index_tricks nanfunctions '
    'polynomial shape_base twodim_base type_check ufunclike utils'
)

MODULES: tuple[RemovedModule, ...] = (
    *(
        RemovedModule(f'numpy.lib.{name}', 'NumPy 2.0', f'numpy.lib._{name}_impl', 'numpy itself')
        for name in _IMPLEMENTATIONS.split()
    ),
    RemovedModule('numpy.linalg.linalg', 'NumPy 2.4', 'numpy.linalg'),
    RemovedModule('numpy.fft.fftpack', 'NumPy 1.17', 'numpy.fft'),
    RemovedModule('numpy.fft.helper', 'NumPy 2.4', 'numpy.fft'),
    RemovedModule('numpy.testing.decorators', 'NumPy 1.18', 'numpy.testing'),
    RemovedModule('numpy.testing.utils', 'NumPy 1.25', 'numpy.testing'),
)
