"""Images for the gallery: crosses (0) and rings (1) of 12 x 12 pixels."""
import gzip
import random
import struct

random.seed(1)
images, labels = bytearray(), bytearray()
for k in range(160):
    kind = k % 2
    cx, cy = 5.5 + random.uniform(-1, 1), 5.5 + random.uniform(-1, 1)
    size = random.uniform(3, 4.5)
    for r in range(12):
        for c in range(12):
            dx, dy = abs(c - cx), abs(r - cy)
            if kind:
                near = abs((dx * dx + dy * dy) ** 0.5 - size)
            else:
                near = min(dx, dy) if max(dx, dy) < size else 9
            v = 230 * max(0, 1 - near / 1.2) + random.uniform(0, 50)
            images.append(min(255, int(v)))
    labels.append(kind)
for name, head, body in (
        ("shapes-idx3-ubyte.gz", struct.pack(">4I", 0x803, 160, 12, 12),
         images),
        ("shapes-idx1-ubyte.gz", struct.pack(">2I", 0x801, 160), labels)):
    with open(name, "wb") as out:
        out.write(gzip.compress(head + body, 9, mtime=0))
