"""The migration guide: its code runs and says the truth, and its links lead somewhere.

What blocks promise is described in `guide_blocks.py`. They run in a process for TF1 programs, by
the runner, and one for TF2 programs; what a `before` block gives is compared with what TensorFlow
1.15.5 gave (`guide_tf1.json`, written by `tests/guide_run.py record`) and with its `after` block.
"""

from __future__ import annotations

import contextlib
import html
import importlib.util
import io
import json
import re
import shlex

import pytest

import tests.guide_blocks as guide_blocks
from tests.guide_run import RECORDED, broken_promises, differences
from tests.tf1.processes import ROOT, python, run
from tf_seq2seq_compat import cli

BLOCKS = guide_blocks.every_block()
RUN = ROOT / 'tests' / 'guide_run.py'
FRESH = [block for block in BLOCKS if 'fresh process' in block.flags]
LANGUAGES = {'python', 'console', 'text'}


def outcomes_of(done, out):
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text(encoding='utf-8'))


@pytest.mark.slow
def test_blocks_keep_their_promises(tmp_path):
    """All blocks of one world in one process: a process costs more than its blocks."""
    out, folder = tmp_path / 'outcomes.json', tmp_path / 'pages'
    outcomes = outcomes_of(run('--strict', RUN, 'tf1', folder, out), out)
    outcomes |= outcomes_of(python('-W', 'ignore', RUN, 'tf2', folder, out), out)
    if importlib.util.find_spec('tensorflow_addons'):
        # -O: releases of typeguard that TensorFlow Addons was not made for refuse its own code.
        outcomes |= outcomes_of(python('-O', '-W', 'ignore', RUN, 'tfa', folder, out), out)
    problems = []
    for block in BLOCKS:
        if repr(block) in outcomes:
            outcome = outcomes[repr(block)]
            broken = broken_promises(block, outcome)
            problems += [f'{block}: {problem}' for problem in broken]
            if broken and block.error is None:
                problems.append(outcome.get('traceback', ''))
    problems += against_tf1(outcomes)
    problems += [
        f'{after}: differs from {before}: {why}'
        for before, after in pairs()
        if (why := difference_of(outcomes, before, after))
    ]
    assert not problems, '\n'.join(problems)


def against_tf1(outcomes):
    """What the runner gives for `before` blocks, against what TensorFlow 1.15.5 gave."""
    recorded = guide_blocks.load(RECORDED)
    for block in BLOCKS:
        if 'before' in block.flags and block.world == 'tf1':
            known = recorded.get(guide_blocks.key(block))
            if known is None:
                yield f'{block}: record it with TensorFlow 1.15.5: tests/guide_run.py record'
            elif why := differences(known['result'], outcomes[repr(block)]['result']):
                yield f'{block}: differs from TensorFlow 1.15.5: {why}'


def pairs():
    """Each `after` block with the `before` block that it follows on its page."""
    before = None
    for block in BLOCKS:
        if 'before' in block.flags:
            before = block
        elif (
            'after' in block.flags
            and 'continued' not in block.flags
            and before is not None
            and before.page == block.page
        ):
            yield before, block
            before = None


def difference_of(outcomes, before, after):
    if not {repr(before), repr(after)} <= set(outcomes):
        return ''
    expected, seen = outcomes[repr(before)]['result'], outcomes[repr(after)]['result']
    if expected is None or seen is None:
        return ''
    return differences(expected, seen)


def test_all_pairs_but_one_are_compared():
    """Of tf.contrib.layers there is only the shape: the weights of the two are drawn apart."""
    not_compared = [
        after.page
        for before, after in pairs()
        if before.error is None
        and not all(re.search(r'^\s*result\b.*=', b.code, re.MULTILINE) for b in (before, after))
    ]
    assert not_compared == ['contrib.md']


@pytest.mark.parametrize('block', FRESH, ids=repr)
def test_blocks_that_need_a_fresh_process(block, tmp_path):
    out = tmp_path / 'outcomes.json'
    outcomes = outcomes_of(python('-W', 'ignore', RUN, 'fresh', repr(block), out), out)
    assert not broken_promises(block, outcomes[repr(block)]), outcomes
    if 'after' in block.flags:
        before = next(before for before, after in pairs() if after is block)
        recorded = guide_blocks.load(RECORDED)[guide_blocks.key(before)]
        assert not differences(recorded['result'], outcomes[repr(block)]['result'])


def test_recorded_blocks_are_those_of_the_guide():
    keys = {
        guide_blocks.key(block)
        for block in BLOCKS
        if 'before' in block.flags and block.world == 'tf1'
    }
    assert set(guide_blocks.load(RECORDED)) == keys


# Text, links and commands
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize('page', guide_blocks.pages(), ids=lambda page: page.name)
def test_every_fence_is_one_of_a_known_language(page):
    languages = [language for _, language, _, _ in guide_blocks.fences(page)]
    assert set(languages) <= LANGUAGES
    assert page.read_text(encoding='utf-8').count('```') == 2 * len(languages)


