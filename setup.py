"""What the package is, what it needs, and what it offers to install on top."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent


def version() -> str:
    """The version, read and not imported: importing would need TensorFlow."""
    text = (HERE / 'tf_seq2seq_compat' / '__init__.py').read_text(encoding='utf-8')
    found = re.search(r"^__version__(?:: \w+)? = '([^']+)'", text, re.MULTILINE)
    if found is None:
        raise RuntimeError('tf_seq2seq_compat/__init__.py has no __version__')
    return found.group(1)


# tf-keras names the one TensorFlow minor version it is for, so that pip brings matching ones.
# TensorFlow Addons has no release for TensorFlow 2.16 or later, for Python 3.12 or for ARM Linux.
ADDONS = 'python_version < "3.12" and platform_machine != "aarch64"'
PLOTTING = ['matplotlib>=3.6']
ONNX = ['tf2onnx>=1.16', 'onnx>=1.14']
DOCS = ['mkdocs>=1.6,<2', 'mkdocstrings[python]>=0.30']
PYTHON_2 = ['fissix>=24.4.24', 'random2>=1.0.2']
MIGRATION = ['libcst>=1.1', 'tqdm>=4.60', *PYTHON_2]
COMPLETION = ['shtab>=1.6']
NOTEBOOK = ['nbformat>=5.9', 'nbclient>=0.8', 'ipykernel>=6.25']
# What Python 3.12 and 3.13 removed, for programs that import it.
REMOVED_3_12 = 'setuptools zombie-imp standard-asynchat standard-asyncore standard-smtpd'
REMOVED_3_13 = (
    'audioop-lts legacy-cgi standard-aifc standard-chunk standard-imghdr standard-mailcap '
    'standard-nntplib standard-pipes standard-sndhdr standard-sunau standard-telnetlib '
    'standard-uu standard-xdrlib'
)
REMOVED_MODULES = [
    *(f'{package}; python_version >= "3.12"' for package in REMOVED_3_12.split()),
    *(f'{package}; python_version >= "3.13"' for package in REMOVED_3_13.split()),
]

setup(
    name='tf-seq2seq-compat',
    version=version(),
    description='tf.contrib.seq2seq on TensorFlow 2: unmodified TF1 programs, TF1 numbers',
    long_description=(HERE / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    license_files=['LICENSE'],
    keywords='tensorflow seq2seq attention beam-search migration',
    python_requires='>=3.10,<3.15',
    packages=find_packages(include=['tf_seq2seq_compat', 'tf_seq2seq_compat.*']),
    package_data={
        'tf_seq2seq_compat': [
            'py.typed',
            'tf1/symbols.tsv',
            'tf1/old_libraries/removed.tsv',
            'tf1/eras/names.tsv',
            'tf1/eras/orders.tsv',
        ]
    },
    install_requires=[
        'tensorflow>=2.15,<2.23',
        'tf-keras>=2.15,<2.23',
        'tf-slim>=1.1.0',
        'tensorflow-estimator==2.15.0',  # the last one, which TensorFlow 2.15 asks for too
        'numpy',
        'absl-py',
    ],
    extras_require={
        'plotting': PLOTTING,
        'onnx': ONNX,
        'migration': MIGRATION,
        'notebook': NOTEBOOK,
        'python2': PYTHON_2,
        'completion': COMPLETION,
        'docs': DOCS,
        'removed-modules': REMOVED_MODULES,
        'addons': [
            f'tensorflow-addons>=0.23,<0.24; {ADDONS}',
            f'tensorflow>=2.15,<2.16; {ADDONS}',
        ],
        'test': [
            *PLOTTING,
            *ONNX,
            'onnxruntime>=1.16',
            *MIGRATION,
            *NOTEBOOK,
            *COMPLETION,
            *DOCS,
            *REMOVED_MODULES,
            'pytest>=7.4',
            'pytest-xdist>=3.3',
            'hypothesis>=6.80',
            # What the runner restores removed names of.
            'scipy>=1.10',
            'pandas>=2.0',
            'scikit-learn>=1.3',
            'tensorflow-probability>=0.23',
            'ruff>=0.9',
            'mypy>=1.8',
        ],
    },
    entry_points={'console_scripts': ['tf-seq2seq-compat = tf_seq2seq_compat.cli:main']},
    zip_safe=False,
    classifiers=[
        'Development Status :: 3 - Alpha',
        'Intended Audience :: Developers',
        'Intended Audience :: Science/Research',
        'Programming Language :: Python :: 3',
        'Programming Language :: Python :: 3.10',
        'Programming Language :: Python :: 3.11',
        'Programming Language :: Python :: 3.12',
        'Programming Language :: Python :: 3.13',
        'Programming Language :: Python :: 3.14',
        'Topic :: Scientific/Engineering :: Artificial Intelligence',
        'Typing :: Typed',
    ],
)
