"""Records what HParams of TF 1.15.5 does with each expression below.

python hparams_golden.py            (in the TF 1.15.5 environment: writes hparams.json here)
python hparams_golden.py --check    (compares with it)
"""

import logging
import os

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'hparams.json')

# What is parsed into the hyperparameters of `all_types`.
PARSED = r"""
a=3|a=3,b=4|b=1e-3|c=hello world|d=false|d=0|d=1|d=yes|d=FALSE|e=[4,5,6]|e[1]=9|e=7|f=[x,y]
f=[a b,c]|g=[false,true]|zz=1|a=x|a=1.5|a=2.0|b=x|a=3,a=4|e[0]=1,e[1]=2|e=[1,2],e[0]=3|c=
c=a,b|c="a,b"||
 a=5|a = 5 , b=6|a=3,|i=[1e-3,2]|a=[1,2]|c=x=y|b=3|a=-4|c=[1]|f=a,b|e=[]|f=["x","y"]
e=[1, 2]|a=1;|a=1,,b=2|a=3, b=4|l=99999999999|1a=1|a|x.y=2|h=5
""".replace('\n', '|')

EXPRESSIONS = (
    ['sorted(all_types().parse({!r}).values().items())'.format(text) for text in PARSED.split('|')]
    + ['all_types().set_hparam({})'.format(arguments) for arguments in (
        "'a', 'x'", "'a', 3.0", "'a', True", "'b', '4'", "'e', 4", "'a', [4]", "'q', 4", "'h', 5",
        "'d', 1", "'d', 'False'", "'c', b'y'", "'c', 3", "'e', (1, 2)", "'e', [1.5]", "'i', [1, 2]",
    )]
    + ['all_types().override_from_dict({}).values()'.format(changes) for changes in (
        "{'a': 7, 'b': 3}", "{'a': 'x'}", "{'e': [3]}", "{'q': 3}", "{'h': 's'}", '{}',
    )]
    + ['all_types().get({})'.format(arguments) for arguments in (
        "'a'", "'zz'", "'zz', 3", "'a', 3.5", "'a', [1]", "'e', [1]", "'e', 1", "'e', ['x']",
        "'h', 3", "'h', [1]", "'a', 'x'", "'b', 2", "'e', []",
    )]
    + [
        'all_types().to_json()',
        'all_types().to_json(indent=2, sort_keys=True)',
        "all_types().parse_json('{\"a\": 5, \"c\": \"z\"}').values()",
        "all_types().parse_json('{\"nope\": 5}')",
        'str(HParams(z=1, b=2))',
        'HParams(z=1, b=2)',
        'list(HParams(z=1, b=2).values())',
        "'a' in HParams(a=1), 'b' in HParams(a=1)",
        'HParams(a=1).b',
        'HParams(a=1).add_hparam("a", 2)',
        'HParams(a=1).add_hparam("parse", 2)',
        'HParams(a=[])',
        'HParams(a=(1, 2)).values()',
        'HParams(a=(1, 2)).parse("a=[3]").a',
        'HParams(a=1).del_hparam("a"), HParams(a=1).del_hparam("b")',
        'HParams(3)',
        'HParams(None, 7).get_model_structure()',
        'HParams(model_structure=4, a=1).values()',
        'sorted(HParams(all_plain().to_proto()).values().items())',
        'HParams.from_proto(HParams(a=1).to_proto())',
        "HParams(a={'x': 1}).to_proto()",
        'str(HParams(a=[0.5, 1.5]).to_proto())',
        "parse_values('a=1,b=x,c=[1,2],d[3]=4', {'a': int, 'b': str, 'c': float, 'd': int})",
        "parse_values('a=1,zz=3', {'a': int}, ignore_unknown=True)",
        "parse_values('a[0]=1,a[0]=2', {'a': int})",
        "parse_values('a[0]=[1,2]', {'a': int})",
        "parse_values('a[0]=1,a=3', {'a': int})",
        "parse_values('a=[0,false]', {'a': bool})",
    ]
)  # fmt: skip


def evaluate(expression, hparams_class, parse_values):
    """What the expression gives, as text: its value, or its exception."""

    def all_types():
        return hparams_class(
            a=1, b=2.5, c='x', d=True, e=[1, 2], f=['p', 'q'], g=[True, False], h=None, i=[0.5],
            l=3, **{'x.y': 1}
        )  # fmt: skip

    def all_plain():
        return hparams_class(a=1, b=[1.5], c='s', d=True, e=[True], f=['x'], g=[1], h=0.5)

    names = dict(
        HParams=hparams_class, parse_values=parse_values, all_types=all_types, all_plain=all_plain
    )
    try:
        return repr(eval(expression, names))
    except Exception as error:
        return '{}: {}'.format(type(error).__name__, error)


def main():
    import tensorflow as tf
    from recording import record_or_check
    from tensorflow.contrib.training import HParams, parse_values

    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    found = {
        'tensorflow': tf.__version__,
        'values': {each: evaluate(each, HParams, parse_values) for each in EXPRESSIONS},
    }
    what = '{} HParams expressions'.format(len(found['values']))
    record_or_check(RECORD, found, what)


if __name__ == '__main__':
    main()
