"""What `stablehlo/export.py` wrote, compiled and run by JAX's client on its first device.

`--exported FOLDER` says where it is; `--tf32` lets products round their operands to 10 bits.
"""

import collections
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
# Others use the same device.
os.environ.setdefault('XLA_PYTHON_CLIENT_PREALLOCATE', 'false')

import jax  # noqa: E402
import numpy as np  # noqa: E402

# JAX compiles text of others by no public name; these are those of JAX 0.10 and 0.11.
from jax._src import xla_bridge  # noqa: E402
from jax._src.interpreters import mlir  # noqa: E402
from jax._src.lib import xla_client  # noqa: E402
from jax._src.lib.mlir import ir  # noqa: E402

from benchmarks import workloads  # noqa: E402
from benchmarks.peers import serving  # noqa: E402
from benchmarks.stablehlo import description  # noqa: E402


def compiled(module, aliases, device, tf32):
    """The executable of a module.

    Args:
      module: Its bytecode.
      aliases: Pairs: a result of `@main`, and the argument whose memory it may take.
      device: The device to run it on.
      tf32: Whether products need not be as precise as float32 is.
    """
    with mlir.make_ir_context():
        parsed = ir.Module.parse(module)
        if tf32:
            parsed = ir.Module.parse(str(parsed).replace('HIGHEST', 'DEFAULT'))
        [main] = [one for one in parsed.body if one.attributes['sym_name'].value == 'main']
        place = ir.IntegerType.get_signless(32)
        attributes = [{} for _ in main.type.inputs]
        for result, argument in aliases:
            attributes[argument]['tf.aliasing_output'] = ir.IntegerAttr.get(place, result)
        main.attributes['arg_attrs'] = ir.ArrayAttr.get(
            [ir.DictAttr.get(each) for each in attributes]
        )
        code = mlir.module_to_bytecode(parsed)
    return xla_bridge.get_backend().compile_and_load(
        code, xla_client.DeviceList((device,)), xla_client.CompileOptions()
    )


class Program:
    """The executable of one workload, and its arguments on the device."""

    def __init__(self, workload, folder, tf32):
        module, self.about, given = description.read(Path(folder), workload.name)
        self.device = jax.devices()[0]
        self.places = {name: i for i, name in enumerate(self.about.arguments)}
        first = len(self.about.results)
        self.executable = compiled(
            module,
            [(first + i, self.places[name]) for i, name in enumerate(self.about.updated)],
            self.device,
            tf32,
        )
        self.arguments = [None] * len(self.places)
        self.rates = {}  # learning rates on the device
        self.put({**workloads.inputs(workload), **given})

    def put(self, arrays):
        """Sets those arguments that are named so."""
        for name, value in arrays.items():
            if name in self.places:
                self.arguments[self.places[name]] = jax.device_put(value, self.device)

    def load(self, weights):
        self.put(weights)

    def weights(self):
        names = [name for name in self.places if name in workloads.weight_shapes(self.workload)]
        return {name: np.asarray(self.arguments[self.places[name]]) for name in names}

    @property
    def workload(self):
        return workloads.Workload(**self.about.workload)

    def step(self, learning_rate):
        if learning_rate not in self.rates:
            self.rates[learning_rate] = jax.device_put(np.float32(learning_rate), self.device)
        self.arguments[self.places['learning_rate']] = self.rates[learning_rate]
        outputs = self.executable.execute_sharded(self.arguments)
        outputs = [one[0] for one in outputs.disassemble_into_single_device_arrays()]
        count = len(self.about.results)
        for name, value in zip(self.about.updated, outputs[count:], strict=True):
            self.arguments[self.places[name]] = value
        return {
            name: np.asarray(value)
            for name, value in zip(self.about.results, outputs[:count], strict=True)
        }

    def profile(self):
        """What a GPU did in one call; nothing of a CPU.

        Returns:
          `kernels`, their number; `busy`, the seconds they took; `span`, those from the first to
          the end of the last; `longest`, of the ten kernels that took most: name, number, seconds.
        """
        with tempfile.TemporaryDirectory() as folder:
            with jax.profiler.trace(folder):
                self.step(serving.LEARNING_RATE)
            [path] = Path(folder).rglob('*.xplane.pb')
            planes = jax.profiler.ProfileData.from_file(str(path)).planes
        kernels = [
            (event.start_ns, event.duration_ns, event.name)
            for plane in planes
            if plane.name.startswith('/device:GPU')
            for line in plane.lines
            if line.name.startswith('Stream')
            for event in line.events
        ]
        if not kernels:
            return {}
        by_name = collections.defaultdict(list)
        for _, duration, name in kernels:
            by_name[name].append(duration / 1e9)
        longest = sorted(by_name.items(), key=lambda item: -sum(item[1]))[:10]
        return {
            'kernels': len(kernels),
            'busy': sum(duration for _, duration, _ in kernels) / 1e9,
            'span': (max(s + d for s, d, _ in kernels) - min(kernels)[0]) / 1e9,
            'longest': [[name, len(took), sum(took)] for name, took in longest],
        }


if __name__ == '__main__':
    exported = sys.argv[sys.argv.index('--exported') + 1]
    serving.serve(lambda workload: Program(workload, exported, '--tf32' in sys.argv))
