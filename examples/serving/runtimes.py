"""Runtimes of MLServer for exported models: what it calls with the tensors of a request."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse
from mlserver.utils import get_model_uri


class ExportedModel(MLModel):
    """A model that takes named arrays and gives named arrays."""

    def run(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Computes the results; called in a thread."""
        raise NotImplementedError

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        given = {one.name: NumpyCodec.decode_input(one) for one in payload.inputs}
        results = await asyncio.get_running_loop().run_in_executor(None, self.run, given)
        outputs = [NumpyCodec.encode_output(name, value) for name, value in results.items()]
        return InferenceResponse(model_name=self.name, outputs=outputs)


class OnnxModel(ExportedModel):
    """ONNX, run by ONNX Runtime."""

    async def load(self) -> bool:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Threads that wait for work by spinning take the cores from other requests.
        options.add_session_config_entry('session.intra_op.allow_spinning', '0')
        path = await get_model_uri(self.settings)
        self._session = onnxruntime.InferenceSession(path, options)
        self._names = [one.name for one in self._session.get_outputs()]
        return True

    def run(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return dict(zip(self._names, self._session.run(self._names, given), strict=True))


class SavedModel(ExportedModel):
    """A SavedModel, run by TensorFlow."""

    async def load(self) -> bool:
        import tensorflow as tf

        self._loaded: Any = tf.saved_model.load(await get_model_uri(self.settings))
        self._function = self._loaded.signatures['serving_default']
        self._tensor = tf.constant
        return True

    def run(self, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        tensors = {name: self._tensor(value) for name, value in given.items()}
        return {name: value.numpy() for name, value in self._function(**tensors).items()}
