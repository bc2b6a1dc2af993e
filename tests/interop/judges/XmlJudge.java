// Santuario with BouncyCastle: java XmlJudge TASKS; a line of output for each line of tasks (xml_signatures.py).

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.xml.security.algorithms.JCEMapper;
import org.apache.xml.security.algorithms.SignatureAlgorithm;
import org.apache.xml.security.algorithms.SignatureAlgorithmSpi;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.signature.XMLSignatureException;
import org.apache.xml.security.transforms.Transforms;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.ECGOST3410NamedCurveTable;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECNamedCurveParameterSpec;
import org.bouncycastle.jce.spec.ECPrivateKeySpec;
import org.bouncycastle.jce.spec.ECPublicKeySpec;
import org.bouncycastle.math.ec.ECPoint;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

public final class XmlJudge {
    private static final String URN = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:";
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private static final String THINGS = "urn:h";

    /** A GOST signature for Santuario, which knows none. */
    public abstract static class Gost extends SignatureAlgorithmSpi {
        private final String uri;
        private final Signature signature;

        Gost(int bits) throws XMLSignatureException {
            uri = URN + "gostr34102012-gostr34112012-" + bits;
            try {
                String name = "GOST3411-2012-" + bits + "WITHECGOST3410-2012-" + bits;
                signature = Signature.getInstance(name, "BC");
            } catch (GeneralSecurityException error) {
                throw new XMLSignatureException(error);
            }
        }

        private interface Step {
            void run() throws GeneralSecurityException;
        }

        private static void check(Step step) throws XMLSignatureException {
            try {
                step.run();
            } catch (GeneralSecurityException error) {
                throw new XMLSignatureException(error);
            }
        }

        @Override
        protected String engineGetURI() {
            return uri;
        }

        @Override
        protected String engineGetJCEAlgorithmString() {
            return signature.getAlgorithm();
        }

        @Override
        protected String engineGetJCEProviderName() {
            return "BC";
        }

        @Override
        protected void engineUpdate(byte[] input) throws XMLSignatureException {
            check(() -> signature.update(input));
        }

        @Override
        protected void engineUpdate(byte input) throws XMLSignatureException {
            check(() -> signature.update(input));
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) throws XMLSignatureException {
            check(() -> signature.update(input, offset, length));
        }

        @Override
        protected void engineInitSign(Key key) throws XMLSignatureException {
            check(() -> signature.initSign((PrivateKey) key));
        }

        @Override
        protected void engineInitSign(Key key, SecureRandom random) throws XMLSignatureException {
            check(() -> signature.initSign((PrivateKey) key, random));
        }

        @Override
        protected void engineInitSign(Key key, AlgorithmParameterSpec parameters) throws XMLSignatureException {
            engineInitSign(key);
        }

        @Override
        protected void engineInitVerify(Key key) throws XMLSignatureException {
            check(() -> signature.initVerify((PublicKey) key));
        }

        @Override
        protected byte[] engineSign() throws XMLSignatureException {
            try {
                return signature.sign();
            } catch (GeneralSecurityException error) {
                throw new XMLSignatureException(error);
            }
        }

        @Override
        protected boolean engineVerify(byte[] value) throws XMLSignatureException {
            try {
                return signature.verify(value);
            } catch (GeneralSecurityException error) {
                return false;
            }
        }

        @Override
        protected void engineSetParameter(AlgorithmParameterSpec parameters) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void engineSetHMACOutputLength(int length) {
            throw new UnsupportedOperationException();
        }
    }

    public static final class Gost256 extends Gost {
        public Gost256() throws XMLSignatureException {
            super(256);
        }
    }

    public static final class Gost512 extends Gost {
        public Gost512() throws XMLSignatureException {
            super(512);
        }
    }

    private static Document read(String file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder().parse(file);
        Element thing = (Element) document.getElementsByTagNameNS(THINGS, "Thing").item(0);
        thing.setIdAttributeNS(null, "Id", true);
        return document;
    }

    private static X509Certificate certificate(String file) throws Exception {
        try (FileInputStream input = new FileInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509", "BC").generateCertificate(input);
        }
    }

    // BouncyCastle 1.72 reads no keys without digestParamSet, as RFC 9215 wants them on the curves of TC 26.
    private static ECNamedCurveParameterSpec curve(AlgorithmIdentifier algorithm) {
        String oid = ASN1Sequence.getInstance(algorithm.getParameters()).getObjectAt(0).toString();
        switch (oid) {
            case "1.2.643.7.1.2.1.1.2":
                return ECGOST3410NamedCurveTable.getParameterSpec("GostR3410-2001-CryptoPro-A");
            case "1.2.643.7.1.2.1.1.3":
                return ECGOST3410NamedCurveTable.getParameterSpec("GostR3410-2001-CryptoPro-B");
            case "1.2.643.7.1.2.1.1.4":
                return ECGOST3410NamedCurveTable.getParameterSpec("GostR3410-2001-CryptoPro-C");
            case "1.2.643.7.1.2.1.1.1":
                return ECGOST3410NamedCurveTable.getParameterSpec("Tc26-Gost-3410-12-256-paramSetA");
            default:
                return ECGOST3410NamedCurveTable.getParameterSpec("Tc26-Gost-3410-12-512-paramSetC");
        }
    }

