"""Which shared libraries an ELF file asks for, read from its dynamic section (System V ABI, chapter 5). 64 bits, little-endian."""

import struct


def needed(data):
    """The names of the libraries, in order, or None if `data` is no ELF program or library."""
    if data[:6] != b"\x7fELF\x02\x01":
        return None
    table, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQ", data, table + size * number) for number in range(count)]
    names, strings = [], None
    for kind, _, offset, _, _, length in segments:
        if kind != 2:  # PT_DYNAMIC
            continue
        for at in range(offset, offset + length, 16):
            tag, value = struct.unpack_from("<qQ", data, at)
            if tag == 1:  # DT_NEEDED
                names.append(value)
            elif tag == 5:  # DT_STRTAB, an address; the segment that holds it says where in the file.
                strings = next(o + value - a for k, _, o, a, _, s in segments if k == 1 and a <= value < a + s)
            elif tag == 0:
                break
    return [data[strings + name : data.index(b"\0", strings + name)].decode() for name in names]
