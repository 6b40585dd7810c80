# Makes the files of this folder.  The tests do not run it.
import zipfile, tarfile, io
a=b'x,y\n1,0.5\n2,2.5\n'; b=b'x,y\n3,4.5\n7,8\n'
def z(n,files,how=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(n,'w',how) as f:
        for k,v in files: f.writestr(zipfile.ZipInfo(k),v,how)
def t(n,mode,files):
    with tarfile.open(n,mode) as f:
        for k,v in files:
            i=tarfile.TarInfo(k); i.size=len(v); f.addfile(i,io.BytesIO(v))
z('one.zip',[('__MACOSX/._a.csv',b'\0'),('d/a.csv',a)]); z('two.zip',[('a.csv',a),('b.csv',b)],zipfile.ZIP_STORED)
t('one.tar','w',[('a.csv',a)]); t('two.tar.gz','w:gz',[('a.csv',a),('../b.csv',b)]); t('two.tar.xz','w:xz',[('a.csv',a),('b.csv',b)])
z('none.zip',[('.hidden',b'')])
