"""Known answers of the probe: what a library must get right before anything is entrusted to it.

Digests: RFC 6986 section 10 (messages M1 and M2; the RFC prints the octets in reverse order), and GOST R
34.11-94 with CryptoPro parameters of "abc". Signatures: the examples of RFC 7091 section 7 for the two test
curves; for the others a signature that OpenSSL with its GOST engine made over the Streebog digest of M1. The
private keys were made for this table and protect nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from signing.gost.backend import GostDigest
from signing.gost.curves import CURVES
from signing.gost.keys import GostPrivateKey, GostPublicKey

M1 = b"012345678901234567890123456789012345678901234567890123456789012"
M2 = "Се ветри, Стрибожи внуци, веютъ с моря стрелами на храбрыя плъкы Игоревы".encode("cp1251")

DIGESTS: Mapping[GostDigest, tuple[tuple[bytes, str], ...]] = MappingProxyType(
    {
        GostDigest.STREEBOG_256: (
            (M1, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"),
            (M2, "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"),
        ),
        GostDigest.STREEBOG_512: (
            (
                M1,
                (
                    "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
                    "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"
                ),
            ),
            (
                M2,
                (
                    "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376"
                    "035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"
                ),
            ),
        ),
        GostDigest.GOST_94: ((b"abc", "b285056dbf18d7392d7677369524dd14747459ed8143997e163b2986f92fd42c"),),
    }
)
"""Message and digest, in hexadecimal, in the order of octets that OpenSSL and CryptoPro print."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One signature known to hold, with both keys; all in hexadecimal.

    Attributes:
        scalar: The private number, big-endian.
        point: The public point as `GostPublicKey` has it.
        digest: What is signed.
        signature: s, then r.
    """

    oid: str
    scalar: str
    point: str
    digest: str
    signature: str

    def public_key(self) -> GostPublicKey:
        """Return the public key as it is written here."""
        return GostPublicKey(CURVES[self.oid], bytes.fromhex(self.point))

    def private_key(self) -> GostPrivateKey:
        """Return the private key."""
        return _private_key(self)


@cache
def _private_key(answer: Answer) -> GostPrivateKey:
    """Derive the public point once for all backends: it takes up to 25 milliseconds."""
    return GostPrivateKey(CURVES[answer.oid], int(answer.scalar, 16))


_ANSWERS: Mapping[str, tuple[str, str, str, str]] = {
    "1.2.643.2.2.35.0": (
        "7a929ade789bb9be10ed359dd39a72c11b60961f49397eee1d19ce9891ec3b28",
        (
            "0bd86fe5d8db89668f789b4e1dba8585c5508b45ec5b59d8906ddb70e2492b7fda77ff871a10fbdf2766d293c5d164af"
            "bb3c7b973a41c885d11d70d689b4f126"
        ),
        "e53e042b67e6ec678e2e02b12a0352ce1fc6eee0529cc088119ad872b3c1fb2d",
        (
            "01456c64ba4642a1653c235a98a60249bcd6d3f746b631df928014f6c5bf9c4041aa28d2f1ab148280cd9ed56feda419"
            "74053554a42767b83ad043fd39dc0493"
        ),
    ),
    "1.2.643.7.1.2.1.2.0": (
        (
            "0ba6048aadae241ba40936d47756d7c93091a0e8514669700ee7508e508b102072e8123b2200a0563322dad2827e2714"
            "a2636b7bfd18aadfc62967821fa18dd4"
        ),
        (
            "e1ef30d52c6133ddd99d1d5c41455cf7df4d8b4c925bbc69af1433d15658515add2146850c325c5b81c133be655aa8c4"
            "d440e7b98a8d59487b0c7696bcc55d11ecbe7736a9ec357ff2fd39931f4e114cb8cda359270ac7f0e7ff43d9419419ea"
            "61fd2ab77f5d9f63523d3b50a04f63e2a0cf51b7c13adc21560f0bd40cc9c737"
        ),
        (
            "8c5b0772297d77c64f0c561ddbde7a405a5d7c646c97394341f4936553ee847191c5b03570141da733c570c1f9b6091b"
            "53ab8d4d7c4a4f5c61e0c9accff35437"
        ),
        (
            "1081b394696ffe8e6585e7a9362d26b6325f56778aadbc081c0bfbe933d52ff5823ce288e8c4f362526080df7f70ce40"
            "6a6eeb1f56919cb92a9853bde73e5b4a2f86fa60a081091a23dd795e1e3c689ee512a3c82ee0dcc2643c78eea8fcacd3"
            "5492558486b20f1c9ec197c90699850260c93bcbcd9c5c3317e19344e173ae36"
        ),
    ),
    "1.2.643.2.2.35.1": (
        "d62d2cbd7d6474dc197efd0d8d11fc3d3daa0b4c35ac7e13e9739e33b878e16a",
        (
            "06e429a236a5eed02d42ef50bb1865d7a617f3bba6689b4e428a937c275df7ea6655090978d78efb178cbf3fbef8c5be"
            "cf67d612e1ed73296a55766aadab6d17"
        ),
        "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500",
        (
            "6b353b0cd2cdf7c3fae3b71ce8c75a6bb49061f6d8bc12c82dd8d7876f2d394be62f53bbc6a0c26f4c107c4cd05d63c6"
            "06fda55ad8fa3ac98906bcb2927d1cc2"
        ),
    ),
    "1.2.643.2.2.35.2": (
        "4200eb59180128b0663b2541119eaebe147e0f97ef478115f3c57f8eb156d773",
        (
            "e328bd23c8f5087260aa91deb7913ef79ed774ff881d6139dacf7efee97d661c1e790c0e78a7dcfe000b12a0faf6497e"
            "e20f0fdad114604f01e2616c58eb5d24"
        ),
        "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500",
        (
            "7f0b3d91f20989db5416c39b42652b2a93209f7ea6849574f2c1b6202ec2304439b8370b49a5b0957765d5fa67697740"
            "c2b473775b3397e6ee2c4db4924b39ca"
        ),
    ),
    "1.2.643.2.2.35.3": (
        "0b0a7548b91bccbfd05b88adbf83be64f17a833333de779dc3f24ed8328b3232",
        (
            "72d805f2b2d607fc43c0ff699623325b77f8d1fba807513caf297fe71a46d035815cb48641fb43c8274e8e275483dc58"
            "d511b2c1c921259268dd04b637674558"
        ),
        "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500",
        (
            "57f6e8a6148b4af3167e78eb71aecdfe83150faa2534c36d52d0b58267f929b934432a17a96c93b2649e9bac8363a7bf"
            "551a43b139ad1000a4693e6d7f9867a6"
        ),
    ),
    "1.2.643.7.1.2.1.1.1": (
        "06a2ea32b647c2a8d1ce41c01cacb7d5628c81e50e9783f9cfca49ef392814b9",
        (
            "2e5299c03e1f70dec05e96a8c005316d6bce7d2d17df3aff48b9371ddca855385a830619ef194f9c8424224b988152fa"
            "d5be5d5d4404da48da631ec30a514ba8"
        ),
        "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500",
        (
            "06d56d8b67b73cb0e7b921e32d17a8926f9c13545521b7d0c9a03c03edec6bea2e6b872c670319c58596465c516a7e49"
            "a691cb0398c017056d3f0b1bb5bd9108"
        ),
    ),
    "1.2.643.7.1.2.1.2.1": (
        (
            "80cb285732a6b06cdf9bb4c6007e0f065f67c739542272d355159d1c2b4a46b1e19f15f3cec24de974ec6f23025f6701"
            "18d120531de2d8a53c9b2249d2042c34"
        ),
        (
            "b1e931f6d7eb183aeb186fc87e0e91abf8e80d2aad21d87f10f6a93651edb2cce105812e67d74ef625bd6cfbdd1a0508"
            "76452d1cca210535efb749c23203e6f2511f77f8f2f53eb0837862dcd67714b09dcb6fe158fb61033b7e35183a46f404"
            "d6b6625cb54c96a18d9316c4c0297f1556f827c944c5297035b5b0a442835927"
        ),
        (
            "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311"
            "e2a481332b08ef7f41797891c1646f48"
        ),
        (
            "5b58926734e9520754bb420b04e8657fb083c56239240407147a3c2b11fab65bf06f3032e2ef3de051693ac0e933575f"
            "700d0844f1d495451cc001b896e336d479f05799372636ef67323ef4184433402f4b35b52e9acc44a6f2f5ed603898a3"
            "4bd95645b2f211fe2853fdf8e409f10f5248abefb080d527178de68472630fe7"
        ),
    ),
    "1.2.643.7.1.2.1.2.2": (
        (
            "7a8ba29381261df799979bace0ae740b94e670e53c1a2eecf69d49e522c19f2b046484823c9f3b855a8a87c95e857a05"
            "bf43ea60f000ceae05eafef49f2d0001"
        ),
        (
            "4de004c02edb3871f219ed278735abe4e81faa31d77e37b65675ac6e0bdf7b84768ef3e3fada59e2bfec99442f9c2293"
            "9040d389b20522dfe2418404acf04b70d7d6f5dc75b3c97e8d8311608d9f0ec6b9ead5bb828865aab8987d79a7cf3e64"
            "8e16812520e2483a8cb940d1490114178e9fd88f6b9ee0ec5d96c33c33151847"
        ),
        (
            "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311"
            "e2a481332b08ef7f41797891c1646f48"
        ),
        (
            "14f8d8a68f810c635695e55a0f63d3adebbd223b44b20a9425eb649986670e3da02ac8beb9cc6eef73b86fae40e6b8ac"
            "17acda36324aada7aeac1cfa22023b422695e683eaebe575c65a73d0bafb19ae54d06c30620356a48071c6c0166d0226"
            "e84da2c06367ac3de7a12936ad7e1280a7b8153653b90c16457d21d72fdadb24"
        ),
    ),
    "1.2.643.7.1.2.1.2.3": (
        (
            "3f32d1139ed84d67b5523c6ecdb4efb7f89e571d75be184af3f9f07ae20c0708c19c7438784f4afbfc4139da2a2a7f3c"
            "9aca141847c55398b0d67ecb22c2aa32"
        ),
        (
            "26a1b16e1d4c83de16ec223998e4441dcfa45ed3258fb1489fd7210b5afeb3b5621731ebebb8410a221eb45aab76cba0"
            "f67493ac807e6df55696f0bcb26ff94e6639556c041a49f2ce2d7a65d1387b76f7eec461c72f67d1ec2a3edfda116bc9"
            "b3d1bfdadb9d84f5ecd4e16a0f305d3ab631afe9d3a1659dda9087d9557c1c3a"
        ),
        (
            "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311"
            "e2a481332b08ef7f41797891c1646f48"
        ),
        (
            "085f1de9324ef192b0eedc546a1cd16c51f978b5286df0761b0d81f0a2f95629c0a1c7a74d20913b50aeeb747ed93366"
            "195e768f582ea65c017a114b4d4069a81d86aa023c5ca2ffd98cc72e4268280d4ad26efed6e86a9950e3db41033103e2"
            "d0292ed02fe8a2d82106f3746de226c960c0293ccc7019c4ff53d50bb0a05d6a"
        ),
    ),
}

ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {oid: Answer(oid, *values) for oid, values in _ANSWERS.items()}
)
"""One signature for each parameter set, by the OID of the set."""
