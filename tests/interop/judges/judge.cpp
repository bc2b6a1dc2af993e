// gSOAP: judge BASE_URL RECIPIENT MARK REFERRAL.xml; built with what wsdl2h and soapcpp2 make of the served address.
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "soapReferralBindingProxy.h"
#include "ReferralBinding.nsmap"

// The sender of each call, as in calls.py.
static const char *const UNSIGNED = "MISA01001";
static const char *const HOSPITAL = "MISJ01001";
static const char *const BUREAU = "BURO09001";
static const char *const STRANGER = "PGUA01001";
static const unsigned char CONTENT[] = "%PDF-1.4 \x00\xff interop";
static const int SIZE = sizeof(CONTENT) - 1;
static const char *const SHA256 = "7483d9d52ae10992212dae700a4a509bb4fa135325924ad0ded748b782b996a9";
static const int SECONDS = 30;

static std::string base_url, recipient, mark;

#define SELECT(data, name) \
    (data)->__union_MessageData_AppData = SOAP_UNION__smev__union_MessageData_AppData_ex__##name; \
    (data)->union_MessageData_AppData.ex__##name
#define IS(data, name) ((data)->__union_MessageData_AppData == SOAP_UNION__smev__union_MessageData_AppData_ex__##name)
#define GET(data, name) ((data)->union_MessageData_AppData.ex__##name)

static smev__OrgExternalType *organization(struct soap *soap, const std::string &code) {
    smev__OrgExternalType *made = soap_new_smev__OrgExternalType(soap);
    made->Code = made->Name = code;
    return made;
}

static smev__MessageType *message(struct soap *soap, const char *sender) {
    smev__MessageType *made = soap_new_smev__MessageType(soap);
    made->Sender = organization(soap, sender);
    made->Recipient = organization(soap, recipient);
    made->TypeCode = smev__TypeCodeType__GSRV;
    made->Status = smev__StatusType__REQUEST;
    made->Date = time(nullptr);
    made->ExchangeType = "2";
    return made;
}

static xsd__base64Binary content() {
    xsd__base64Binary made;
    made.__ptr = const_cast<unsigned char *>(CONTENT);
    made.__size = SIZE;
    return made;
}

static std::string facts(_smev__MessageData_AppData *data) {
    std::ostringstream out;
    out << std::boolalpha;
    if (IS(data, Errors)) {
        out << "Errors|";
        const char *between = "";
        for (ex__ErrorEntry *one : GET(data, Errors)->error) {
            out << between << one->code << " " << one->path;
            between = ";";
        }
    } else if (IS(data, UploadAttachmentPartResponse)) {
        _ex__UploadAttachmentPartResponse *answer = GET(data, UploadAttachmentPartResponse);
        out << "UploadAttachmentPartResponse|" << answer->received << " " << answer->complete;
    } else if (IS(data, FetchReferralsResponse)) {
        _ex__FetchReferralsResponse *answer = GET(data, FetchReferralsResponse);
        out << "FetchReferralsResponse|" << answer->item.size() << " " << answer->retryAfterSeconds << " "
            << answer->moreAvailable;
    } else if (IS(data, GetServiceInformationResponse)) {
        _ex__GetServiceInformationResponse *answer = GET(data, GetServiceInformationResponse);
        out << "GetServiceInformationResponse|" << answer->onDate << " " << answer->section.size() << " "
            << answer->term.size();
    }
    return out.str();
}

template <class Answer>
static void say(const char *name, struct soap *soap, int failed, Answer &answer) {
    if (failed) {
        soap_stream_fault(soap, std::cerr);
        std::exit(1);
    }
    std::cout << name << "|" << soap_smev__StatusType2s(soap, answer.smev__Message->Status) << "|"
              << facts(answer.smev__MessageData->AppData) << std::endl;
}

