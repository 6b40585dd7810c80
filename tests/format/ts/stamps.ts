@problemName p
@timeStamps true
@data
(0,1):a
