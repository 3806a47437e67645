"""`tf.contrib.predictor`: calls a SavedModel as a function of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.types import Config

tf1 = tf.compat.v1

__all__ = ['Predictor', 'SavedModelPredictor', 'from_estimator', 'from_saved_model']


class Predictor:
    """A session, called with a dict of arrays.

    Args:
      session: The session.
      graph: Its graph.
      input_names: Tensor names by input.
      output_names: Tensor names by output.

    Attributes:
      session: The session.
      graph: The graph.
      feed_tensors: The tensors of the inputs, by name.
      fetch_tensors: The tensors of the outputs, by name.

    Legacy: what the functions of `tf.contrib.predictor` of TF 1.15 return.
    """

    def __init__(
        self,
        session: Any,
        graph: tf.Graph,
        input_names: Mapping[str, str],
        output_names: Mapping[str, str],
    ) -> None:
        self.session, self.graph = session, graph
        tensor = graph.get_tensor_by_name
        self.feed_tensors = {key: tensor(name) for key, name in input_names.items()}
        self.fetch_tensors = {key: tensor(name) for key, name in output_names.items()}

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__} with feed tensors {self.feed_tensors} and fetch_tensors '
            f'{self.fetch_tensors}'
        )

    def __call__(self, input_dict: Mapping[str, object]) -> dict[str, Any]:
        """The outputs for some inputs.

        Args:
          input_dict: Arrays by input.

        Returns:
          Arrays by output.

        Raises:
          ValueError: If there is no such input.
        """
        unknown = set(input_dict) - set(self.feed_tensors)
        if unknown:
            raise ValueError(
                f'Got unexpected keys in input_dict: {unknown}\nexpected: {set(self.feed_tensors)}'
            )
        feed = {self.feed_tensors[key]: value for key, value in input_dict.items()}
        return self.session.run(self.fetch_tensors, feed_dict=feed)


class SavedModelPredictor(Predictor):
    """A SavedModel in a session of its own, called with a dict of arrays.

    Args:
      export_dir: The SavedModel's folder.
      signature_def_key: Which signature; the default one where None.
      signature_def: The signature itself, instead of its key.
      input_names: Tensor names by input, instead of a signature.
      output_names: Tensor names by output, instead of a signature.
      tags: Which of the SavedModel's graphs, as a string of tags with commas; 'serve' where None.
      graph: The graph to load into; a new one where None.
      config: The session's `tf.ConfigProto`.

    Raises:
      ValueError: If signature and names are not given one way, or if there is no such signature.

    Legacy: what `tf.contrib.predictor.from_saved_model` of TF 1.15 returns.
    """

    def __init__(
        self,
        export_dir: Any,
        signature_def_key: str | None = None,
        signature_def: Any = None,
        input_names: Mapping[str, str] | None = None,
        output_names: Mapping[str, str] | None = None,
        tags: str | None = None,
        graph: Any = None,
        config: Config | None = None,
    ) -> None:
        ways = (signature_def_key, signature_def, input_names)
        if sum(each is not None for each in ways) > 1:
            raise ValueError(
                'Give one of signature_def_key, signature_def, and input_names with output_names.'
            )
        if (input_names is None) != (output_names is None):
            raise ValueError('input_names and output_names are given together or not at all.')
        graph = graph or tf.Graph()
        with graph.as_default():
            session = tf1.Session(config=config)
            tag_list = (tags or tf.saved_model.SERVING).split(',')
            meta_graph = tf1.saved_model.loader.load(session, tag_list, export_dir)
        if input_names is None or output_names is None:
            if signature_def is None:
                signature_def = _signature(meta_graph, signature_def_key)
            input_names, output_names = _names(signature_def)
        super().__init__(session, graph, input_names, output_names)


def _names(signature_def: Any) -> tuple[dict[str, str], dict[str, str]]:
    inputs = {key: info.name for key, info in signature_def.inputs.items()}
    return inputs, {key: info.name for key, info in signature_def.outputs.items()}


def _signature(meta_graph: Any, key: str | None) -> Any:
    key = key or tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY
    if key not in meta_graph.signature_def:
        raise ValueError(
            f'Got signature_def_key "{key}". Available signatures are '
            f'{sorted(meta_graph.signature_def)}.'
        )
    return meta_graph.signature_def[key]


def from_saved_model(export_dir: object, *args: Any, **kwargs: Any) -> SavedModelPredictor:
    """A function of arrays from a SavedModel; arguments as of `SavedModelPredictor`."""
    return SavedModelPredictor(export_dir, *args, **kwargs)


def from_estimator(
    estimator: Any,
    serving_input_receiver_fn: Callable[[], Any],
    output_key: str | None = None,
    graph: tf.Graph | None = None,
    config: Config | None = None,
) -> Predictor:
    """A function of arrays from a trained estimator, which keeps its session.

    Args:
      estimator: A `tf.estimator.Estimator` with a checkpoint in its `model_dir`.
      serving_input_receiver_fn: Makes the placeholders: a `ServingInputReceiver`.
      output_key: Which of the `export_outputs` of its `model_fn`; the default one where None.
      graph: The graph to build in; a new one where None.
      config: The session's `tf.ConfigProto`.

    Raises:
      KeyError: If there is no such output.

    Legacy: `tf.contrib.predictor.from_estimator`.
    """
    key = output_key or tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY
    graph = graph or tf.Graph()
    with graph.as_default():
        receiver = serving_input_receiver_fn()
        mode = 'infer'  # tf.estimator.ModeKeys.PREDICT, which newer TensorFlow lacks
        spec = estimator.model_fn(receiver.features, None, mode, estimator.config)
        outputs = spec.export_outputs or {}
        if key not in outputs:
            raise KeyError(f'output_key must be one of {list(outputs)}; got {key}')
        creator = tf1.train.ChiefSessionCreator(config=config, checkpoint_dir=estimator.model_dir)
        session = tf1.train.MonitoredSession(creator)
    return Predictor(
        session, graph, *_names(outputs[key].as_signature_def(receiver.receiver_tensors))
    )