def commands():
    """`(page, words)` of each command line of this package in blocks and in the text."""
    for page in guide_blocks.pages():
        lines = [
            line
            for _, language, _, code in guide_blocks.fences(page)
            if language == 'console'
            for line in code.splitlines()
        ]
        text = page.read_text(encoding='utf-8')
        lines += re.findall(r'`(tf-seq2seq-compat \w[^`]* [^`]+)`', text)
        for line in lines:
            yield page.name, shlex.split(line, comments=True)


def test_commands_are_those_of_the_command_line():
    wrong, parser = [], cli.parser()
    for page, words in commands():
        if words[:1] != ['tf-seq2seq-compat']:
            continue
        if words[-1] in ('run', 'list', 'scan', 'migrate'):
            words = [*words, 'x']  # Named in the text, without its arguments.
        ours, _ = cli._split(words[1:])
        stderr = io.StringIO()
        try:
            with contextlib.redirect_stderr(stderr):
                parser.parse_args(ours)
        except SystemExit:
            wrong.append(f'{page}: {" ".join(words)}: {stderr.getvalue().splitlines()[-1]}')
    assert not wrong, '\n'.join(wrong)


def anchors(text):
    """The anchors of a page's headings, as forges and mkdocs make them."""
    text = re.sub(r'```.*?```', '', text, flags=re.DOTALL)
    for heading in re.findall(r'^#+ (.*)$', text, re.MULTILINE):
        words = re.sub(r'[^\w\- ]', '', heading.replace('`', '').lower())
        yield words.strip().replace(' ', '-')


def test_links_lead_somewhere():
    texts = {page.name: page.read_text(encoding='utf-8') for page in guide_blocks.pages()}
    known = {name: set(anchors(text)) for name, text in texts.items()}
    wrong = []
    for name, text in texts.items():
        text = re.sub(r'```.*?```', '', text, flags=re.DOTALL)
        for target in re.findall(r'\]\(\s*([^)\s]+)\s*\)', text):
            if target.startswith('https://'):
                continue
            page, _, anchor = target.partition('#')
            page = page or name
            if page.endswith('.png') and (guide_blocks.GUIDE / page).is_file():
                continue
            if page not in texts or (anchor and anchor not in known[page]):
                wrong.append(f'{name}: {target}')
    assert not wrong, wrong


def test_every_page_is_reached_from_the_first_one():
    linked, todo = set(), ['README.md']
    while todo:
        name = todo.pop()
        if name not in linked:
            linked.add(name)
            text = (guide_blocks.GUIDE / name).read_text(encoding='utf-8')
            todo += re.findall(r'\]\((\w+\.md)[#)]', text)
    assert linked == {page.name for page in guide_blocks.pages()}


def test_links_of_the_readme_lead_into_the_guide():
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    for target in re.findall(r'\]\((migration_guide/[^)#]+)', text):
        assert (ROOT / target).exists(), target


# Pages that are made
# ----------------------------------------------------------------------------------------


def test_generated_pages_are_up_to_date():
    done = python(guide_blocks.GUIDE / 'generate.py', '--check')
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_site_builds(tmp_path):
    pytest.importorskip('mkdocs')
    pytest.importorskip('mkdocstrings')
    done = python('-m', 'mkdocs', 'build', '--strict', '-q', '-d', tmp_path / 'site', cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    reference = (tmp_path / 'site' / 'reference' / 'tf_seq2seq_compat.html').read_text()
    assert 'tf_seq2seq_compat.AttentionWrapper' in reference
    symbols = (tmp_path / 'site' / 'symbols.html').read_text()
    links = re.findall('href="(reference/[^"#]+)#([^"]+)"', symbols)
    assert len(set(links)) > 100
    for page in {page for page, _ in links}:
        text = (tmp_path / 'site' / page).read_text()
        assert not [
            anchor for file, anchor in links if file == page and f'id="{anchor}"' not in text
        ]
    index = json.loads((tmp_path / 'site' / 'search' / 'search_index.json').read_text())
    errors = (guide_blocks.GUIDE / 'errors.md').read_text(encoding='utf-8')
    found, wanted = (
        {' '.join(re.findall(r'\w+', html.unescape(title))) for title in titles}
        for titles in (
            [each['title'] for each in index['docs'] if each['location'].startswith('errors')],
            re.findall('^### (.*)$', errors, re.MULTILINE),
        )
    )
    assert wanted and wanted <= found


def test_symbols_begin_with_seq2seq():
    text = (guide_blocks.GUIDE / 'symbols.md').read_text(encoding='utf-8')
    assert re.findall('^## (.*)$', text, re.MULTILINE)[:2] == [
        'tf.contrib.seq2seq',
        'tf.contrib.rnn',
    ]


def test_every_extra_is_on_the_page_of_installation():
    text = (guide_blocks.GUIDE / 'install.md').read_text(encoding='utf-8')
    told = re.findall(r'^\| `([\w-]+)` \|', text, re.MULTILINE)
    setup = (ROOT / 'setup.py').read_text(encoding='utf-8')
    extras = setup.partition('extras_require={')[2].partition('\n    },')[0]
    assert sorted(told) == sorted(re.findall(r"^        '([\w-]+)': ", extras, re.MULTILINE))