    private static BigInteger number(byte[] octets, int from, int to) {
        byte[] reversed = new byte[to - from];
        for (int place = from; place < to; place++) {
            reversed[to - 1 - place] = octets[place];
        }
        return new BigInteger(1, reversed);
    }

    private static boolean isBare(AlgorithmIdentifier algorithm) {
        boolean gost = algorithm.getAlgorithm().getId().startsWith("1.2.643.");
        return gost && ASN1Sequence.getInstance(algorithm.getParameters()).size() == 1;
    }

    private static PublicKey publicKey(X509Certificate certificate) throws Exception {
        SubjectPublicKeyInfo info = new X509CertificateHolder(certificate.getEncoded()).getSubjectPublicKeyInfo();
        if (!isBare(info.getAlgorithm())) {
            return certificate.getPublicKey();
        }
        byte[] point = ASN1OctetString.getInstance(info.parsePublicKey()).getOctets();
        ECNamedCurveParameterSpec curve = curve(info.getAlgorithm());
        int half = point.length / 2;
        ECPoint place = curve.getCurve().createPoint(number(point, 0, half), number(point, half, 2 * half));
        return KeyFactory.getInstance("ECGOST3410-2012", "BC").generatePublic(new ECPublicKeySpec(place, curve));
    }

    private static PrivateKey bare(PrivateKeyInfo info) throws Exception {
        byte[] octets = info.getPrivateKey().getOctets();
        if (octets.length != 32 && octets.length != 64) {
            octets = ASN1OctetString.getInstance(ASN1Primitive.fromByteArray(octets)).getOctets();
        }
        BigInteger scalar = number(octets, 0, octets.length);
        ECPrivateKeySpec made = new ECPrivateKeySpec(scalar, curve(info.getPrivateKeyAlgorithm()));
        return KeyFactory.getInstance("ECGOST3410-2012", "BC").generatePrivate(made);
    }

    private static PrivateKey key(String file) throws Exception {
        String pem = new String(Files.readAllBytes(Paths.get(file)), StandardCharsets.US_ASCII);
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]+-----", ""));
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(der);
        if (isBare(info.getPrivateKeyAlgorithm())) {
            return bare(info);
        }
        String kind = info.getPrivateKeyAlgorithm().getAlgorithm().getId();
        return KeyFactory.getInstance(kind, "BC").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static String verify(String[] task) throws Exception {
        Element element = (Element) read(task[1]).getElementsByTagNameNS(DS, "Signature").item(0);
        PublicKey key = publicKey(certificate(task[2]));
        return String.valueOf(new XMLSignature(element, "").checkSignatureValue(key));
    }

    // sign FILE KEY CERTIFICATE ALGORITHM DIGEST TRANSFORMS INSIDE OUTPUT
    private static String sign(String[] task) throws Exception {
        Document document = read(task[1]);
        Element thing = (Element) document.getElementsByTagNameNS(THINGS, "Thing").item(0);
        XMLSignature signature = new XMLSignature(document, "", task[4], EXCLUSIVE);
        (task[7].equals("inside") ? thing : document.getDocumentElement()).appendChild(signature.getElement());
        Transforms transforms = new Transforms(document);
        for (String uri : task[6].split("\\|")) {
            transforms.addTransform(uri);
        }
        signature.addDocument("#thing-1", transforms, task[5]);
        signature.addKeyInfo(certificate(task[3]));
        signature.sign(key(task[2]));
        Transformer writer = TransformerFactory.newInstance().newTransformer();
        writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        try (OutputStream output = new FileOutputStream(task[8])) {
            writer.transform(new DOMSource(document), new StreamResult(output));
        }
        return "signed";
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        org.apache.xml.security.Init.init();
        if (arguments.length == 0) {
            for (Class<?> one : new Class<?>[] {XMLSignature.class, BouncyCastleProvider.class}) {
                String jar = one.getProtectionDomain().getCodeSource().getLocation().getPath();
                System.out.print(Paths.get(jar).toRealPath().getFileName() + " ");
            }
            System.out.println();
            return;
        }
        SignatureAlgorithm.register(URN + "gostr34102012-gostr34112012-256", Gost256.class);
        SignatureAlgorithm.register(URN + "gostr34102012-gostr34112012-512", Gost512.class);
        for (int bits : new int[] {256, 512}) {
            JCEMapper.Algorithm digest = new JCEMapper.Algorithm("", "GOST3411-2012-" + bits, "MessageDigest");
            JCEMapper.register(URN + "gostr34112012-" + bits, digest);
        }
        for (String line : Files.readAllLines(Paths.get(arguments[0]))) {
            String[] task = line.split("\t");
            String said;
            try {
                said = task[0].equals("sign") ? sign(task) : verify(task);
            } catch (Exception error) {
                said = "error " + error;
            }
            System.out.println(said.replaceAll("\\s+", " "));
        }
    }
}
