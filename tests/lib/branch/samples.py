"""Files like those that phones ask for. Each is well formed where a proxy may look, and differs from phone to phone."""

import hashlib
import random
import struct
import zipfile
import io


def device_config(device, cluster, address):
    """SEP<MAC>.cnf.xml"""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<device>
 <fullConfig>true</fullConfig>
 <deviceProtocol>SIP</deviceProtocol>
 <devicePool>
  <dateTimeSetting><dateTemplate>D.M.Y</dateTemplate><timeZone>W. Europe Standard/Daylight Time</timeZone></dateTimeSetting>
  <callManagerGroup><members><member priority="0"><callManager>
   <name>{cluster}</name><ports><sipPort>5060</sipPort></ports><processNodeName>{address}</processNodeName>
  </callManager></member></members></callManagerGroup>
 </devicePool>
 <sipProfile><sipLines><line button="1"><featureID>9</featureID><featureLabel>{device}</featureLabel>
  <name>{int(hashlib.sha256(device.encode()).hexdigest(), 16) % 9000 + 1000}</name></line></sipLines></sipProfile>
 <loadInformation>sip88xx.14-2-1-0001-14</loadInformation>
 <userLocale><name>German_Germany</name><langCode>de_DE</langCode></userLocale>
</device>
""".encode()


def _field(tag, value):
    return struct.pack("!BH", tag, len(value)) + value


def trust_list(device, cluster):
    """ITLSEP<MAC>.tlv: a header and three records of the trust list's tag, length, value form; the signature is only bytes
    of the right size."""
    noise = random.Random(device)
    subject = f"CN={cluster};OU=voice;O=Example;L=Branch;ST=BB;C=DE".encode() + b"\0"
    records = b""
    for role in (0, 3, 21):
        body = b"".join(
            [
                _field(2, f"{cluster}.example.com".encode() + b"\0"),
                _field(3, subject),
                _field(4, struct.pack("!H", role)),
                _field(5, subject),
                _field(6, noise.randbytes(16)),
                _field(7, noise.randbytes(270)),
                _field(8, noise.randbytes(256)),
            ]
        )
        records += _field(1, struct.pack("!H", 5 + len(body))) + body
    signer = _field(3, b"") + _field(4, subject) + _field(5, noise.randbytes(16)) + _field(6, subject)
    tail = (
        signer
        + _field(7, b"")
        + _field(8, b"\x00")
        + _field(9, b"\x01")
        + _field(10, b"\x00\x00")
        + _field(11, b"\x00\x01")
        + _field(12, noise.randbytes(256))
        + _field(14, f"ITL{device}.tlv".encode() + b"\0")
        + _field(15, struct.pack("!I", 1700000000))
    )
    version = _field(1, b"\x01\x02")
    return version + _field(2, struct.pack("!H", len(version) + 5 + len(tail))) + tail + records


def ring_list():
    ring = " <Ring><DisplayName>Ring {0}</DisplayName><FileName>ring{0}.rwb</FileName></Ring>\n"
    rings = "".join(ring.format(number) for number in range(1, 30))
    return f"<CiscoIPPhoneRingList>\n{rings}</CiscoIPPhoneRingList>\n".encode()


def locale(language):
    """A .jar as a locale is: a ZIP archive with a properties file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        noise = random.Random(language)
        text = "".join(f"prompt.{n}={language} {noise.getrandbits(64):x}\n" for n in range(2000))
        archive.writestr(zipfile.ZipInfo(f"{language}/prompts.properties", (2026, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def firmware(size=1_000_003):
    return random.Random("firmware").randbytes(size)
