# Makes the files of this folder.  The tests do not run it.
import struct
def wav(name,fmt,ch,bits,data,rate=8000,extra=b'',cut=0):
    f=struct.pack('<HHIIHH',fmt,ch,rate,rate*ch*bits//8,ch*bits//8,bits)+extra
    b=b'WAVE'+b'fmt '+struct.pack('<I',len(f))+f+b'LIST'+struct.pack('<I',3)+b'abc\0'+b'data'+struct.pack('<I',len(data))+data
    b=b'RIFF'+struct.pack('<I',len(b))+b
    open(name,'wb').write(b[:len(b)-cut] if cut else b)
wav('mono16.wav',1,1,16,struct.pack('<4h',0,16384,-32768,8192))
wav('stereo8.wav',1,2,8,bytes([128,0,255,64]))
wav('mono24.wav',1,1,24,b'\0\0\x40\0\0\xc0')
wav('float.wav',3,1,32,struct.pack('<2f',0.5,-0.25))
wav('cut.wav',1,1,16,struct.pack('<4h',0,1,2,3),cut=3)
wav('mulaw.wav',7,1,8,b'\0\0')
wav('odd.wav',1,2,16,b'\0\0\0')
