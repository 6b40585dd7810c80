# Makes the files of this folder.  The tests do not run it.
def w(n,s): open(n,'w').write(s)
h="# words\n@problemName p\n@timeStamps false\n@univariate true\n@classLabel true up down\n@data\n"
w('two.ts',h+"1,2,3:up\n3,2,1.5:down\n0,1,2:up\n")
w('ragged.ts',h+"1,2,3:up\n3,2:down\n")
w('no-class.ts',h+"1,2,3\n")
w('target.ts',"@problemName p\n@targetLabel true\n@data\n1,2:4,5:0.25\n2,3:5,6:0.75\n")
w('stamps.ts',"@problemName p\n@timeStamps true\n@data\n(0,1):a\n")
w('text.ts',h+"1,x,3:up\n")
