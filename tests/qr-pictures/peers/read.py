"""Reads pictures with another decoder: read.py zxing-cpp|opencv|zbar.

On standard input, again and again: a line "WIDTH HEIGHT", then the grey pixels. On standard output: first a line with the
decoder's name and version, then for each picture a line of JSON: the milliseconds it took, and the payloads in hexadecimal.
The time is that of the decoder's call alone.
"""
import importlib.metadata
import json
import sys
import time

import numpy


def zxing_cpp():
    import zxingcpp

    qr = zxingcpp.BarcodeFormat.QRCode
    read = lambda picture: zxingcpp.read_barcodes(picture, formats=qr)
    return "zxing-cpp", read, lambda found: [code.bytes for code in found]


def opencv():
    import cv2

    detector = cv2.QRCodeDetector()
    text = lambda found: [found[0] if isinstance(found[0], bytes) else found[0].encode()]
    read = getattr(detector, "detectAndDecodeBytes", detector.detectAndDecode)
    return "opencv-python-headless", read, lambda found: [payload for payload in text(found) if payload]


def zbar():
    from pyzbar import pyzbar

    read = lambda picture: pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return "pyzbar", read, lambda found: [code.data for code in found]


package, read, payloads = {"zxing-cpp": zxing_cpp, "opencv": opencv, "zbar": zbar}[sys.argv[1]]()
print(package, importlib.metadata.version(package), flush=True)
while line := sys.stdin.buffer.readline():
    width, height = map(int, line.split())
    picture = numpy.frombuffer(sys.stdin.buffer.read(width * height), numpy.uint8).reshape(height, width)
    start = time.perf_counter()
    try:
        found = read(picture)
    except Exception:  # some raise where they find half a code
        found = None
    milliseconds = (time.perf_counter() - start) * 1000
    hexadecimal = [payload.hex() for payload in payloads(found)] if found is not None else []
    print(json.dumps({"ms": milliseconds, "payloads": hexadecimal}), flush=True)
