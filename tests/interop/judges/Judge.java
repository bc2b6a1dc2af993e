// JAX-WS: Judge BASE_URL RECIPIENT MARK REFERRAL.xml; compiled with what wsimport makes of the served address.

import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import javax.xml.bind.JAXBContext;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Holder;
import mse.x.document._1.Address;
import mse.x.document._1.Confidentiality;
import mse.x.document._1.DocumentId;
import mse.x.document._1.DocumentSetId;
import mse.x.document._1.Organization;
import mse.x.document._1.Referral;
import mse.x.document._1.SignedReferral;
import mse.x.document._1.VkProtocol;
import mse.x.exchange._1.Errors;
import mse.x.exchange._1.FetchReferralsRequest;
import mse.x.exchange._1.FetchReferralsResponse;
import mse.x.exchange._1.File;
import mse.x.exchange._1.GetReferralStatusRequest;
import mse.x.exchange._1.GetServiceInformationRequest;
import mse.x.exchange._1.GetServiceInformationResponse;
import mse.x.exchange._1.SubmitReferralRequest;
import mse.x.exchange._1.UploadAttachmentPartRequest;
import mse.x.exchange._1.UploadAttachmentPartResponse;
import mse.x.service._1.BureauPortType;
import mse.x.service._1.BureauService;
import mse.x.service._1.InformationPortType;
import mse.x.service._1.InformationService;
import mse.x.service._1.ReferralPortType;
import mse.x.service._1.ReferralService;
import ru.gosuslugi.smev.rev120315.MessageData;
import ru.gosuslugi.smev.rev120315.MessageType;
import ru.gosuslugi.smev.rev120315.OrgExternalType;
import ru.gosuslugi.smev.rev120315.StatusType;
import ru.gosuslugi.smev.rev120315.TypeCodeType;

public final class Judge {
    // The sender of each call, as in calls.py.
    private static final String UNSIGNED = "MISA01001";
    private static final String HOSPITAL = "MISJ01001";
    private static final String BUREAU = "BURO09001";
    private static final String STRANGER = "PGUA01001";
    private static final byte[] CONTENT = "%PDF-1.4 \0\u00ff interop".getBytes(StandardCharsets.ISO_8859_1);
    private static final String SHA256 = "7483d9d52ae10992212dae700a4a509bb4fa135325924ad0ded748b782b996a9";
    private static final int TIMEOUT = 30_000;

    private final String recipient;
    private final String mark;

    private interface Operation {
        void call(Holder<MessageType> message, Holder<MessageData> data);
    }

    private interface Filling {
        void fill(MessageData.AppData data) throws Exception;
    }

    private Judge(String recipient, String mark) {
        this.recipient = recipient;
        this.mark = mark;
    }

    public static void main(String[] args) throws Exception {
        new Judge(args[1], args[2]).run(args[0], new java.io.File(args[3]));
    }

    private void run(String baseUrl, java.io.File file) throws Exception {
        ReferralPortType referral = new ReferralService(wsdl(baseUrl, "referral")).getReferralPort();
        BureauPortType bureau = new BureauService(wsdl(baseUrl, "bureau")).getBureauPort();
        InformationPortType information = new InformationService(wsdl(baseUrl, "information")).getInformationPort();
        for (Object port : List.of(referral, bureau, information)) {
            bounded((BindingProvider) port);
        }
        System.out.println("generated");
        call("unsigned", UNSIGNED, referral::getReferralStatus, data -> data.setGetReferralStatusRequest(status()));
        call("upload", HOSPITAL, referral::uploadAttachmentPart, data -> data.setUploadAttachmentPartRequest(upload()));
        call("fields", HOSPITAL, referral::submitReferral, data -> data.setSubmitReferralRequest(fields()));
        call("referral", HOSPITAL, referral::submitReferral, data -> data.setSubmitReferralRequest(complete(file)));
        call("fetch", BUREAU, bureau::fetchReferrals, data -> data.setFetchReferralsRequest(fetch()));
        call("information", STRANGER, information::getServiceInformation,
            data -> data.setGetServiceInformationRequest(conditions()));
    }

    private static URL wsdl(String baseUrl, String name) throws Exception {
        return new URL(baseUrl + "/ws/" + name + "?wsdl");
    }

    private static void bounded(BindingProvider port) {
        port.getRequestContext().put("com.sun.xml.ws.connect.timeout", TIMEOUT);
        port.getRequestContext().put("com.sun.xml.ws.request.timeout", TIMEOUT);
    }

    private void call(String name, String sender, Operation operation, Filling filling) throws Exception {
        MessageData.AppData request = new MessageData.AppData();
        filling.fill(request);
        MessageData content = new MessageData();
        content.setAppData(request);
        Holder<MessageType> message = new Holder<>(message(sender));
        Holder<MessageData> data = new Holder<>(content);
        operation.call(message, data);
        System.out.println(name + "|" + message.value.getStatus() + "|" + facts(data.value.getAppData()));
    }

