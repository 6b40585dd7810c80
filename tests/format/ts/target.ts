@problemName p
@targetLabel true
@data
1,2:4,5:0.25
2,3:5,6:0.75
