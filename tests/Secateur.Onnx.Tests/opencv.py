"""Runs an ONNX file in OpenCV's DNN module: opencv.py MODEL INPUT HEIGHT WIDTH OUT; INPUT and OUT are float32, OUT holds all results by name, in order of names."""
import sys

import cv2
import numpy

model, source, height, width, target = sys.argv[1:]
network = cv2.dnn.readNetFromONNX(model)
network.setInput(numpy.fromfile(source, numpy.float32).reshape(1, 3, int(height), int(width)))
names = sorted(network.getUnconnectedOutLayersNames())
numpy.concatenate([result.ravel() for result in network.forward(names)]).tofile(target)
print(*names)
