# Makes the files of this folder.  The tests do not run it.
import gzip

def put(name, data):
    with open(name, 'wb') as f:
        f.write(data.encode() if isinstance(data, str) else data)

plain = '-1 2:0.5 4:-1 # comment\n+1 1:2\n\n+1\n'
put('plain.txt', plain)
put('plain.txt.gz', gzip.compress(plain.encode(), mtime=0))
put('numbers.txt', '2.5 1:0.5 3:1e-3\r\n-3 2:7 \r\n')
put('zero.txt', '1 0:1 1:2\n-1 2:1\n')
put('negative.txt', '1 -1:1\n-1 2:1\n')
put('unsorted.txt', '1 1:1\n-1  3:1 1:2\n')
put('repeated.txt', '1 1:1 1:2\n-1 2:1\n')
put('huge.txt', '1 4294967297:1\n-1 2:1\n')
put('large.txt', '1 2000000000:1\n-1 2:1\n')
put('qid.txt', '1 qid:3 1:0.5\n-1 qid:3 2:1\n')
put('text.txt', '1 1:1\n2 1:x\n')
put('list.txt', '1,2 1:1\n2 1:3\n')
put('empty.txt', '# nothing\n')
