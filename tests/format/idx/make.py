# Makes the files of this folder.  The tests do not run it.
import gzip, struct

def idx(code, dims, data):
    return bytes([0, 0, code, len(dims)]) + struct.pack('>%dI' % len(dims), *dims) + data

def put(name, data):
    with open(name, 'wb') as f:
        f.write(data)

images = bytes((7 * i) % 256 for i in range(6 * 3 * 2))
put('six-images-idx3-ubyte', idx(8, (6, 3, 2), images))
put('six-images-idx3-ubyte.gz', gzip.compress(idx(8, (6, 3, 2), images), mtime=0))
put('six-labels-idx1-ubyte', idx(8, (6,), bytes([3, 8, 3, 5, 8, 3])))
put('five-labels-idx1-ubyte', idx(8, (5,), bytes([3, 8, 3, 5, 8])))
put('two-labels-idx1-ubyte', idx(8, (6,), bytes([3, 8, 3, 8, 8, 3])))
put('short-idx2', idx(11, (2, 2), struct.pack('>4h', -1, 2, 300, -4)))
put('int-idx2', idx(12, (2, 2), struct.pack('>4i', -1, 2, 70000, -4)))
put('float-idx2', idx(13, (2, 2), struct.pack('>4f', -1, 2.5, 0.1, -4)))
put('double-idx2', idx(14, (2, 2), struct.pack('>4d', -1, 2.5, 0.1, -4)))
put('signed-idx3', idx(9, (6, 3, 2), images))
put('wrong-magic', b'\0\0\x07\x03' + images)
put('short-data-idx3', idx(8, (60, 3, 2), images))
put('short-data-idx3.gz', gzip.compress(idx(8, (60, 3, 2), images), mtime=0))
put('extra-data-idx3', idx(8, (5, 3, 2), images))
put('extra-data-idx3.gz', gzip.compress(idx(8, (5, 3, 2), images), mtime=0))
put('huge-idx4', idx(8, (0xffffffff,) * 4, images))
put('header-cut', idx(8, (6, 3, 2), b'')[:9])
put('no-rows-idx3', idx(8, (0, 3, 2), b''))
put('bomb-idx3.gz', gzip.compress(idx(8, (1 << 20, 4, 4), bytes(1 << 24)), 9, mtime=0))
put('wide-idx2.gz', gzip.compress(idx(8, (1, 1 << 24), bytes(100)), mtime=0))
