# Makes the files of this folder; needs h5py.  The tests do not run it.
import numpy as np, h5py
X=np.array([[1.5,2],[3,4],[5,6.25]]); y=np.array([0.5,2,7])
def f(n): return h5py.File(n,'w')
with f('plain.h5') as h: h['X']=X; h['y']=y
with f('group.h5') as h:
    h.create_dataset('g/data',data=X.astype('>f4'),chunks=(2,2),compression='gzip'); h['g/target']=y.astype('i2')
    h['soft']=h5py.SoftLink('/g/data'); h['loop']=h5py.SoftLink('/loop'); h['hard']=h['g']
with f('external.h5') as h: h['y']=y; h['X']=h5py.ExternalLink('plain.h5','/X')
with f('elsewhere.h5') as h: h.create_dataset('X',(3,2),'f8',external=[('plain.h5',0,48)]); h['y']=y
with f('huge.h5') as h: h.create_dataset('X',(1<<40,4),'f8',chunks=(1024,4)); h['y']=y
with f('text.h5') as h: h['X']=np.array([b'ab',b'c']); h['y']=y
with f('empty.h5') as h: h.create_group('g')
with f('boolean.h5') as h: h['X']=X; h['y']=y>1
with f('named.h5') as h: h['X']=X; h.create_dataset('y',data=[0,1,1],dtype=h5py.enum_dtype({'NO':0,'YES':1},'i1'))
with f('parts.h5') as h:
    for p in ('train','test'): h[p+'/x']=X; h[p+'/y']=y
b=open('plain.h5','rb').read(); open('cut.h5','wb').write(b[:len(b)//2])
