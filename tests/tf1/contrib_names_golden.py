"""Records the names that tf.contrib of TF 1.15.5 has, and what its small packages do.

python contrib_names_golden.py            (in the TF 1.15.5 environment: writes the .json here)
python contrib_names_golden.py --check    (compares with it)

`--facts` prints what the small packages do: the tests run it through the runner.
"""

import codecs
import json
import logging
import os
import sys
import tempfile
import types
import warnings

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'contrib_names_golden.json')

# Tested elsewhere, or without a word in them for a program to use.
OTHERS = (
    'crf',
    'cudnn_rnn',
    'estimator',
    'image',
    'labeled_tensor',
    'layers',
    'legacy_seq2seq',
    'losses',
    'metrics',
    'opt',
    'quantization',
    'rnn',
    'seq2seq',
    'slim',
    'specs',
)
NOT_NAMES = ('absolute_import', 'division', 'print_function')
MODULES = (
    'framework.nest',
    'learn.preprocessing',
    'learn.datasets.base',
    'tensorboard.plugins.projector',
    'tfprof.model_analyzer',
)


def names(tf):
    """Public names by package of tf.contrib."""
    import tensorflow.contrib as contrib

    def public(module):
        return [n for n in dir(module) if not n.startswith('_') and n not in NOT_NAMES]

    contrib.__getattr__('learn')  # loads them all
    packages = [n for n in dir(contrib) if isinstance(getattr(contrib, n), types.ModuleType)]
    found = {n: public(getattr(contrib, n)) for n in packages if n not in OTHERS}
    for path in MODULES:
        module = contrib
        for part in path.split('.'):
            module = getattr(module, part)
        leaked = {'DESCRIPTOR', 'deprecated', 'setup_processor_data_feeder'}
        found[path] = [
            n
            for n in public(module)
            if not isinstance(getattr(module, n), types.ModuleType) and n not in leaked
        ]
    return {n: found[n] for n in found if found[n]}


def facts(tf):
    """What each function of the two files of facts gives."""
    import contrib_facts_models as models
    import contrib_facts_tools as tools

    found = [(each.__name__, each(tf)) for each in models.FACTS + tools.FACTS]
    return {name: models.plain(value) for name, value in found}


def pickled(tf):
    """A file of VocabularyProcessor.save."""
    path = os.path.join(tempfile.mkdtemp(), 'vocabulary')
    processor = tf.contrib.learn.preprocessing.VocabularyProcessor(3)
    processor.fit(['a cat and a dog'])
    processor.save(path)
    with open(path, 'rb') as file:
        return codecs.encode(file.read(), 'hex').decode()


def main():
    from recording import record_or_check

    warnings.simplefilter('ignore')
    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    import tensorflow as tf

    tf.logging.set_verbosity(tf.logging.FATAL)
    if '--facts' in sys.argv:
        print(json.dumps(facts(tf)))
        return
    found = {'tensorflow': tf.__version__, 'names': names(tf), 'facts': facts(tf)}
    found['pickle'] = pickled(tf)
    what = 'names of {} packages, {} facts'.format(len(found['names']), len(found['facts']))
    record_or_check(RECORD, found, what)


if __name__ == '__main__':
    main()
