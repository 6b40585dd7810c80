"""run_onnx.py MODEL INPUT -- check an ONNX model and print what it predicts.

The operators that cvxnn writes, computed with numpy, for onnx releases without
a reference evaluator.

Copyright (C) 2026 the cvxnn authors.  GPL-3.0-or-later, see COPYING.
"""
import sys

import numpy as np
import onnx
from onnx import numpy_helper

OPERATORS = {
    "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Add": np.add,
    "Equal": np.equal, "GreaterOrEqual": np.greater_equal, "Where": np.where,
    "Relu": lambda a: np.maximum(a, 0), "Identity": lambda a: a,
}

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
graph = model.graph
shape = graph.input[0].type.tensor_type.shape
x = np.loadtxt(sys.argv[2], delimiter=",", skiprows=1, ndmin=2)
x = x[:, :shape.dim[1].dim_value]
value = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
value[graph.input[0].name] = x
for node in graph.node:
    args = [value[name] for name in node.input]
    given = {a.name: onnx.helper.get_attribute_value(a)
             for a in node.attribute}
    if node.op_type == "Gemm":
        b = args[1].T if given.get("transB") else args[1]
        out = args[0] @ b + (args[2] if len(args) > 2 else 0)
    elif node.op_type == "ReduceL2":
        out = np.linalg.norm(args[0], axis=given["axes"][0], keepdims=True)
    else:
        out = OPERATORS[node.op_type](*args)
    value[node.output[0]] = out
for row in value[graph.output[0].name]:
    print(",".join("%.17g" % v for v in row))
