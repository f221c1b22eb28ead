"""Python as a peer of the conversion table.

    converters.py version
    converters.py FROM TO       one line of hex digits in, one line out: what it becomes, or ! where it is refused

Each line is a whole text.
"""

import codecs
import platform
import sys

if sys.argv[1:] == ["version"]:
    print(platform.python_version())
    sys.exit()
decode, encode = codecs.lookup(sys.argv[1]).decode, codecs.lookup(sys.argv[2]).encode
lines = []
for line in sys.stdin:
    try:
        lines.append(encode(decode(bytes.fromhex(line), "strict")[0], "strict")[0].hex().upper())
    except UnicodeError:
        lines.append("!")
sys.stdout.write("\n".join(lines + [""]))
