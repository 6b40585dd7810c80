# Makes the files of this folder.  The tests do not run it.
import struct
open('six.raw','wb').write(struct.pack('<6f',1.5,2,0.5,4,5,2.25))
