# Makes the files of this folder.  The tests do not run it.
def w(n,s): open(n,'w').write(s)
w('weather.arff',"""% weather
@RELATION weather
@attribute outlook {sunny, overcast, 'light rain'}
@attribute 'temp C' real
@attribute windy {no, yes}
@attribute play {stay, go}
@data
sunny, 30.5, no, stay
overcast,28,yes,go   
'light rain', 21, no, go
% comment
sunny,22,yes,stay
""")
w('sparse.arff',"@relation s\n@attribute a numeric\n@attribute b numeric\n@attribute c numeric\n@data\n{0 1.5, 2 3}\n{1 -2}\n{}\n")
w('missing.arff',"@relation m\n@attribute a real\n@attribute b real\n@data\n?,1\n2,2.5\n4,3\n")
w('type.arff',"@relation t\n@attribute a crap\n@data\n1\n")
w('value.arff',"@relation t\n@attribute a {x,y}\n@attribute b real\n@data\nz,1\n")
w('ragged.arff',"@relation t\n@attribute a real\n@attribute b real\n@data\n1,2\n1\n")
w('no-data.arff',"@relation t\n@attribute a real\n")
w('quote.arff',"@relation t\n@attribute 'a real\n@data\n1\n")
w('text.arff',"@relation t\n@attribute a string\n@attribute b real\n@data\nhello,1\n")
w('index.arff',"@relation t\n@attribute a real\n@attribute b real\n@data\n{7 1}\n")