// One call of an operation: wrapper and answer are of the generated classes; `fill` sets the request.
#define CALL(name, path, operation, sender, request, fill) \
    do { \
        ReferralBindingProxy proxy; \
        struct soap *soap = proxy.soap; \
        soap_set_mode(soap, SOAP_C_UTFSTRING); \
        soap->connect_timeout = soap->recv_timeout = soap->send_timeout = SECONDS; \
        _srv__##operation wrapper; \
        wrapper.smev__Message = message(soap, sender); \
        wrapper.smev__MessageData = soap_new__smev__MessageData(soap); \
        wrapper.smev__MessageData->AppData = soap_new__smev__MessageData_AppData(soap); \
        _ex__##operation##Request *request = soap_new__ex__##operation##Request(soap); \
        SELECT(wrapper.smev__MessageData->AppData, operation##Request) = request; \
        request->requestId = mark + "-" + name; \
        fill; \
        _srv__##operation##Response answer; \
        int failed = proxy.operation((base_url + path).c_str(), "urn:" #operation, &wrapper, answer); \
        say(name, soap, failed, answer); \
    } while (0)

static void fill_fields(struct soap *soap, _ex__SubmitReferralRequest *request) {
    doc__Referral *referral = soap_new_doc__Referral(soap);
    referral->Id = "referral";
    referral->documentId = soap_new_doc__DocumentId(soap);
    referral->documentId->root = "1.2.643.5.1.13.13.12.2.77.7975.100.1.1.51";
    referral->documentId->extension = mark;
    referral->documentSetId = soap_new_doc__DocumentSetId(soap);
    referral->documentSetId->root = "1.2.643.5.1.13.13.12.2.77.7975.100.1.1.50";
    referral->documentSetId->extension = mark;
    referral->versionNumber = 1;
    referral->documentKind = doc__ReferralKind__121;
    referral->createdAt = 1793611800;  // 2026-11-02T09:30:00Z
    referral->confidentialityCode = doc__Confidentiality__N;
    referral->organization = soap_new_doc__Organization(soap);
    referral->organization->oid = "1.2.643.5.1.13.13.12.2.77.7975";
    referral->organization->name = "ГБУЗ «Больница» & филиал";
    referral->organization->address = soap_new_doc__Address(soap);
    referral->organization->address->subjectCode = doc__SubjectCode__77;
    referral->organization->address->text = "г. Москва, ул. Ёлочная, д. 1";
    referral->organization->ogrn = "1027700132195";
    referral->organization->phone = {"+74950000001", "+74950000002"};
    referral->organization->isState = true;
    referral->vkProtocol = soap_new_doc__VkProtocol(soap);
    referral->vkProtocol->number = "12-Ж";
    referral->vkProtocol->date = "2026-11-01";
    referral->issueDate = "2026-11-02";
    referral->homeExamination = false;
    referral->palliativeCare = true;
    referral->primaryProsthetics = false;
    referral->purposes = {doc__Purpose__1, doc__Purpose__10};
    referral->referralOrder = doc__ReferralOrder__2;
    request->doc__SignedReferral = soap_new__doc__SignedReferral(soap);
    request->doc__SignedReferral->Referral = referral;

    ex__File *file = soap_new_ex__File(soap);
    file->name = "Приложение.pdf";
    file->documentType = "1";
    file->mediaType = "application/pdf";
    file->size = SIZE;
    file->sha256 = SHA256;
    file->__union_File = SOAP_UNION__ex__union_File_content;
    file->union_File.content = soap_new_xsd__base64Binary(soap);
    *file->union_File.content = content();
    request->file.push_back(file);
}

// A complete referral is read into the generated classes: every element of it must be known to them.
static void fill_referral(struct soap *soap, _ex__SubmitReferralRequest *request, const char *path) {
    std::ifstream file(path);
    soap->is = &file;
    soap_set_mode(soap, SOAP_XML_STRICT);
    if (soap_read__ex__SubmitReferralRequest(soap, request)) {
        soap_stream_fault(soap, std::cerr);
        std::exit(1);
    }
    soap->is = nullptr;
    soap_clr_mode(soap, SOAP_XML_STRICT);
}

int main(int, char **argv) {
    base_url = argv[1];
    recipient = argv[2];
    mark = argv[3];
    std::cout << "generated" << std::endl;
    CALL("unsigned", "/ws/referral", GetReferralStatus, UNSIGNED, request, request->referralNumber = "2026/1");
    CALL("upload", "/ws/referral", UploadAttachmentPart, HOSPITAL, request, {
        request->uploadId = mark;
        request->offset = 0;
        request->totalSize = SIZE;
        request->sha256 = SHA256;
        request->content = content();
    });
    CALL("fields", "/ws/referral", SubmitReferral, HOSPITAL, request, fill_fields(soap, request));
    CALL("referral", "/ws/referral", SubmitReferral, HOSPITAL, request, fill_referral(soap, request, argv[4]));
    CALL("fetch", "/ws/bureau", FetchReferrals, BUREAU, request, request->maxItems = 10);
    CALL("information", "/ws/information", GetServiceInformation, STRANGER, request, {
        request->onDate = soap_new_std__string(soap);
        *request->onDate = "2026-11-02";
    });
    return 0;
}
