# Makes the folders of this folder.  The tests do not run it.
import os, struct, zlib
def chunk(t,d): return struct.pack('>I',len(d))+t+d+struct.pack('>I',zlib.crc32(t+d))
def png(path,w,h,depth,kind,rows,plte=b'',cut=0):
    os.makedirs(os.path.dirname(path),exist_ok=True)
    b=b'\x89PNG\r\n\x1a\n'+chunk(b'IHDR',struct.pack('>IIBBBBB',w,h,depth,kind,0,0,0))+plte+chunk(b'IDAT',zlib.compress(b''.join(b'\0'+r for r in rows)))+chunk(b'IEND',b'')
    open(path,'wb').write(b[:len(b)-cut] if cut else b)
g=[bytes([0,51]),bytes([102,255])]
png('gray/cat/a.png',2,2,8,0,g); png('gray/cat/b.png',2,2,16,0,[b'\x33\x33\0\0',b'\xff\xff\x66\x66'])
png('gray/dog/a.PNG',2,2,8,0,[bytes([255,0]),bytes([0,0])]); open('gray/dog/readme.txt','w').write('not an image\n')
png('colour/a/1.png',1,1,8,2,[bytes([255,0,51])]); png('colour/b/1.png',1,1,8,6,[bytes([0,0,0,0])])
png('colour/b/2.png',1,1,8,3,[b'\0'],chunk(b'PLTE',bytes([0,255,0])))
png('sizes/a/1.png',2,2,8,0,g); png('sizes/b/1.png',1,1,8,0,[b'\0'])
png('mixed/a/1.png',1,1,8,0,[b'\0']); png('mixed/b/1.png',1,1,8,2,[b'\0\1\2'])
png('cut/a/1.png',2,2,8,0,g); png('cut/b/1.png',2,2,8,0,g,cut=25)
os.makedirs('foreign/a',exist_ok=True); open('foreign/a/1.png','w').write('no image\n')
png('one/a/1.png',1,1,8,0,[b'\0'])
