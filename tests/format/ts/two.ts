# words
@problemName p
@timeStamps false
@univariate true
@classLabel true up down
@data
1,2,3:up
3,2,1.5:down
0,1,2:up
