"""Records what the logits processors of Hugging Face's transformers make of random logits.

    python tests/decoding/transformers_logits.py    # needs transformers and torch

`transformers_logits.npz` was recorded with transformers 5.24.0 and torch 2.14.1.
"""

import pathlib

import numpy as np

PATH = pathlib.Path(__file__).with_suffix('.npz')
ROWS, STEPS, VOCABULARY, END = 6, 12, 40, 3

# From a name to the class in transformers and its arguments.
CASES = {
    'temperature(0.7)': ('TemperatureLogitsWarper', (0.7,)),
    'top_k(1)': ('TopKLogitsWarper', (1,)),
    'top_k(5)': ('TopKLogitsWarper', (5,)),
    'top_k(99)': ('TopKLogitsWarper', (99,)),
    'top_p(0.05)': ('TopPLogitsWarper', (0.05,)),
    'top_p(0.6)': ('TopPLogitsWarper', (0.6,)),
    'top_p(0.95)': ('TopPLogitsWarper', (0.95,)),
    'min_p(0.02)': ('MinPLogitsWarper', (0.02,)),
    'min_p(0.3)': ('MinPLogitsWarper', (0.3,)),
    'typical_p(0.1)': ('TypicalLogitsWarper', (0.1,)),
    'typical_p(0.7)': ('TypicalLogitsWarper', (0.7,)),
    'no_repeat_ngram(1)': ('NoRepeatNGramLogitsProcessor', (1,)),
    'no_repeat_ngram(2)': ('NoRepeatNGramLogitsProcessor', (2,)),
    'no_repeat_ngram(3)': ('NoRepeatNGramLogitsProcessor', (3,)),
    'repetition_penalty(1.3)': ('RepetitionPenaltyLogitsProcessor', (1.3,)),
    'repetition_penalty(0.5)': ('RepetitionPenaltyLogitsProcessor', (0.5,)),
    'forbidden_ids([0, 7])': ('SuppressTokensLogitsProcessor', ([0, 7],)),
    f'minimum_length(5, {END})': ('MinNewTokensLengthLogitsProcessor', (0, 5, END)),
}


def inputs() -> tuple[np.ndarray, np.ndarray]:
    """Logits `[rows, vocabulary]` and ids `[rows, steps]`, of few words so that many repeat."""
    random = np.random.RandomState(1)
    logits = (random.randn(ROWS, VOCABULARY) * 3).astype(np.float32)
    return logits, random.randint(0, 5, [ROWS, STEPS])


def main() -> None:
    import torch
    import transformers

    logits, ids = inputs()
    arrays = {}
    for name, (kind, arguments) in CASES.items():
        for step in (1, 4, STEPS):
            processor = getattr(transformers, kind)(*arguments)
            result = processor(torch.tensor(ids[:, :step]), torch.tensor(logits))
            arrays[f'{name} {step}'] = result.numpy()
    np.savez_compressed(PATH, **arrays)


if __name__ == '__main__':
    main()
