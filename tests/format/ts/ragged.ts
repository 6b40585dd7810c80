# words
@problemName p
@timeStamps false
@univariate true
@classLabel true up down
@data
1,2,3:up
3,2:down