    private MessageType message(String sender) throws Exception {
        MessageType made = new MessageType();
        made.setSender(system(sender));
        made.setRecipient(system(recipient));
        made.setTypeCode(TypeCodeType.GSRV);
        made.setStatus(StatusType.REQUEST);
        made.setDate(calendar(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
        made.setExchangeType("2");
        return made;
    }

    private static OrgExternalType system(String code) {
        OrgExternalType made = new OrgExternalType();
        made.setCode(code);
        made.setName(code);
        return made;
    }

    private static XMLGregorianCalendar calendar(String text) throws Exception {
        return DatatypeFactory.newInstance().newXMLGregorianCalendar(text);
    }

    private GetReferralStatusRequest status() {
        GetReferralStatusRequest made = new GetReferralStatusRequest();
        made.setRequestId(mark + "-unsigned");
        made.setReferralNumber("2026/1");
        return made;
    }

    private UploadAttachmentPartRequest upload() {
        UploadAttachmentPartRequest made = new UploadAttachmentPartRequest();
        made.setRequestId(mark + "-upload");
        made.setUploadId(mark);
        made.setOffset(0);
        made.setTotalSize(CONTENT.length);
        made.setSha256(SHA256);
        made.setContent(CONTENT);
        return made;
    }

    private FetchReferralsRequest fetch() {
        FetchReferralsRequest made = new FetchReferralsRequest();
        made.setRequestId(mark + "-fetch");
        made.setMaxItems(10);
        return made;
    }

    private GetServiceInformationRequest conditions() throws Exception {
        GetServiceInformationRequest made = new GetServiceInformationRequest();
        made.setRequestId(mark + "-information");
        made.setOnDate(calendar("2026-11-02"));
        return made;
    }

    private SubmitReferralRequest fields() throws Exception {
        SignedReferral signed = new SignedReferral();
        signed.setReferral(referral());
        SubmitReferralRequest made = new SubmitReferralRequest();
        made.setRequestId(mark + "-fields");
        made.setSignedReferral(signed);
        made.getFile().add(attached());
        return made;
    }

    private Referral referral() throws Exception {
        Referral made = new Referral();
        made.setId("referral");
        DocumentId documentId = new DocumentId();
        documentId.setRoot("1.2.643.5.1.13.13.12.2.77.7975.100.1.1.51");
        documentId.setExtension(mark);
        made.setDocumentId(documentId);
        DocumentSetId documentSetId = new DocumentSetId();
        documentSetId.setRoot("1.2.643.5.1.13.13.12.2.77.7975.100.1.1.50");
        documentSetId.setExtension(mark);
        made.setDocumentSetId(documentSetId);
        made.setVersionNumber(1);
        made.setDocumentKind("121");
        made.setCreatedAt(calendar("2026-11-02T09:30:00Z"));
        made.setConfidentialityCode(Confidentiality.N);
        made.setOrganization(organization());
        VkProtocol protocol = new VkProtocol();
        protocol.setNumber("12-Ж");
        protocol.setDate(calendar("2026-11-01"));
        made.setVkProtocol(protocol);
        made.setIssueDate(calendar("2026-11-02"));
        made.setHomeExamination(false);
        made.setPalliativeCare(true);
        made.setPrimaryProsthetics(false);
        made.getPurposes().addAll(List.of("1", "10"));
        made.setReferralOrder("2");
        return made;
    }

    private static Organization organization() {
        Address address = new Address();
        address.setSubjectCode("77");
        address.setText("г. Москва, ул. Ёлочная, д. 1");
        Organization made = new Organization();
        made.setOid("1.2.643.5.1.13.13.12.2.77.7975");
        made.setName("ГБУЗ «Больница» & филиал");
        made.setAddress(address);
        made.setOgrn("1027700132195");
        made.getPhone().addAll(List.of("+74950000001", "+74950000002"));
        made.setIsState(true);
        return made;
    }

    private static File attached() {
        File made = new File();
        made.setName("Приложение.pdf");
        made.setDocumentType("1");
        made.setMediaType("application/pdf");
        made.setSize(CONTENT.length);
        made.setSha256(SHA256);
        made.setContent(CONTENT);
        return made;
    }

    // A complete referral is read into the generated classes: an element unknown to them ends the reading.
    private static SubmitReferralRequest complete(java.io.File file) throws Exception {
        var reader = JAXBContext.newInstance(SubmitReferralRequest.class).createUnmarshaller();
        reader.setEventHandler(event -> false);
        return (SubmitReferralRequest) reader.unmarshal(file);
    }

    private static String facts(MessageData.AppData data) {
        Errors errors = data.getErrors();
        if (errors != null) {
            return "Errors|" + errors.getError().stream()
                .map(one -> one.getCode() + " " + one.getPath()).collect(Collectors.joining(";"));
        }
        UploadAttachmentPartResponse uploaded = data.getUploadAttachmentPartResponse();
        if (uploaded != null) {
            return "UploadAttachmentPartResponse|" + uploaded.getReceived() + " " + uploaded.isComplete();
        }
        FetchReferralsResponse fetched = data.getFetchReferralsResponse();
        if (fetched != null) {
            return "FetchReferralsResponse|" + fetched.getItem().size() + " " + fetched.getRetryAfterSeconds()
                + " " + fetched.isMoreAvailable();
        }
        GetServiceInformationResponse conditions = data.getGetServiceInformationResponse();
        return "GetServiceInformationResponse|" + conditions.getOnDate() + " " + conditions.getSection().size()
            + " " + conditions.getTerm().size();
    }
}
