# A stock client of SOAP against a served town: every operation, every message by the schema, and faults.
import hashlib
import os

import requests
import zeep
from lxml import etree

base, link = os.environ["BASE"], os.environ["LINK"]
session = requests.Session()
given = session.post(
    f"{base}/token",
    data={"grant_type": "client_credentials"},
    auth=(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]),
)
session.headers["Authorization"] = "Bearer " + given.json()["access_token"]

messages = []


class Kept(zeep.Plugin):
    def egress(self, envelope, http_headers, operation, binding_options):
        messages.append(envelope)
        return envelope, http_headers

    def ingress(self, envelope, http_headers, operation):
        messages.append(envelope)
        return envelope, http_headers


address = f"{base}/soap?wsdl"
client = zeep.Client(address, transport=zeep.Transport(session=session), plugins=[Kept()])
town = client.service

data = b"abc"
card = {"link": link, "no": 1, "rows": 1, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
receipt = {"link": link, "no": 1, "rows": 1, "sha256": "ab", "verdict": "refused", "reason": "件数 <1> & \"違い\""}
pushed = town.PushDelivery(name="受付 1.csv", dataset="d", extent="full", as_of=3, part=1, parts=1, data=data, content_bytes=5,
                            content_sha256="cd", **card)
assert (pushed.status, pushed.receipt) == ("accepted", None), pushed
assert town.GetReceipt(link=link, no=1).status == "accepted"
town.RetireReceipt(link=link, no=1)
sent = town.ListSent(name="受付 1.csv")
assert [(one.no, one.extent, one.as_of) for one in sent.delivery] == [(1, "full", 3)] and not sent.more, sent
assert (sent.delivery[0].content_bytes, sent.delivery[0].content_sha256) == (5, "cd"), sent
assert [one.name for one in town.ListWaiting().delivery] == ["out_1.csv"]
assert [one.name for one in town.FindDelivery(name="out_1.csv").delivery] == ["out_1.csv"]
assert town.ListDeliveries(link=link, after=1).delivery == []
assert town.FetchDelivery(link=link, no=1).data == b"from the town"
town.AnswerDelivery(**receipt)
town.RetireAnswer(link=link, no=1)
answer = town.Ask(link=link, subject=["9"], purpose="受付")
assert (answer.no, answer.row, answer.missing) == (1, [], ["9"]) and "addressee_no" in answer.item, answer
good = list(messages)

schema = etree.XMLSchema(etree.fromstring(session.get(address).content).find(".//{*}schema"))
for message in good:
    body = message.find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    schema.assertValid(etree.fromstring(etree.tostring(body[0])))
print(len(good), "messages fit")


def fault(code, ask):
    try:
        answer = ask()
    except zeep.exceptions.Fault as told:
        problem = told.detail.find("{urn:daicho:partner:1}problem")
        schema.assertValid(etree.fromstring(etree.tostring(problem)))
        found = problem.findtext("{urn:daicho:partner:1}code")
        assert found == code and told.message, (found, told.message)
        return told
    raise AssertionError(answer)


assert fault("not-found", lambda: town.FetchDelivery(link=link, no=9)).code == "soap:Client"
refused = fault("refused", lambda: town.Ask(link=link, subject=["1"], purpose=""))
assert "目的がありません" in refused.message and refused.detail.find(".//{*}finding/{*}remedy").text, refused.message
fault("denied", lambda: town.FetchDelivery(link="another", no=1))
fault("taken", lambda: town.PushDelivery(name="other.csv", data=data, **card))
fault("mismatched", lambda: town.PushDelivery(data=data + b"d", **card))
session.headers["Authorization"] = "Bearer x"
fault("token-required", lambda: town.ListWaiting())
