"""The same examples at every run, so that a failure can be seen again."""

import hypothesis

hypothesis.settings.register_profile('reproducible', derandomize=True, deadline=None)
hypothesis.settings.load_profile('reproducible')
