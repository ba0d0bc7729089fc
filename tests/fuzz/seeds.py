"""seeds.py ops|options FOLDER: writes inputs that chance seldom makes, for fuzzing to begin with.

ops: matrix products of many sizes, whose tiles are functions of their own on each processor, and each
operation on each type and several shapes. options: each option of each optimizer with values on both
sides of its range, on the command line and in a checkpoint, and each flag with numbers in many
spellings."""
import hashlib
import itertools
import pathlib
import sys


# The acts of ops.cpp, as bytes.

def index(i):
    return i + 3  # Choices::index of -3 to 7


def fresh(slot, dtype, shape, value, requires_grad):
    return [0, slot, 0, dtype, len(shape), *shape, value, requires_grad]


def view(to, of, which, *choices):
    return [1, to, of, which, *choices]


def of_one(to, of, which, *choices):
    return [2, to, of, which, *choices]


def of_two(a, b, which, *choices):
    return [4, a, b, which, *choices]


def matmul(a, b):
    return of_two(a, b, 4)


def backward(of):
    return [8, of, 0, 1]


def transpose(slot):
    return view(slot, slot, 1, index(0), index(1))


def matrix(slot, dtype, rows, columns, value):
    """Sides above 5, each a product of two that are not, are two dimensions made one."""
    if max(rows, columns) <= 5:
        return fresh(slot, dtype, (rows, columns), value, 1)

    def factors(n):
        return next((a, n // a) for a in range(1, 6) if n % a == 0 and n // a <= 5)

    flatten = [view(slot, slot, 7, index(d), index(d + 1)) for d in (2, 0)]
    return fresh(slot, dtype, factors(rows) + factors(columns), value, 1) + sum(flatten, [])


F32, F64, I64, U8 = 0, 2, 3, 4  # places in Choices::dtype
MOST_ELEMENTS = 256


def products():
    sides = (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 20, 25)
    for dtype, m, n, k in itertools.product((F32, F64), sides, sides, (1, 4, 5, 8, 10, 16, 25)):
        if max(m * n, m * k, k * n) > MOST_ELEMENTS:
            continue
        a, b = matrix(0, dtype, m, k, 2), matrix(1, dtype, k, n, 3)
        yield a + b + matmul(0, 1) + backward(0)
        yield matrix(0, dtype, k, m, 2) + transpose(0) + b + matmul(0, 1) + backward(0)
        yield a + matrix(1, dtype, n, k, 3) + transpose(1) + matmul(0, 1) + backward(0)
    for dtype, doublings, side in itertools.product((F32, F64), (1, 2, 3), (1, 2, 3, 4, 5)):
        if 16 * 2**doublings * side > MOST_ELEMENTS:
            continue
        for slot, shape, other in ((0, (16, side), (side, 2)), (1, (side, 16), (2, side))):
            longer = of_two(slot, slot, 6, index(slot)) * doublings
            yield (matrix(slot, dtype, *shape, 2) + longer + matrix(1 - slot, dtype, *other, 3) +
                   matmul(0, 1) + backward(0))
    for dtype, batch, m, k, n in itertools.product((F32, F64), *[(1, 3, 5)] * 4):
        for shape in ((batch, k, n), (k, n)):
            yield (fresh(0, dtype, (batch, m, k), 2, 1) + fresh(1, dtype, shape, 3, 1) +
                   matmul(0, 1) + backward(0))


# What each operation reads: i an index (o: one of few), b a byte, s a shape; nothing if it is not named.
READS_OF_ONE = {5: 'i', 6: 'ib', 8: 'i', 9: 'i', 10: 'ii', 11: 'i', 12: 'b', 13: 'b', 14: 's', 15: 'i'}
READS_OF_TWO = {which: 'i' for which in (6, 7, 8, 9, 10)}
READS_OF_VIEW = {0: 'is', 1: 'ii', 2: 'oooo', 3: 'ii', 4: 'is', 5: 'i', 6: 'i', 7: 'ii'}
CHOICES = {'i': [[index(i)] for i in (-3, -1, 0, 1, 2, 4)],
           'o': [[index(i)] for i in (-1, 0, 1, 3)], 'b': [[0], [1], [2]],
           's': [[len(s), *s] for s in ((), (1,), (5,), (6,), (2, 3), (3, 1), (2, 2, 3), (0, 3))]}


def choices(reads):
    """Bytes for all that is read, in every combination."""
    for parts in itertools.product(*(CHOICES[kind] for kind in reads)):
        yield sum(parts, [])


def operations():
    shapes = ((), (1,), (5,), (2, 3), (3, 0), (2, 1, 4), (2, 3, 2, 2))
    dtypes = (F32, F64, I64, U8)
    for which, dtype, shape, grad in itertools.product(range(16), dtypes, shapes, (0, 1)):
        for read in choices(READS_OF_ONE.get(which, '')):
            yield fresh(1, dtype, shape, 2, grad) + of_one(0, 1, which, *read) + backward(0) * 2
    pairs = (((2, 3), (2, 3)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((), (4,)), ((0,), (1,)),
             ((3, 4), (3,)), ((2, 3), (4,)), ((5,), (5,)))
    for which, a, b, shape, value in itertools.product(range(13), dtypes, dtypes, pairs, (0, 1, 6)):
        yield (fresh(0, a, shape[0], 2, 1) + fresh(1, b, shape[1], value, 0) +
               of_two(0, 1, which, *[index(0)] * len(READS_OF_TWO.get(which, ''))) + backward(0))
    for which, dtype, shape in itertools.product(range(8), (F32, I64), shapes):
        for read in choices(READS_OF_VIEW[which]):
            yield (fresh(1, dtype, shape, 2, 1) + view(0, 1, which, *read) + backward(0) +
                   [6, 0, 0, 3] + backward(0))


def ops():
    return map(bytes, itertools.chain(products(), operations()))


# Arguments and settings, as options.cpp reads them.

def arguments(*texts):
    return b''.join(text.encode() + b'\0' for text in texts)


def checkpoints():
    """The settings of an optimizer with all its options, of each that the inputs of the tree have."""
    for file in sorted((pathlib.Path(__file__).parent / 'corpus/options').glob('resume*')):
        texts = file.read_bytes().split(b'\1')[1].decode().split('\0')
        yield dict(zip(texts[::2], texts[1::2]))


def changed(settings, name, value):
    pairs = {**settings, name: value}.items()
    return b'\1' + arguments(*itertools.chain.from_iterable(pairs))


def options():
    for settings in checkpoints():
        optimizer = settings['--optimizer']
        names = [name.removeprefix('--opt ') for name in settings if name.startswith('--opt ')]
        values = ('-1', '0', '1', '2', 'nan', 'inf', 'true', 'x', '', '1e-320', '1e300')
        for name, value in itertools.product(names, values):
            yield arguments('--optimizer', optimizer, '--opt', f'{name}={value}')
            yield changed(settings, f'--opt {name}', value)
        for value in ('-1', '0'):
            yield arguments('--optimizer', optimizer, '--lr', value)
        yield arguments('--optimizer', optimizer, '--lr', '3', '--opt', 'lr=2')
        for name, value in itertools.product(settings, ('0', '-1', '7', 'x', '')):
            yield changed(settings, name, value)
    whole = ('0', '1', '-1', '+1', '-0', '007', '0x10', '0b11', '0o17', '1e3', '1.5', '', ' 1', '1 ',
             "1'000", '1_000', '1000001', 'nan', '9223372036854775807', '9223372036854775808')
    for flag, value in itertools.product(('--train-size', '--validation', '--hidden', '--epochs',
                                          '--batch-size', '--seed', '--threads',
                                          '--checkpoint-every', '--keep'), whole):
        yield arguments(flag, value)
        yield arguments(f'{flag}={value}')
        yield arguments('--checkpoint', 'c', flag, value)
    for flag, value in itertools.product(('--dropout', '--lr'), whole + (
            '0.5', '0.999', '1e-5', 'inf', '.5', '5.', '0.5x', '1e-400')):
        yield arguments(flag, value)
    for flag, value in itertools.product(
            ('--dataset', '--test-dataset', '--model', '--optimizer', '--augment', '--lr-schedule'),
            ('mnist', 'digits', 'mlp', 'LeNet', 'lenet', 'cnn', 'vgg', 'none', 'shift', 'distort',
             'constant', 'linear', 'ADAM', 'adam ', 'x', '')):
        yield arguments(flag, value)
    for place in ('fc1.weight[0,5]@3', 'fc1.weight@0', '@3', 'fc1.weight[0,5', 'fc1.weight[]@1',
                  'fc1.weight[-1,0]@1', 'fc1.weight[99999999999999999999]@1', 'fc1.weight[0,5]@',
                  'fc1.weight[0,5]@x', 'a@99999999999999999999', 'fc1.weight[0, 5]@3', '[0]@1'):
        yield arguments('--explain', place)
    for flag in ('--json', '--quiet', '--help', '-h', '--', '-', '--json=1', '-x', '--h', 'stray'):
        yield arguments(flag)
        yield arguments(flag, '1')


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ('ops', 'options'):
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2])
    for seed in {'ops': ops, 'options': options}[sys.argv[1]]():
        (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == '__main__':
    main()
