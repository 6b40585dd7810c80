"""Print values.tsv: what numpy, scipy and h5py read from the test files.

Every line has a file below tests/format, the options of `load', the number of
rows and of features, and the SHA-256 of the rows [x y] as little-endian
doubles.  Labels are numbered as `load' does: two become -1 and 1, texts go by
their order.  The tests do not run this; they compare with what it printed.
"""
import gzip
import hashlib
import os

import h5py
import numpy as np
import scipy.io
from scipy.io import arff, wavfile
from sklearn.datasets import load_svmlight_file

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def labels(y):
    names, index = np.unique(y, return_inverse=True)
    if len(names) == 2:
        return 2.0 * index - 1
    return index.astype(float) if names.dtype.kind in 'US' else y.astype(float)


def show(file, options, x, y):
    table = np.column_stack([np.asarray(x, '<f8'), np.asarray(y, '<f8')])
    table = np.ascontiguousarray(table, '<f8')
    digest = hashlib.sha256(table.tobytes()).hexdigest()
    print('\t'.join([file, options, *map(str, np.shape(x)), digest]))


def table(file, options='', skip=0, delimiter=',', target=-1, label=False):
    a = np.loadtxt(file, delimiter=delimiter, skiprows=skip)
    y = a[:, target]
    show(file, options, np.delete(a, target, 1), labels(y) if label else y)


def svm(file):
    x, y = load_svmlight_file(file)
    show(file, '', x.toarray(), labels(y))


def array(file, options=''):
    a = np.load(file)
    show(file, options, a[:, :-1], a[:, -1])


table('real/sklearn_iris.csv', skip=1)
table('real/sklearn_wine_data.csv', skip=1)
table('real/sklearn_linnerud_exercise.csv', skip=1, delimiter=None)
table('real/statlog_heart.dat', delimiter=None, label=True)
table('real/blood_transfusion.data', skip=1, label=True)
table('real/SPECT.train', 'y=1', delimiter=None, target=0, label=True)
table('text/plain.csv')
table('text/denormal.csv', skip=1)
svm('real/heart_scale')
svm('libsvm/plain.txt')

rate, sound = wavfile.read('real/0_jackson_0.wav')
show('real/0_jackson_0.wav', '', np.arange(len(sound))[:, None] / rate,
     sound / 32768)
rate, sound = wavfile.read('wav/mono16.wav')
show('wav/mono16.wav', '', np.arange(len(sound))[:, None] / rate,
     sound / 32768)

for name in ['big-endian', 'fortran', 'int64', 'long',
             'uint8', 'version2', 'version3']:
    array('npy/%s.npy' % name)
for name in ['double.be', 'double_fortran.be']:
    a = np.load('real/%s.npy' % name)
    show('real/%s.npy' % name, 'y=""', a.reshape(len(a), -1),
         np.zeros((len(a), 0)))
z = np.load('npy/pair.npz')
show('npy/pair.npz', '', z['X'], z['y'])

for name in ['v4', 'v5', 'v7', 'bytes']:
    m = scipy.io.loadmat('mat/%s.mat' % name)
    show('mat/%s.mat' % name, '', m['X'], m['y'].ravel())
m = scipy.io.loadmat('mat/sparse.mat')
show('mat/sparse.mat', '', m['X'].toarray() if hasattr(m['X'], 'toarray')
     else m['X'], m['y'].ravel())

for name in ['4.2c_SOL2', '6.5.1_GLNX86', '7.1_GLNX86']:
    m = scipy.io.loadmat('real/testmatrix_%s.mat' % name)['testmatrix']
    show('real/testmatrix_%s.mat' % name, '', m[:, :-1], m[:, -1])

for name in ['chunked', 'compressed']:
    with h5py.File('real/%s.hdf5' % name) as f:
        a = f['dataset1'][:]
        show('real/%s.hdf5:dataset1' % name, '', a[:, :-1], a[:, -1])
with h5py.File('hdf5/plain.h5') as f:
    show('hdf5/plain.h5', '', f['X'][:], f['y'][:].ravel())
with h5py.File('hdf5/group.h5') as f:
    show('hdf5/group.h5', 'x=g/data y=g/target', f['g/data'][:],
         f['g/target'][:].ravel())

for name, images in [('six-images-idx3-ubyte', 'six-labels-idx1-ubyte'),
                     ('six-images-idx3-ubyte.gz', 'six-labels-idx1-ubyte')]:
    b = (gzip.open if name.endswith('gz') else open)('idx/' + name, 'rb').read()
    n, h, w = np.frombuffer(b, '>u4', 3, 4)
    x = np.frombuffer(b, 'u1', offset=16).reshape(n, h * w)
    y = np.frombuffer(open('idx/' + images, 'rb').read(), 'u1', offset=8)
    show('idx/' + name, 'labels=idx/' + images, x / 255, labels(y))
b = np.frombuffer(open('cifar/three.bin', 'rb').read(), 'u1').reshape(-1, 3073)
show('cifar/three.bin', '', b[:, 1:].reshape(-1, 3, 1024).transpose(0, 2, 1)
     .reshape(-1, 3072) / 255, labels(b[:, 0].astype('U')))
