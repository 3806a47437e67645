"""Asks the server for the phonemes of words, or measures it.

    python client.py --model=beam-onnx nation caught phone
    python client.py --measure

It needs nothing beyond Python, and speaks the Open Inference Protocol (V2), as KServe, Triton and
OpenVINO Model Server do.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LETTERS = ' abcdefghijklmnopqrstuvwxyz'
PHONEMES = (
    '<pad> <s> </s> AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH '
    'T TH UH UW V W Y Z ZH'
).split()
MODELS = ('greedy-onnx', 'greedy-saved-model', 'beam-onnx', 'beam-saved-model')
TEST_WORDS = Path(__file__).resolve().parent.parent / 'data' / 'cmudict_test.txt'


class Client:
    """A connection to the server, for one thread.

    Args:
      address: Host and port.
      model: The model that is asked.
    """

    def __init__(self, address: str, model: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=120)
        self._model = model

    def phonemes(self, words: Sequence[str]) -> list[list[str]]:
        """The phonemes of each word."""
        longest = max(map(len, words))
        letters = [LETTERS.index(letter) for word in words for letter in word.ljust(longest)]
        inputs = [
            tensor('letters', [len(words), longest], letters),
            tensor('lengths', [len(words)], list(map(len, words))),
        ]
        answer = self._ask({'inputs': inputs})
        [output] = answer['outputs']
        steps, ids = output['shape'][1], output['data']
        rows = [ids[i * steps : (i + 1) * steps] for i in range(len(words))]
        return [until_end([PHONEMES[one] for one in row]) for row in rows]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self._connection.request('POST', f'/v2/models/{self._model}/infer', json.dumps(request))
        response = self._connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            raise RuntimeError(f'{self._model}: {response.status} {text[:500]}')
        return json.loads(text)


def tensor(name: str, shape: list[int], data: list[int]) -> dict[str, Any]:
    return {'name': name, 'shape': shape, 'datatype': 'INT32', 'data': data}


def until_end(phonemes: list[str]) -> list[str]:
    return phonemes[: phonemes.index('</s>')] if '</s>' in phonemes else phonemes


def measure(address: str, seconds: float) -> None:
    """Prints a table: one client, then four at once; batches of different sizes."""
    words = [line.split()[0] for line in TEST_WORDS.read_text().splitlines()]
    print('| model | words in a request | clients | median | 95% | words a second |')
    print('|---|---|---|---|---|---|')
    for model in MODELS:
        for size, clients in ((1, 1), (16, 1), (64, 1), (1, 4), (16, 4)):
            Client(address, model).phonemes(words[:size])  # what is made at the first call
            latencies: list[float] = []
            end = time.perf_counter() + seconds

            def ask(number: int) -> None:
                client, place = Client(address, model), number * size
                while time.perf_counter() < end:
                    place = (place + size) % (len(words) - size)
                    begin = time.perf_counter()
                    client.phonemes(words[place : place + size])
                    latencies.append(time.perf_counter() - begin)

            threads = [threading.Thread(target=ask, args=[i]) for i in range(clients)]
            started = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            rate = len(latencies) * size / (time.perf_counter() - started)
            latencies.sort()
            print(
                f'| {model} | {size} | {clients} | {1000 * statistics.median(latencies):.1f} ms '
                f'| {1000 * latencies[int(0.95 * len(latencies))]:.1f} ms | {rate:,.0f} |',
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or '').splitlines()[0])
    parser.add_argument('--address', default='127.0.0.1:8080', help='host and port')
    parser.add_argument('--model', choices=MODELS, default='greedy-onnx')
    parser.add_argument('--measure', action='store_true', help='print latencies and throughput')
    parser.add_argument('--seconds', type=float, default=5, help='of each measurement')
    parser.add_argument('words', nargs='*', help='words of the letters a to z')
    options = parser.parse_args()
    if options.measure:
        measure(options.address, options.seconds)
    if options.words:
        found = Client(options.address, options.model).phonemes(options.words)
        for word, phonemes in zip(options.words, found, strict=True):
            print(f'{word:<12} {" ".join(phonemes)}')


if __name__ == '__main__':
    main()
