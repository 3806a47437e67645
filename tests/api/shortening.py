"""Records of attributes, without what they have in common."""


def less_than(base, found):
    """The attributes without those that are the same in another object."""
    same = {name: value for name, value in base.items() if found.get(name, found) == value}
    return {
        'but for': sorted(set(base) - set(found)),
        'and': {name: value for name, value in found.items() if name not in same},
    }


def shortened(objects):
    """The objects, cells without what they have in common with a bare RNNCell."""
    for found in objects.values():
        if 'after' in found:
            found['after'] = less_than(found['before'], found['after'])
    base = objects['RNNCell']['before']
    for name, found in objects.items():
        if name != 'RNNCell' and 'add_loss' in found['before']:
            found['before'] = less_than(base, found['before'])
    return objects


def plus(base, less):
    """What `less_than` was given."""
    if 'but for' not in less:
        return less
    return {
        **{name: value for name, value in base.items() if name not in less['but for']},
        **less['and'],
    }


def lengthened(objects):
    """What `shortened` was given."""
    base = objects['RNNCell']['before']
    full = {}
    for name, found in objects.items():
        full[name] = {**found, 'before': plus(base, found['before'])}
        if 'after' in found:
            full[name]['after'] = plus(full[name]['before'], found['after'])
    return full
