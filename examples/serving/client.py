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
ARPABET = (
    'AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH '
    'UH UW V W Y Z ZH'
)
PHONEMES = ['<pad>', '<s>', '</s>', *ARPABET.split()]
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


class Load:
    """Clients that ask one model as fast as they can.

    Args:
      address: The server's.
      model: The model.
      words: What is asked for, from the front.
      size: Words in a request.
      clients: How many clients.
      seconds: For how long.

    Attributes:
      latencies: Seconds of each request, sorted.
      rate: Words a second, of all clients together.
    """

    def __init__(
        self,
        address: str,
        model: str,
        words: Sequence[str],
        size: int,
        clients: int,
        seconds: float,
    ) -> None:
        self.latencies: list[float] = []
        self._words, self._size = words, size
        Client(address, model).phonemes(words[:size])  # what is made at the first call
        started = time.perf_counter()
        self._end = started + seconds
        threads = [
            threading.Thread(target=self._ask, args=[Client(address, model), number * size])
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.rate = len(self.latencies) * size / (time.perf_counter() - started)
        self.latencies.sort()

    def _ask(self, client: Client, place: int) -> None:
        while time.perf_counter() < self._end:
            place = (place + self._size) % (len(self._words) - self._size)
            begin = time.perf_counter()
            client.phonemes(self._words[place : place + self._size])
            self.latencies.append(time.perf_counter() - begin)


def measure(address: str, seconds: float) -> None:
    """Prints a table: one client, then four at once; requests of different sizes."""
    words = [line.split()[0] for line in TEST_WORDS.read_text().splitlines()]
    print('| model | words in a request | clients | median | 95% | words a second |')
    print('|---|---|---|---|---|---|')
    for model in MODELS:
        for size, clients in ((1, 1), (16, 1), (64, 1), (1, 4), (16, 4)):
            load = Load(address, model, words, size, clients, seconds)
            middle = 1000 * statistics.median(load.latencies)
            late = 1000 * load.latencies[int(0.95 * len(load.latencies))]
            print(
                f'| {model} | {size} | {clients} | {middle:.1f} ms | {late:.1f} ms '
                f'| {load.rate:,.0f} |',
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
