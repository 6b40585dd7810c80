# words
@problemName p
@timeStamps false
@univariate true
@classLabel true up down
@data
1,2,3
