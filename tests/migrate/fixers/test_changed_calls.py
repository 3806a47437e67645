"""Calls that are refused today."""

import inspect

import numpy as np
import pytest

from tests.migrate.fixers.migrating import migrated, result

LEFT_ALONE = {
    'today': "import json\njson.load(f)\nopen(p, 'rb')\n",
    'another json': 'import ujson as json\njson.load(f, encoding="utf8")\n',
    'a loader': 'import yaml\nyaml.load(f, Loader=yaml.Loader)\nyaml.load(f, yaml.Loader)\n',
    'a safe one': 'import yaml\nyaml.safe_load(f)\n',
    'an open of its own': "def open(a, b): ...\nopen(p, 'rU')\n",
    'a mode that is no mode': "open(p, 'Unknown')\nopen('rU')\n",
    'a mode that is not known': 'open(p, mode)\n',
    'a string': 'x = "open(p, \'rU\')"\n',
    'a decoder of its own': 'import json\njson.load(f, encoding="utf8", cls=C)\n',
    'a shadowed name': 'import json\ndef f(json):\n    json.load(f, encoding="utf8")\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_left_alone(text):
    assert migrated(text) == text


@pytest.mark.parametrize(
    'before, after',
    {
        "import json\njson.load(f, encoding='utf8')\n": 'import json\njson.load(f)\n',
        "from json import loads\nloads(f , encoding='utf8', strict=1)\n": 'from json import loads\n'
        'loads(f, strict=1)\n',
        "import json\njson.load(encoding='utf8', fp=f)\n": 'import json\njson.load(fp=f)\n',
        'import yaml\nyaml.load(f)\n': 'import yaml\nyaml.load(f, Loader=yaml.FullLoader)\n',
        "open(p, 'rU')\n": "open(p, 'r')\n",
        "import io\nio.open(p, mode='U')\n": "import io\nio.open(p, mode='r')\n",
        "import codecs\ncodecs.open(p, 'Ub')\n": "import codecs\ncodecs.open(p, 'rb')\n",
    }.items(),
)
def test_is_rewritten(before, after):
    assert migrated(before) == after
    [note] = result(before).notes
    assert note.kind == 'rewritten' and note.advice


def test_keywords_of_numpy_that_this_numpy_knows():
    text = 'import numpy as np\nnp.percentile(x, 3, interpolation="lower")\n'
    knows = 'method' in inspect.signature(np.percentile).parameters
    assert ('method="lower"' in migrated(text)) == knows
