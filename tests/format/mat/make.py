# Makes the files of this folder; needs SciPy.  The tests do not run it.
import numpy as np, scipy.io as io, scipy.sparse as sp
X=np.array([[1.5,2],[3,4],[5,6.25]]); y=np.array([[0.5,2,7]])
io.savemat('v5.mat',{'X':X,'y':y,'name':'text','cell':np.array([[1],['a']],dtype=object)})
io.savemat('v7.mat',{'X':X,'y':y},do_compression=True)
io.savemat('v4.mat',{'X':X,'y':y},format='4')
io.savemat('sparse.mat',{'X':sp.csc_matrix(np.array([[0,2.5],[0,0],[1,0]])),'y':y.T})
io.savemat('complex.mat',{'X':X*1j,'y':y})
io.savemat('single.mat',{'a':X.astype('f4')})
io.savemat('bytes.mat',{'X':np.arange(6,dtype='u1').reshape(3,2),'y':y.astype('i2')})
for n in ('v5','v7','v4'):
    b=open(n+'.mat','rb').read(); open(n+'-cut.mat','wb').write(b[:-9])
