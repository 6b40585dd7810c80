# Makes the files of this folder.  The tests do not run it.
import gzip

def record(label, red):
    return bytes([label]) + bytes([red]) * 1024 + b'\x64' * 1024 + b'\xc8' * 1024

def put(name, data):
    with open(name, 'wb') as f:
        f.write(data)

three = record(0, 10) + record(3, 11) + record(2, 12)
put('three.bin', three)
put('three.bin.gz', gzip.compress(three, mtime=0))
put('class-255.bin', record(0, 10) + record(3, 11) + record(255, 12))
put('cut.bin', three[:2 * 3073 + 9])
put('cut.bin.gz', gzip.compress(three[:2 * 3073 + 9], mtime=0))
